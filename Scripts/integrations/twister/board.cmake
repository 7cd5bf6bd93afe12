# For a board's board.cmake: `west build -t run` and Twister then run the firmware on Thumbprint.
#
#   set(THUMBPRINT_BOARD nucleo-l4r5zi)
#   include(.../Scripts/integrations/twister/board.cmake)
#
# Twister further wants, in the board's YAML file (twister.yaml): simulation: [{name: custom, exec: thumbprint}]
set(SUPPORTED_EMU_PLATFORMS custom)
find_program(THUMBPRINT thumbprint REQUIRED)

add_custom_target(run_custom
  COMMAND ${CMAKE_COMMAND} -E env THUMBPRINT=${THUMBPRINT}
    ${CMAKE_CURRENT_LIST_DIR}/thumbprint-simulator ${APPLICATION_BINARY_DIR} ${THUMBPRINT_BOARD}
  DEPENDS ${logical_target_for_zephyr_elf}
  USES_TERMINAL)
