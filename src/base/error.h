// Two kinds of failure. CRIA_CHECK: a broken invariant of ours; prints its values and aborts.
// Error: bad bytes from outside (file, flag, request); says what, where and how to mend it.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace cria {

/// Bad input from outside. `what` is the fault, `where` names file, offset, line or flag, and
/// `remedy` says how to mend it. Caught once, in the app or per request.
class Error : public std::runtime_error {
 public:
  Error(const std::string& what, const std::string& where, const std::string& remedy)
      : std::runtime_error(what + "\n  where: " + where + "\n  mend:  " + remedy),
        bad_usage_(where.starts_with("--") || where == "MODEL") {}

  /// True if the fault is in the command line: `where` names a flag, or MODEL.
  bool bad_usage() const { return bad_usage_; }

 private:
  bool bad_usage_;
};

/// Thrown when the user asked to stop (Ctrl-C, SIGTERM); exit status 130. what() says what is kept
/// and how to go on.
class Interrupted : public std::runtime_error {
 public:
  explicit Interrupted(const std::string& how_to_go_on = "") : std::runtime_error(how_to_go_on) {}
};

namespace internal {
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              const std::string& message);
}  // namespace internal

}  // namespace cria

#define CRIA_CHECK(condition, ...)                                  \
  do {                                                              \
    if (!(condition)) [[unlikely]]                                  \
      ::cria::internal::CheckFailed(__FILE__, __LINE__, #condition, \
                                    ::fmt::format("" __VA_ARGS__)); \
  } while (false)
