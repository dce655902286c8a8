find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS headers)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(IDN2 REQUIRED IMPORTED_TARGET libidn2)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)
find_library(UNISTRING unistring REQUIRED)

# Asio and Beast are compiled once, in one translation unit each (core/asio_impl.cpp would pull Beast into core, so
# daemon/ and connectors/ share the object library below).
add_library(crmsync_asio STATIC "${CMAKE_SOURCE_DIR}/cmake/asio_impl.cpp")
target_compile_definitions(crmsync_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                                               BOOST_ASIO_NO_DEPRECATED)
target_compile_features(crmsync_asio PUBLIC cxx_std_20)
# g++ 12 sees a coroutine's frame allocated by Asio's operator new and, where it inlined that, freed by an operator delete
# that does not match: a false alarm in every file with coroutines that is optimised. Others keep the warning.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(crmsync_asio PUBLIC -Wno-mismatched-new-delete)
endif()
target_link_libraries(crmsync_asio PUBLIC Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads
                      PRIVATE crmsync_options)
