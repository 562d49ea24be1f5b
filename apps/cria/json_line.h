// A line of JSON that the user wrote.
#pragma once

#include <string>

#include "base/json.h"

namespace cria::app {

/// Throws Error, naming `where`, if it is no JSON, or if a member of its object stands there twice:
/// one of them would be ignored.
Json ParseJsonLine(const std::string& line, const std::string& where);

}  // namespace cria::app
