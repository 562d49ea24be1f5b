// What tests of whole models compute with. The same tests are linked twice: with cpu_context.cc,
// and with device_context.cc for the first GPU or its emulation.
#pragma once

#include "base/context.h"

namespace cria {

Context TestContext(int threads = 2);

}  // namespace cria
