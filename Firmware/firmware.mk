# Builds one firmware for board mps2-an386: `make -C Firmware/NAME OUT=/some/dir` writes
# /some/dir/NAME.elf. A Makefile may set SOURCES (default: every .c and .S beside it), SHARED (files
# of ../mps2), DEFINES, SPECS and LIBS.

NAME ?= $(notdir $(CURDIR))
ROOT := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
CROSS ?= arm-none-eabi-
CPU ?= -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16
OPTIMIZE ?= -O2
SOURCES ?= $(sort $(wildcard *.c *.S))
SHARED ?= startup.c memory.c console.c handlers.c check.c
SPECS ?= -nostdlib
LIBS ?= -lgcc
SCRIPT ?= mps2/mps2.ld

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

HEADERS = $(wildcard *.h $(ROOT)/mps2/*.h)

$(OUT)/$(NAME).elf: $(addprefix $(ROOT)/,$(INPUTS) $(SCRIPT) firmware.mk) $(HEADERS) Makefile
	@mkdir -p $(OUT)
	cd $(ROOT) && $(CROSS)gcc $(CPU) $(OPTIMIZE) -g $(WARNINGS) $(CODE) $(PATHS) $(DEFINES) -Imps2 \
	  $(SPECS) -nostartfiles -T $(SCRIPT) -Wl,--gc-sections -Wl,--build-id=none \
	  -Wl,--no-warn-rwx-segments -o $@ $(INPUTS) $(LIBS)

.PHONY: need-out
need-out:
	@echo "error: no output directory; make -C Firmware/$(NAME) OUT=/some/dir" >&2; exit 64
