// What the program says when it cannot go on, and the exit status that goes with it.
#pragma once

#include <exception>
#include <string>

namespace cria::app {

/// 0: done.
inline constexpr int kFailed = 1, kBadUsage = 2, kInterrupted = 130;

/// Prints what went wrong to stderr, behind `who` ("cria", "cria, rank 3"), unless it is to stay
/// quiet; returns the status.
int ReportFailure(std::exception_ptr failure, const std::string& who, bool speak = true);

}  // namespace cria::app
