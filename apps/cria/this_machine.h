// This machine as a device that runs are planned for, with what it measures.
#pragma once

#include "base/context.h"
#include "plan/device.h"

namespace cria::app {

/// Memory by `cria bench machine`'s loops, a second or two; products of `ceiling_flops`, measured
/// too where 0. It stands alone: a network of 1 Gbit/s to others like it is assumed. Watts and
/// price are not known.
plan::Device ThisMachine(const Context& context, double ceiling_flops = 0);

}  // namespace cria::app
