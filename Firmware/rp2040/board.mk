# What firmware.mk needs to build for an RP2040: `make -C Firmware/rp2040-NAME OUT=/some/dir`. OPTIONS are
# more -D flags.
BOARD ?= raspberry-pi-pico
OPTIONS ?=
CPU = -mcpu=cortex-m0plus -mthumb
DEFINES = $(OPTIONS)
SCRIPT := rp2040/rp2040.ld
SHARED :=
SOURCES ?= $(sort $(wildcard *.c *.S))
SOURCES += ../rp2040/boot.S ../rp2040/startup.c ../rp2040/board.c
include ../firmware.mk
