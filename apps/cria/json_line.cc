// The tree keeps one of two members with the same name, so they are looked for while it is made.
#include "json_line.h"

#include <set>

#include "base/error.h"

namespace cria::app {

Json ParseJsonLine(const std::string& line, const std::string& where) {
  std::set<std::string> members;
  std::string repeated;
  const Json json = ParseJson(line, where, [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth == 1 && event == Json::parse_event_t::key) {
      const auto& name = parsed.get_ref<const std::string&>();
      if (!members.insert(name).second) repeated = name;
    }
    return true;
  });
  if (repeated.empty()) return json;
  throw Error(fmt::format("\"{}\" stands there twice", repeated), where, "leave one of them");
}

}  // namespace cria::app
