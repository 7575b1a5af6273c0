# flx_embed(HEADER PREFIX FILES...): texts as C arrays PREFIX_name, "-" in names of files becoming "_".
function(flx_embed header prefix)
    set(text "// Made by cmake/FluxoidEmbed.cmake.\n")
    foreach(file ${ARGN})
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
        get_filename_component(name ${file} NAME_WE)
        string(REPLACE "-" "_" name ${name})
        file(READ ${file} bytes HEX)
        string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1', " bytes "${bytes}")
        string(APPEND text "static const char ${prefix}_${name}[] = {${bytes}'\\0'};\n")
    endforeach()
    file(APPEND ${header}.new "${text}")
endfunction()

# Puts what was embedded in place, leaving an unchanged header alone.
function(flx_embed_end header)
    file(COPY_FILE ${header}.new ${header} ONLY_IF_DIFFERENT)
    file(REMOVE ${header}.new)
endfunction()
