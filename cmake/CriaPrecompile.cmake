# cria_precompile(TARGET headers...): headers that most files of the target include anyway are read by
# the compiler once. Only such: a file that forgets an include must not build because of this. So the
# release build has it where one heavy header is everywhere (gtest in tests, CLI11 in commands), and
# the sanitized builds, in which reading headers is most of the work, in the rooms themselves.
function(cria_precompile target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  # What ccache needs to tell precompiled headers apart.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  elseif(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()
