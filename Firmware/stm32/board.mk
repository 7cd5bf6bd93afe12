# What firmware.mk needs to build for one of the STM32 boards:
# `make -C Firmware/stm32-NAME BOARD=nucleo-l4r5zi OUT=/some/dir`. OPTIONS are more -D flags.
BOARD ?= nucleo-l4r5zi
OPTIONS ?=
CPU_nucleo-l4r5zi := -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -DSTM32L4
CPU_nucleo-g0b1re := -mcpu=cortex-m0plus -mthumb -DSTM32G0
CPU = $(CPU_$(BOARD))
DEFINES = $(OPTIONS)
SCRIPT := stm32/$(BOARD).ld
SHARED :=
SOURCES ?= main.c
SOURCES += ../stm32/startup.c ../stm32/board.c
include ../firmware.mk
