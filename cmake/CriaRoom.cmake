# cria_room(NAME deps... [PART part files...]): a static library of all *.cc in the folder (tests
# excepted) and one test program, cria_NAME_test, of all *_test.cc. A unit test stands beside its
# source. A room that is headers only is an interface library. PART: these files are a library of
# their own, cria_NAME_part on cria_base, for rooms that need no more of this one.
function(cria_room name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" PART)
  set(deps ${arg_UNPARSED_ARGUMENTS})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/kernels/cuda/")  # an annex with a list of its own
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  if(arg_PART)
    list(POP_FRONT arg_PART part)
    list(TRANSFORM arg_PART PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    list(REMOVE_ITEM sources ${arg_PART})
    add_library(cria_${name}_${part} STATIC ${arg_PART})
    target_link_libraries(cria_${name}_${part} PUBLIC cria_options cria_base)
    list(APPEND deps cria_${name}_${part})
  endif()
  if(sources)
    add_library(cria_${name} STATIC ${sources})
    target_link_libraries(cria_${name} PUBLIC cria_options ${deps})
    if(CRIA_SANITIZE AND NOT name MATCHES "^(tensor|kernels|comm|plan)$")
      cria_precompile(cria_${name} <algorithm> <functional> <map> <memory> <optional> <set> <span> <string> <vector>
                      ${CMAKE_SOURCE_DIR}/src/base/error.h)
    endif()
  else()
    add_library(cria_${name} INTERFACE)
    target_link_libraries(cria_${name} INTERFACE cria_options ${deps})
  endif()
  if(tests)
    add_executable(cria_${name}_test ${tests})
    # Tests compile twice as fast without optimization. Those of rooms of maths hold references that
    # would take minutes then.
    if(NOT name MATCHES "^(tensor|kernels|model|train|infer)$")
      target_compile_options(cria_${name}_test PRIVATE -O0)
    endif()
    target_link_libraries(cria_${name}_test PRIVATE cria_${name} GTest::gtest_main)
    if(NOT name STREQUAL "kernels")  # its files are compiled for different instructions
      cria_precompile(cria_${name}_test <gtest/gtest.h> ${CMAKE_SOURCE_DIR}/src/base/error.h)
    endif()
    add_test(NAME ${name} COMMAND cria_${name}_test --gtest_brief=1)
    set_tests_properties(${name} PROPERTIES ENVIRONMENT "CRIA_TEST_DATA=${CMAKE_SOURCE_DIR}/../shared/data")
  endif()
endfunction()

# cria_room_isas(NAME): the room's test program runs kernels. It runs once more as NAME@ISA for every
# instruction set below the best; on a machine without the set ctest shows it as skipped. Its two
# threads meet every few microseconds: beside another program they would mostly wait for each other.
function(cria_room_isas name)
  target_sources(cria_${name}_test PRIVATE ${CMAKE_SOURCE_DIR}/tests/isa_main.cc
                                           ${CMAKE_SOURCE_DIR}/tests/cpu_context.cc)
  target_link_libraries(cria_${name}_test PRIVATE cria_kernels)
  set_tests_properties(${name} PROPERTIES PROCESSORS 2)
  if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    return()
  endif()
  foreach(isa portable avx2 avx512 avx512-bf16)
    add_test(NAME ${name}@${isa} COMMAND cria_${name}_test --gtest_brief=1 ${ARGN})
    set_tests_properties(${name}@${isa} PROPERTIES PROCESSORS 2 SKIP_RETURN_CODE 77 ENVIRONMENT
      "CRIA_ISA=${isa};CRIA_TEST_DATA=${CMAKE_SOURCE_DIR}/../shared/data")
  endforeach()
endfunction()
