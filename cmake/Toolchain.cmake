set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

option(CRMSYNC_TESTS "Build the tests and benchmarks" ON)
option(CRMSYNC_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()

add_library(crmsync_options INTERFACE)
target_include_directories(crmsync_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(crmsync_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wconversion
                                                 -Wno-sign-conversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(crmsync_options INTERFACE -fcoroutines)
endif()

find_program(MOLD mold)
if(MOLD)
  target_link_options(crmsync_options INTERFACE -fuse-ld=mold)
endif()

if(CRMSYNC_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  # GCC's manual: sanitizers increase the rate of false positives of this warning. It is on in every other build.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
endif()
