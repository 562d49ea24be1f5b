# The libraries cria stands on, all from the distribution (packages.txt lists them).
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(BZip2 REQUIRED)
find_package(GTest REQUIRED)
find_package(Boost QUIET COMPONENTS context)  # tests of the CUDA kernels on the processor
find_package(PkgConfig REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(LZMA REQUIRED IMPORTED_TARGET liblzma)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(GUMBO REQUIRED IMPORTED_TARGET gumbo)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers are only kept if their times do not count.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

add_library(cria_options INTERFACE)
target_include_directories(cria_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
set(cria_flags -Wall -Wextra -Wshadow=local -Wno-sign-compare -Wno-stringop-overflow -Wno-restrict)
if(CRIA_WERROR)
  list(APPEND cria_flags -Werror)
endif()
# One meaning of every floating-point expression on every machine: the compiler may not contract
# a*b+c by itself, so the same source gives the same bits wherever the same instructions are chosen.
list(APPEND cria_flags -ffp-contract=off -fno-math-errno)
target_compile_options(cria_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${cria_flags}>")
if(CRIA_SANITIZE)
  target_compile_options(cria_options INTERFACE -fsanitize=${CRIA_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(cria_options INTERFACE -fsanitize=${CRIA_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    target_compile_options(cria_options INTERFACE
                           -fsanitize-ignorelist=${CMAKE_SOURCE_DIR}/cmake/sanitize_ignore.txt)
  endif()
endif()
