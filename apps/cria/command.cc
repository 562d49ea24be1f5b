// The common flags on every subcommand, and the context that they make.
#include "command.h"

#include <fmt/format.h>
#include <re2/re2.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/error.h"
#include "kernels/cuda/operations.h"
#include "ranks.h"

namespace cria::app {
namespace {

// "cuda" or "cuda:N".
std::unique_ptr<Accelerator> OpenDevice(const std::string& device) {
  if (device == "cpu") return nullptr;
  const size_t colon = device.find(':');
  return kernels::cuda::OpenDevice(colon == device.npos ? 0 : std::stoi(device.substr(colon + 1)));
}

}  // namespace

Context CommonFlags::MakeContext() const {
  spdlog::set_level(quiet     ? spdlog::level::warn
                    : verbose ? spdlog::level::debug
                              : spdlog::level::info);
  return Context(
      threads,
      [](LogLevel level, std::string_view line) {
        switch (level) {
          case LogLevel::kDebug:
            spdlog::debug(line);
            break;
          case LogLevel::kInfo:
            spdlog::info(line);
            break;
          case LogLevel::kWarning:
            spdlog::warn(line);
            break;
        }
      },
      OpenDevice(device));
}

void AddDeviceFlag(CLI::App* command, CommonFlags* flags) {
  command
      ->add_option("--device", flags->device,
                   "What computes: cpu, cuda (the first GPU) or cuda:N (GPU N, from 0)")
      ->capture_default_str()
      ->check([](const std::string& device) {
        const bool known = RE2::FullMatch(device, "cpu|cuda(:[0-9]{1,4})?");
        return known ? std::string() : "no device '" + device + "'; cpu, cuda or cuda:N";
      });
}

Progress::Style CommonFlags::progress_style() const {
  return quiet ? Progress::Style::kQuiet : Progress::DetectStyle();
}

fs::path DefaultCache() {
  if (const char* cache = std::getenv("CRIA_CACHE")) return cache;
  if (const char* cache = std::getenv("XDG_CACHE_HOME")) return fs::path(cache) / "cria";
  const char* home = std::getenv("HOME");
  return home == nullptr ? fs::path(".cache/cria") : fs::path(home) / ".cache/cria";
}

namespace {
std::string program_name = "cria";
}  // namespace

std::string ProgramName() { return program_name; }
void SetProgramName(const char* argv0) {
  if (argv0 != nullptr && *argv0 != '\0') program_name = argv0;
}

namespace {
CLI::Validator NumberCheck(const std::string& what, std::function<bool(double)> good) {
  return CLI::Validator(
      [what, good](const std::string& text) {
        double value = 0;
        const bool number = CLI::detail::lexical_cast(text, value);
        return number && std::isfinite(value) && good(value)
                   ? std::string()
                   : fmt::format("{} must be a number {}", text, what);
      },
      what);
}

/// CLI11 would take the largest seed for one that is larger still.
std::string SeedFault(const std::string& text) {
  uint64_t seed = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, seed);
  return error == std::errc() && stop == end
             ? std::string()
             : fmt::format("{} must be a whole number from 0 to {}", text, UINT64_MAX);
}

}  // namespace

CLI::Validator Above0() {
  return NumberCheck("above 0", [](double value) { return value > 0; });
}
CLI::Validator AtLeast0() {
  return NumberCheck("of at least 0", [](double value) { return value >= 0; });
}

CLI::Validator Between(double low, double high) {
  return NumberCheck(fmt::format("from {} to {}", low, high),
                     [=](double value) { return value >= low && value <= high; });
}

namespace {

// "cria bench train"
std::string PathOf(const CLI::App* command) {
  const CLI::App* parent = command->get_parent();
  return parent == nullptr ? command->get_name() : PathOf(parent) + " " + command->get_name();
}

}  // namespace

std::string Quoted(const fs::path& path) {
  const std::string text = path.string();
  const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '.' || c == '_' || c == '-' || c == '/';
  });
  if (plain && !text.empty()) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

CLI::App* AddCommand(CLI::App* parent, const std::string& name, const std::string& description,
                     CommonFlags* flags, std::function<void()> run) {
  CLI::App* command = parent->add_subcommand(name, description);
  command->add_option("--threads", flags->threads, "Threads to use (0: all cores)")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  command->add_option("--seed", flags->seed, "Seed of everything random")
      ->capture_default_str()
      ->check(SeedFault);
  command->add_flag("--json", flags->json, "Machine-readable output on stdout");
  command->add_flag("--quiet", flags->quiet, "No progress, only warnings");
  command->add_flag("-v,--verbose", flags->verbose, "More log lines");
  if (!run) return command;
  command->callback([command, run = std::move(run)] {
    if (!command->get_subcommands().empty()) return;  // theirs did the work
    const std::string path = PathOf(command);
    if (StartedAsRank() && path != "cria train" && path != "cria corpus build") {
      throw Error(fmt::format("`{}` is for one process", path), "mpirun or srun",
                  "start it without; `cria train` and `cria corpus build` run on many ranks");
    }
    run();
  });
  return command;
}

}  // namespace cria::app
