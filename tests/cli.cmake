# The program from outside.
add_test(NAME cli COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/test_cli.sh $<TARGET_FILE:fluxoid_cli> ${CMAKE_SOURCE_DIR})
set_tests_properties(cli PROPERTIES TIMEOUT 300)
add_test(NAME cli_bad COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/test_cli_bad.sh $<TARGET_FILE:fluxoid_cli> ${CMAKE_SOURCE_DIR})
set_tests_properties(cli_bad PROPERTIES TIMEOUT 300)
