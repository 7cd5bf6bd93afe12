# Builds one firmware: `make -C Firmware/NAME OUT=/some/dir [BOARD=mps2-an386]` writes
# /some/dir/NAME.elf. BOARD chooses the core to compile for. A Makefile may set SOURCES (default: every .c and .S beside it), SHARED (files
# of ../mps2), DEFINES, SPECS and LIBS.

NAME ?= $(notdir $(CURDIR))
ROOT := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
CROSS ?= arm-none-eabi-
BOARD ?= mps2-an386
CPU_mps2-an386 := -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -DCORTEX_M=4
CPU_mps2-an385 := -mcpu=cortex-m3 -mthumb -DCORTEX_M=3
CPU_mps2-an500 := -mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-d16 -DCORTEX_M=7
CPU_mps2-an505 := -mcpu=cortex-m33 -mthumb -mfloat-abi=hard -mfpu=fpv5-sp-d16 -DCORTEX_M=33
SCRIPT_mps2-an505 := mps2/mps2-an505.ld
CPU_generic-m0 := -mcpu=cortex-m0 -mthumb -masm-syntax-unified -DCORTEX_M=0
CPU_microbit := $(CPU_generic-m0)
CPU_generic-m0plus := -mcpu=cortex-m0plus -mthumb -masm-syntax-unified -DCORTEX_M=0
CPU_generic-m3 := $(CPU_mps2-an385)
CPU_generic-m4 := $(CPU_mps2-an386)
CPU_generic-m7 := $(CPU_mps2-an500)
CPU_generic-m33 := $(CPU_mps2-an505)
CPU ?= $(or $(CPU_$(BOARD)),$(CPU_mps2-an386))
OPTIMIZE ?= -O2
SOURCES ?= $(sort $(wildcard *.c *.S))
SHARED ?= startup.c memory.c console.c handlers.c check.c
SPECS ?= -nostdlib
LIBS ?= -lgcc
SCRIPT ?= $(or $(SCRIPT_$(BOARD)),mps2/mps2.ld)

# The compiler runs in this directory, and its debug information calls it Firmware: images do not
# depend on where they were built.
PATHS := -ffile-prefix-map=$(ROOT)=Firmware
WARNINGS := -Wall -Wextra -Wno-unused-parameter -Werror -Wstrict-prototypes
# Address 0 holds the vector table, so a null pointer may be read.
CODE := -std=gnu11 -ffreestanding -fno-common -fno-delete-null-pointer-checks -ffunction-sections \
  -fdata-sections -ffp-contract=off -fno-math-errno

HERE := $(CURDIR:$(ROOT)/%=%)
INPUTS = $(addprefix $(HERE)/,$(SOURCES)) $(addprefix mps2/,$(SHARED))

ifdef OUT
override OUT := $(abspath $(OUT))
.DEFAULT_GOAL := $(OUT)/$(NAME).elf
else
.DEFAULT_GOAL := need-out
endif

HEADERS = $(wildcard *.h *.inc $(ROOT)/mps2/*.h)

COMMAND = $(CROSS)gcc $(CPU) $(OPTIMIZE) -g $(WARNINGS) $(CODE) $(PATHS) $(DEFINES) -Imps2 $(SPECS) -nostartfiles \
  -T $(SCRIPT) -Wl,--gc-sections -Wl,--build-id=none -Wl,--no-warn-rwx-segments $(INPUTS) $(LIBS)

# Settings that differ from those of the last build make another one.
quote := '
TOLD = '$(subst $(quote),$(quote)\$(quote)$(quote),$(COMMAND))'
.PHONY: always
$(OUT)/$(NAME).command: always
	@mkdir -p $(OUT)
	@echo $(TOLD) | cmp -s - $@ || echo $(TOLD) > $@

$(OUT)/$(NAME).elf: $(OUT)/$(NAME).command $(addprefix $(ROOT)/,$(INPUTS) $(SCRIPT) firmware.mk) $(HEADERS) $(wildcard $(ROOT)/mps2/*.ld) Makefile
	cd $(ROOT) && $(COMMAND) -o $@

.PHONY: need-out
need-out:
	@echo "error: no output directory; make -C Firmware/$(NAME) OUT=/some/dir" >&2; exit 64
