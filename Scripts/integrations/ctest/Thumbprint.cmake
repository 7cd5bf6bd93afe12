# thumbprint_gate(NAME DEPLOYMENT [OPTION...]): a test that runs a deployment or a directory of them.
#
# What cannot be judged (status 4) fails: CTest would otherwise take it for whatever SKIP_RETURN_CODE says.
find_program(THUMBPRINT thumbprint REQUIRED)

function(thumbprint_gate name deployment)
  add_test(NAME ${name}
    COMMAND ${THUMBPRINT} gate ${deployment} --quiet
      --output ${CMAKE_CURRENT_BINARY_DIR}/thumbprint/${name} ${ARGN})
  set_tests_properties(${name} PROPERTIES LABELS thumbprint
    ATTACHED_FILES_ON_FAIL "${CMAKE_CURRENT_BINARY_DIR}/thumbprint/${name}/gate.txt")
endfunction()
