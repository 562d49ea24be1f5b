// Puts a run together: order, descriptors, launcher, watch.
#include "eval/sandbox/sandbox.h"

#include <limits>

#include "eval/sandbox/launcher.h"
#include "eval/sandbox/order.h"
#include "eval/sandbox/setup_error.h"
#include "eval/sandbox/syscall_filter.h"
#include "eval/sandbox/tree.h"
#include "eval/sandbox/watch.h"

namespace cria::eval {
namespace {

using sandbox::Descriptor;

SandboxResult RunChecked(const sandbox::Launcher& launcher, const sandbox::Tree& tree,
                         const SandboxRequest& request) {
  auto [control, their_control] = sandbox::MakeSocketPair();
  auto [output, their_output] = sandbox::MakePipe();
  {
    const Descriptor order = sandbox::WriteOrder(request);
    const Descriptor input = sandbox::MakeSealedFile(request.input);
    launcher.Send(order, input, their_output, their_control);
  }
  // An end of file can be seen only when nobody here holds the other end.
  their_control.Close();
  their_output.Close();
  return sandbox::Watch(std::move(control), std::move(output), request, tree).Wait();
}

}  // namespace

Sandbox::Sandbox(const std::vector<std::filesystem::path>& also_readable)
    : tree_(std::make_unique<sandbox::Tree>(sandbox::PlanTree(also_readable))),
      launcher_(std::make_unique<sandbox::Launcher>(
          sandbox::Blueprint{tree_.get(), sandbox::MakeSyscallFilter()})) {
  SandboxRequest trial;  // no command
  trial.limits.memory_bytes = std::numeric_limits<int64_t>::max();
  trial.limits.processes = 2;  // each is a copy of the launcher
  const SandboxResult result = RunChecked(*launcher_, *tree_, trial);
  if (result.end != SandboxEnd::kExited || result.status != 0) {
    const bool told = result.end == SandboxEnd::kExited;
    throw TrialError(static_cast<sandbox::Trial>(told ? result.status : 0));
  }
}

Sandbox::~Sandbox() = default;

SandboxResult Sandbox::Run(const SandboxRequest& request) const {
  sandbox::CheckRequest(request);
  return RunChecked(*launcher_, *tree_, request);
}

}  // namespace cria::eval
