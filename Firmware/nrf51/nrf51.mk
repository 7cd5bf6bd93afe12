# Self-checks of nRF51 devices: Armv6-M start-up, text by semihosting.
SHARED := memory.c check.c ../exceptions-v6m/startup.c
SCRIPT := exceptions-v6m/v6m.ld
BOARD ?= microbit
DEFINES += -Inrf51
include ../firmware.mk
