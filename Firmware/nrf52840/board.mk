# What firmware.mk needs to build for one of the boards with an nRF52840:
# `make -C Firmware/nrf52840-NAME BOARD=arduino-nano-33-ble-sense OUT=/some/dir`. OPTIONS are more
# -D flags.
BOARD ?= nrf52840-dk
OPTIONS ?=
DEFINES = $(if $(filter nrf52840-dk,$(BOARD)),-DNRF52840_DK,-DNANO_33_BLE_SENSE) $(OPTIONS)
SCRIPT := nrf52840/$(BOARD).ld
SHARED :=
SOURCES ?= main.c
SOURCES += ../nrf52840/startup.c ../nrf52840/console.c $(DRIVERS:%=../nrf52840/%)
include ../firmware.mk
