// Launchers are recognised by the variables that they set for each process.
#include "ranks.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "base/cpu.h"
#include "base/error.h"
#include "comm/mpi.h"
#include "failure.h"
#include "kernels/cuda/operations.h"

namespace cria::app {
namespace {

int NumberOf(const char* variable) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::atoi(text) : 0;
}

// Rank 0 speaks first: what befell all ranks is said once, and its end is theirs.
void LetTheFirstSpeak(int rank) {
  if (rank > 0) std::this_thread::sleep_for(std::chrono::milliseconds(500));
}

}  // namespace

bool StartedAsRank() {
  // Open MPI, MPICH, Slurm with PMIx; one process alone needs no MPI.
  if (NumberOf("OMPI_COMM_WORLD_SIZE") > 1 || NumberOf("PMI_SIZE") > 1) return true;
  return std::getenv("PMIX_RANK") != nullptr && NumberOf("SLURM_STEP_NUM_TASKS") > 1;
}

bool SpeaksForAllRanks() {
  const char* const kVariables[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"};
  return std::all_of(std::begin(kVariables), std::end(kVariables),
                     [](const char* variable) { return NumberOf(variable) == 0; });
}

int DefaultThreadsOfRank() {
  const int bound = BoundCores(), all = AllCores();
  const int here =
      std::max({1, NumberOf("OMPI_COMM_WORLD_LOCAL_SIZE"), NumberOf("SLURM_NTASKS_PER_NODE")});
  return bound < all ? bound : std::max(1, all / here);
}

std::string DeviceOfRank(const std::string& device) {
  const int gpus = kernels::cuda::CountDevices();
  // One: the launcher gave each rank its own.
  if (device != "cuda" || !StartedAsRank() || gpus <= 1) return device;
  const int rank = std::max({NumberOf("OMPI_COMM_WORLD_LOCAL_RANK"), NumberOf("MPI_LOCALRANKID"),
                             NumberOf("SLURM_LOCALID")});
  if (rank < gpus) return fmt::format("cuda:{}", rank);
  throw Error(fmt::format("more ranks on this machine than its {} GPUs", gpus), "--device cuda",
              "start one rank for each GPU");
}

kernels::cuda::DeviceRanks ConnectGpus(comm::Communicator* ranks, Accelerator* accelerator,
                                       const std::string& device) {
  kernels::cuda::DeviceRanks gpus = kernels::cuda::ConnectDevices(ranks, accelerator);
  if (gpus.sharers == 1 || device != "cuda") return gpus;
  throw Error(fmt::format("{} ranks have one GPU", gpus.sharers), "--device cuda",
              "start one rank for each GPU; to try ranks on one GPU, which is slow, name it: "
              "--device cuda:0");
}

void RunRanks(double timeout_s, const std::function<void(comm::Communicator*)>& body) {
  if (!StartedAsRank()) return body(nullptr);
  std::unique_ptr<comm::Communicator> ranks = comm::MakeMpi({.timeout_s = timeout_s});
  const int rank = ranks->rank(), size = ranks->size();
  try {
    body(ranks.get());
  } catch (const Interrupted&) {
    // All ranks stop at the same step and part in peace. One of them says so, before they part: a
    // launcher ends those that are left when the first is gone with a status other than 0.
    const int status = ReportFailure(std::current_exception(), "cria", rank == 0);
    ranks.reset();
    std::exit(status);
  } catch (...) {
    LetTheFirstSpeak(rank);
    comm::AbortMpi(
        ReportFailure(std::current_exception(), fmt::format("cria, rank {} of {}", rank, size)));
  }
}

}  // namespace cria::app
