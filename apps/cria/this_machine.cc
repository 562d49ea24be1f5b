// Ceilings of this machine in the units of the planner's table.
#include "this_machine.h"

#include "base/cpu.h"
#include "kernels/ceiling.h"

namespace cria::app {

plan::Device ThisMachine(const Context& context, double ceiling_flops) {
  constexpr double kAssumedNetwork = 1e9 / 8;
  const kernels::MemorySpeed memory = kernels::MeasureMemory(context);
  return {.name = "here",
          .matrix_flops_per_s =
              ceiling_flops > 0 ? ceiling_flops : kernels::MeasureProductCeiling(context),
          .memory_bytes = static_cast<double>(AvailableMemoryBytes()),
          .memory_bytes_per_s = memory.copy,
          .link_bytes_per_s = memory.copy / 2,
          .per_node = 1,
          .network_bytes_per_s = kAssumedNetwork};
}

}  // namespace cria::app
