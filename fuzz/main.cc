// libFuzzer's entry: cria_fuzz --target=NAME [libFuzzer's flags] [corpus folders].
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "targets.h"

namespace {
const cria::fuzz::Target* target = nullptr;
}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  for (int i = 1; i < *argc; ++i) {
    const std::string_view argument = (*argv)[i];
    constexpr std::string_view kFlag = "--target=";
    if (argument.starts_with(kFlag)) {
      target = cria::fuzz::FindTarget(argument.substr(kFlag.size()));
    }
  }
  if (target != nullptr) return 0;
  std::fputs("cria_fuzz: give --target=NAME, one of", stderr);
  for (const cria::fuzz::Target& known : cria::fuzz::Targets()) {
    std::fprintf(stderr, " %s", known.name.data());
  }
  std::fputs("\n", stderr);
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  target->run({data, size});
  return 0;
}
