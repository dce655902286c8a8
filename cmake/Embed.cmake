# crmsync_embed(TARGET SYMBOL FILE...): puts the bytes of the files, one behind the other, into TARGET's read-only data.
# C++ reads them as
#   extern "C" const char SYMBOL_begin[]; extern "C" const char SYMBOL_end[];
# A file may be made by the build; when it changes, it is embedded anew.
enable_language(ASM)

function(crmsync_embed target symbol)
  list(TRANSFORM ARGN REPLACE "(.+)" ".incbin \"\\1\"" OUTPUT_VARIABLE includes)
  list(JOIN includes "\n" includes)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/embedded_${symbol}.s")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT [[
.section .rodata
.global @symbol@_begin
.global @symbol@_end
@symbol@_begin:
@includes@
@symbol@_end:
.byte 0
.section .note.GNU-stack,"",%progbits
]])
  set_source_files_properties("${source}" PROPERTIES OBJECT_DEPENDS "${ARGN}")
  target_sources("${target}" PRIVATE "${source}")
endfunction()
