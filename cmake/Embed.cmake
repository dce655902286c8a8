# crmsync_embed(TARGET SYMBOL FILE): puts the bytes of FILE into TARGET's read-only data. C++ reads them as
#   extern "C" const char SYMBOL_begin[]; extern "C" const char SYMBOL_end[];
# FILE may be made by the build; when it changes, it is embedded anew.
enable_language(ASM)

function(crmsync_embed target symbol file)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/embedded_${symbol}.s")
  file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT [[
.section .rodata
.global @symbol@_begin
.global @symbol@_end
@symbol@_begin:
.incbin "@file@"
@symbol@_end:
.byte 0
.section .note.GNU-stack,"",%progbits
]])
  set_source_files_properties("${source}" PROPERTIES OBJECT_DEPENDS "${file}")
  target_sources("${target}" PRIVATE "${source}")
endfunction()
