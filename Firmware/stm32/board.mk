# What firmware.mk needs to build for one of the STM32 boards:
# `make -C Firmware/stm32-NAME BOARD=nucleo-l4r5zi OUT=/some/dir`. OPTIONS are more -D flags.
# A board is BOARD.h, BOARD.c and BOARD.ld beside this file, and its core's flags here.
BOARD ?= nucleo-l4r5zi
OPTIONS ?=
CPU_nucleo-l4r5zi := -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -DSTM32L4
CPU_nucleo-g0b1re := -mcpu=cortex-m0plus -mthumb -DSTM32G0
CPU_stm32f4-discovery := -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -DSTM32F4
CPU_nucleo-f746zg := -mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-sp-d16 -DSTM32F7
CPU_nucleo-u575zi-q := -mcpu=cortex-m33 -mthumb -mfloat-abi=hard -mfpu=fpv5-sp-d16 -DSTM32U5
CPU_nucleo-h7a3zi-q := -mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-d16 -DSTM32H7
CPU = $(CPU_$(BOARD)) -DBOARD_HEADER='"$(BOARD).h"'
DEFINES = $(OPTIONS)
SCRIPT := stm32/$(BOARD).ld
SHARED :=
SOURCES ?= main.c
SOURCES += ../stm32/startup.c ../stm32/board.c ../stm32/$(BOARD).c
include ../firmware.mk
