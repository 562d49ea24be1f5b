// For functions whose arguments and results must stay in registers, in files of one instruction
// set.
#pragma once

#define CRIA_INLINE inline __attribute__((always_inline))
