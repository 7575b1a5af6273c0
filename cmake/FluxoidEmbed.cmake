# flx_embed(HEADER TABLE FILES...): texts as a C array TABLE of {name, text}, by the names of the files without ending.
function(flx_embed header table)
    set(text "// Made by cmake/FluxoidEmbed.cmake.\nstatic const struct {\n    const char *name, *text;\n} ${table}[] = {\n")
    foreach(file ${ARGN})
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
        get_filename_component(name ${file} NAME_WE)
        file(READ ${file} bytes HEX)
        string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1', " bytes "${bytes}")
        string(APPEND text "    {\"${name}\", (const char[]){${bytes}'\\0'}},\n")
    endforeach()
    file(APPEND ${header}.new "${text}};\n")
endfunction()

# Puts what was embedded in place, leaving an unchanged header alone.
function(flx_embed_end header)
    file(COPY_FILE ${header}.new ${header} ONLY_IF_DIFFERENT)
    file(REMOVE ${header}.new)
endfunction()
