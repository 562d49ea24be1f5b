// The flags that the commands which fetch files have in common.
#pragma once

#include "command.h"
#include "corpus/fetch/fetcher.h"

namespace cria::app {

struct FetchFlags : CommonFlags {
  int retries = 10;
  double timeout = 60, wait = 1;  ///< seconds
  std::string contact;
};

void AddFetchFlags(CLI::App* command, FetchFlags* flags);

/// What they ask for; `command` names the caller to the server.
corpus::FetchOptions FetchOptionsOf(const FetchFlags& flags, const std::string& command);

}  // namespace cria::app
