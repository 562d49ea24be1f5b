// One line of text per kind of exception.
#include "failure.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <new>

#include "base/error.h"

namespace cria::app {

int ReportFailure(std::exception_ptr failure, const std::string& who) {
  try {
    std::rethrow_exception(failure);
  } catch (const Interrupted& interrupted) {
    fmt::print(stderr, "\nInterrupted. {}\n", interrupted.what());
    return kInterrupted;
  } catch (const Error& error) {
    fmt::print(stderr, "{}: {}\n", who, error.what());
    if (error.bad_usage()) return kBadUsage;
  } catch (const std::filesystem::filesystem_error& error) {
    fmt::print(stderr, "{}: {}\n  where: {}\n  mend:  check the path and its permissions\n", who,
               error.code().message(), error.path1().string());
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "{}: out of memory\n  mend:  use a smaller model, batch or context\n", who);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", who, error.what());
  }
  return kFailed;
}

}  // namespace cria::app
