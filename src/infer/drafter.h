// Guessing what a request writes next, so that several of its tokens can be checked in one pass.
// Guesses change the speed and nothing else.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/context.h"
#include "infer/sampler.h"

namespace cria::infer {

struct DraftTask {
  int64_t request = 0;                   ///< its number
  std::span<const int32_t> tokens = {};  ///< all of it so far
  int64_t prompt_tokens = 0;
  const Sampler* sampler = nullptr;
  int64_t most = 0;                       ///< tokens wanted
  std::vector<int32_t>* draft = nullptr;  ///< receives them, fewer if there is no good guess
};

class Drafter {
 public:
  virtual ~Drafter() = default;
  virtual void Draft(const Context& context, std::span<const DraftTask> tasks) = 0;
  /// The request has ended.
  virtual void Forget(int64_t /*request*/) {}
};

}  // namespace cria::infer
