# cria_precompile(TARGET headers...): headers that most files of the target include anyway are read by
# the compiler once. A file that forgets one of them builds all the same, so there are few: in the
# release build gtest in tests and CLI11 in commands, in sanitized builds, in which reading headers is
# most of the work, those of the rooms too, whose own files the release build checks.
function(cria_precompile target)
  target_precompile_headers(${target} PRIVATE ${ARGN})
  # What ccache needs to tell precompiled headers apart.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess)
  elseif(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()
