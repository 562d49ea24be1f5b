// One text per kind of exception.
#include "failure.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <new>

#include "base/error.h"

namespace cria::app {
namespace {

struct Failure {
  std::string text;
  int status = kFailed;
};

Failure Describe(std::exception_ptr failure, const std::string& who) {
  try {
    std::rethrow_exception(failure);
  } catch (const Interrupted& interrupted) {
    return {fmt::format("\nInterrupted. {}\n", interrupted.what()), kInterrupted};
  } catch (const Error& error) {
    return {fmt::format("{}: {}\n", who, error.what()), error.bad_usage() ? kBadUsage : kFailed};
  } catch (const std::filesystem::filesystem_error& error) {
    return {fmt::format("{}: {}\n  where: {}\n  mend:  check the path and its permissions\n", who,
                        error.code().message(), error.path1().string())};
  } catch (const std::bad_alloc&) {
    return {
        fmt::format("{}: out of memory\n  mend:  use a smaller model, batch or context\n", who)};
  } catch (const std::exception& error) {
    return {fmt::format("{}: {}\n", who, error.what())};
  }
}

}  // namespace

int ReportFailure(std::exception_ptr failure, const std::string& who, bool speak) {
  const Failure described = Describe(std::move(failure), who);
  if (speak) std::fputs(described.text.c_str(), stderr);
  return described.status;
}

}  // namespace cria::app
