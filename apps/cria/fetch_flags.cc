// Four flags, and the User-Agent field.
#include "fetch_flags.h"

#include <fmt/format.h>

namespace cria::app {

void AddFetchFlags(CLI::App* command, FetchFlags* flags) {
  command->add_option("--retries", flags->retries, "Tries of a file after the first")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  command->add_option("--timeout", flags->timeout, "Seconds without a byte that end a try")
      ->check(Between(1, 3600))
      ->capture_default_str();
  command->add_option("--wait", flags->wait, "Seconds before the first retry; they double")
      ->check(Between(0.01, 600))
      ->capture_default_str();
  command->add_option("--contact", flags->contact,
                      "Address for the server's keepers, put into the User-Agent field");
}

corpus::FetchOptions FetchOptionsOf(const FetchFlags& flags, const std::string& command) {
  corpus::FetchOptions options;
  options.retries = flags.retries;
  options.first_wait_seconds = flags.wait;
  options.stall_seconds = flags.timeout;
  options.seed = flags.seed;
  options.agent = fmt::format("cria/{} ({}{}{})", CRIA_VERSION, command,
                              flags.contact.empty() ? "" : "; ", flags.contact);
  return options;
}

}  // namespace cria::app
