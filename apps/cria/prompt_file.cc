// Text or JSON lines into requests; unknown settings are errors, not ignored.
#include "prompt_file.h"

#include <re2/re2.h>

#include "base/compressed_file.h"
#include "base/error.h"
#include "json_line.h"

namespace cria::app {
namespace {

// By the file's name, or else by how its first line begins: a line that is damaged must not pass as
// text. A prompt of text that begins so has to be written as JSON.
bool AreRequests(const fs::path& path, const std::string& first_line) {
  const fs::path ending = fs::path(UnpackedName(path.native())).extension();
  if (ending == ".jsonl" || ending == ".ndjson") return true;
  return RE2::PartialMatch(first_line, R"(^\s*\{\s*")");
}

// Sets one member of a line. False: it is not known.
bool Set(const std::string& key, const Json& json, const std::string& where, Prompt* prompt) {
  infer::Request& r = prompt->request;
  infer::SamplingOptions& s = r.sampling;
  const char* name = key.c_str();
  const std::pair<const char*, double*> numbers[] = {{"temperature", &s.temperature},
                                                     {"top_p", &s.top_p},
                                                     {"min_p", &s.min_p},
                                                     {"repeat_penalty", &s.repetition_penalty},
                                                     {"presence_penalty", &s.presence_penalty},
                                                     {"frequency_penalty", &s.frequency_penalty}};
  for (const auto& [known, target] : numbers) {
    if (key == known) {
      *target = JsonGet<double>(json, name, where);
      return true;
    }
  }
  if (key == "prompt") {
    prompt->text = JsonGet<std::string>(json, name, where);
  } else if (key == "ids") {
    r.prompt = JsonGet<std::vector<int32_t>>(json, name, where);
  } else if (key == "id") {
    prompt->id = json[key];
  } else if (key == "max_gen_len") {
    r.max_new_tokens = JsonGet<int64_t>(json, name, where);
  } else if (key == "top_k") {
    s.top_k = JsonGet<int64_t>(json, name, where);
  } else if (key == "seed") {
    r.seed = JsonGet<uint64_t>(json, name, where);
    r.sequence = 0;
  } else if (key == "logprobs") {
    r.logprobs = JsonGet<int>(json, name, where);
  } else if (key == "stop") {
    r.stop_strings = json[key].is_string()
                         ? std::vector<std::string>{JsonGet<std::string>(json, name, where)}
                         : JsonGet<std::vector<std::string>>(json, name, where);
  } else {
    return false;
  }
  return true;
}

Prompt ReadJsonLine(const std::string& line, const std::string& where,
                    const tokenizer::Tokenizer& tokenizer, const infer::Request& common,
                    uint64_t sequence, bool special) {
  const Json json = ParseJsonLine(line, where);
  const auto has = [&](const char* name) { return json.contains(name) && !json[name].is_null(); };
  if (!json.is_object() || has("prompt") == has("ids")) {
    throw Error("a line holds either \"prompt\" or \"ids\"", where,
                "write one JSON object a line, such as {\"prompt\": \"Once\"}");
  }
  Prompt prompt{.text = {}, .where = where, .id = nullptr, .request = common};
  prompt.request.sequence = sequence;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_null() && !Set(key, json, where, &prompt)) {
      throw Error(fmt::format("\"{}\" is not known here", key), where,
                  "the members of a line are listed in docs/engine.md");
    }
  }
  if (json.contains("prompt")) {
    prompt.request.prompt = PromptIds(tokenizer, prompt.text, special, where);
  }
  for (const int32_t id : prompt.request.prompt) tokenizer.RequireId(id, where);
  if (json.contains("ids")) prompt.text = tokenizer.Decode(prompt.request.prompt);
  return prompt;
}

}  // namespace

std::vector<int32_t> PromptIds(const tokenizer::Tokenizer& tokenizer, const std::string& text,
                               bool special, const std::string& where) {
  std::vector<int32_t> ids = tokenizer.PromptStart();
  if (special) {
    const std::vector<int32_t> parsed = tokenizer.EncodeSpecial(text);
    ids.insert(ids.end(), parsed.begin(), parsed.end());
  } else {
    tokenizer.Encode(text, &ids);
  }
  if (ids.empty()) throw Error("nothing to continue", where, "this model needs a prompt");
  return ids;
}

std::vector<Prompt> ReadPromptFile(const std::string& path, const tokenizer::Tokenizer& tokenizer,
                                   const infer::Request& common, bool special) {
  std::vector<Prompt> prompts;
  TextReader reader(path == "-" ? "/dev/stdin" : path);
  bool json = false;
  int64_t number = 0;
  for (std::string line; reader.NextLine(&line);) {
    if (++number == 1) {
      constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
      if (line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
      json = AreRequests(path, line);
    }
    if (json && line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string where = fmt::format("{}, line {}", path, number);
    const uint64_t sequence = prompts.size();
    if (json) {
      prompts.push_back(ReadJsonLine(line, where, tokenizer, common, sequence, special));
    } else {
      if (line.ends_with('\r')) line.pop_back();  // of a file from Windows
      prompts.push_back({.text = line, .where = where, .id = nullptr, .request = common});
      prompts.back().request.sequence = sequence;
      prompts.back().request.prompt = PromptIds(tokenizer, line, special, where);
    }
  }
  if (prompts.empty()) throw Error("no prompts", path, "write one prompt a line");
  return prompts;
}

}  // namespace cria::app
