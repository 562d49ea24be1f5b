// Lines are whole up to the last line feed: each result is written at once, its end last.
#include "finished_lines.h"

#include <string_view>

#include "base/error.h"
#include "base/file.h"

namespace cria::app {
namespace {

[[noreturn]] void Refuse(int64_t line, const std::string& path) {
  throw Error(fmt::format("line {} is no result of these prompts", line), path,
              "resume with the prompts and the model of the first run, or write to another file");
}

}  // namespace

std::set<int64_t> FinishedLines(const std::string& path, const std::vector<Prompt>& prompts) {
  std::set<int64_t> finished;
  if (!fs::exists(path)) return finished;
  const std::string text = ReadFile(path);
  const size_t whole = text.rfind('\n') + 1;  // 0 if there is none
  int64_t number = 0;
  for (size_t begin = 0; begin < whole; begin = text.find('\n', begin) + 1) {
    ++number;
    const std::string_view line =
        std::string_view(text).substr(begin, text.find('\n', begin) - begin);
    const Json result = TryParseJson(line);
    const bool is_result = result.is_object() && result.contains("index") &&
                           result["index"].is_number_integer() && result.contains("prompt_ids");
    const int64_t index = is_result ? result["index"].get<int64_t>() : -1;
    if (index < 0 || index >= std::ssize(prompts)) Refuse(number, path);
    const Prompt& prompt = prompts[static_cast<size_t>(index)];
    if (result["prompt_ids"] != Json(prompt.request.prompt) ||
        result.value("id", Json()) != prompt.id) {
      Refuse(number, path);
    }
    finished.insert(index);
  }
  const std::string_view torn = std::string_view(text).substr(whole);
  if (torn.empty()) return finished;
  constexpr std::string_view kBegin = "{\"index\":";
  if (torn.substr(0, kBegin.size()) != kBegin.substr(0, torn.size())) Refuse(number + 1, path);
  fs::resize_file(path, whole);
  return finished;
}

}  // namespace cria::app
