# The program from outside.
add_test(NAME cli COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/test_cli.sh $<TARGET_FILE:fluxoid_cli> ${CMAKE_SOURCE_DIR})
set_tests_properties(cli PROPERTIES TIMEOUT 300)
add_test(NAME cli_bad COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/test_cli_bad.sh $<TARGET_FILE:fluxoid_cli> ${CMAKE_SOURCE_DIR})
set_tests_properties(cli_bad PROPERTIES TIMEOUT 300)

# The experiments of the lab: each row within what its page allows.
file(GLOB lab_pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/docs/lab/*.md)
foreach(page ${lab_pages})
    get_filename_component(name ${page} NAME_WE)
    add_test(NAME lab_${name} COMMAND fluxoid_cli lab ${name} -o lab-${name}.png)
    set_tests_properties(lab_${name} PROPERTIES TIMEOUT 300)
endforeach()
