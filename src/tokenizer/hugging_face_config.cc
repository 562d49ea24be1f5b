// Later files win: the map, then the tokenizer's configuration, then the template's own file.
#include "tokenizer/hugging_face_config.h"

#include <algorithm>

#include "base/error.h"
#include "base/json.h"

namespace cria::tokenizer {
namespace {

constexpr const char* kRemedy = "fetch the model's files again";
constexpr int64_t kMaxVocabulary = int64_t{1} << 22;
constexpr uintmax_t kMaxTemplateBytes = 1 << 20;
constexpr const char* kNames[] = {
    "bos_token", "eos_token", "unk_token",  "pad_token",
    "sep_token", "cls_token", "mask_token", "additional_special_tokens"};

// "text" or {"content": "text"}; empty for null and other things.
std::string TokenText(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_object() && json.contains("content") && json["content"].is_string()) {
    return json["content"].get<std::string>();
  }
  return "";
}

int32_t FindPiece(const Vocabulary& vocabulary, const std::string& text) {
  const auto& pieces = vocabulary.model.pieces;
  for (size_t id = 0; id < pieces.size(); ++id) {
    if (pieces[id].text == text && pieces[id].type != PieceType::kNormal) {
      return static_cast<int32_t>(id);
    }
  }
  for (size_t id = 0; id < pieces.size(); ++id) {
    if (pieces[id].text == text) return static_cast<int32_t>(id);
  }
  return -1;
}

void SetNamed(const std::string& name, const std::string& text, Vocabulary* vocabulary) {
  for (auto& [known, old] : vocabulary->named_tokens) {
    if (known == name) {
      old = text;
      return;
    }
  }
  vocabulary->named_tokens.emplace_back(name, text);
}

void ReadNamedTokens(const Json& json, Vocabulary* vocabulary) {
  for (const char* name : kNames) {
    if (!json.contains(name)) continue;
    const std::string text = TokenText(json[name]);
    if (!text.empty()) SetNamed(name, text, vocabulary);
  }
}

AddedToken* FindAdded(Vocabulary* vocabulary, int64_t id) {
  for (AddedToken& token : vocabulary->added) {
    if (token.id == id) return &token;
  }
  return nullptr;
}

// {"32000": {"content": "<|im_start|>", "special": true, ...}}: flags of known tokens, and tokens
// that a tokenizer.model lacks.
void ReadDecoder(const Json& decoder, const std::string& where, Vocabulary* vocabulary) {
  auto& pieces = vocabulary->model.pieces;
  for (const auto& [key, json] : decoder.items()) {
    char* end = nullptr;
    const int64_t id = std::strtoll(key.c_str(), &end, 10);
    if (key.empty() || *end != '\0' || id < 0 || id >= kMaxVocabulary || !json.is_object()) {
      throw Error("added_tokens_decoder: \"" + key + "\" is no id of a token", where, kRemedy);
    }
    AddedToken token{.id = static_cast<int32_t>(id), .text = TokenText(json)};
    if (token.text.empty()) continue;
    const bool special = JsonGetOr(json, "special", true, where);
    token.control = special || LooksLikeControl(token.text);
    token.strips_left = JsonGetOr(json, "lstrip", false, where);
    token.strips_right = JsonGetOr(json, "rstrip", false, where);
    token.single_word = JsonGetOr(json, "single_word", false, where);
    if (id < std::ssize(pieces) && pieces[static_cast<size_t>(id)].text != token.text) {
      throw Error(fmt::format("token {} is \"{}\" in the tokenizer and \"{}\" here", id,
                              pieces[static_cast<size_t>(id)].text, token.text),
                  where, kRemedy);
    }
    if (id >= std::ssize(pieces)) {
      if (vocabulary->byte_level) continue;  // its tokenizer.json is complete
      for (int64_t hole = std::ssize(pieces); hole < id; ++hole) {
        pieces.push_back({fmt::format("<unused {}>", hole), 0, PieceType::kControl});
      }
      pieces.push_back(
          {token.text, 0, token.control ? PieceType::kControl : PieceType::kUserDefined});
      vocabulary->model.trainer.vocab_size = static_cast<int32_t>(pieces.size());
    }
    if (AddedToken* known = FindAdded(vocabulary, id)) {
      *known = token;
    } else {
      vocabulary->added.push_back(token);
    }
  }
}

void SetTemplate(const std::string& name, const std::string& text, Vocabulary* vocabulary) {
  for (NamedTemplate& known : vocabulary->templates) {
    if (known.name != name) continue;
    known.text = text;
    return;
  }
  vocabulary->templates.push_back({name, text});
}

void ReadTemplates(const Json& json, const std::string& where, Vocabulary* vocabulary) {
  if (json.is_string()) return SetTemplate("default", json.get<std::string>(), vocabulary);
  if (!json.is_array()) return;
  for (const Json& item : json) {
    SetTemplate(JsonGet<std::string>(item, "name", where),
                JsonGet<std::string>(item, "template", where), vocabulary);
  }
}

void ReadTokenizerConfig(const Json& json, const std::string& where, Vocabulary* vocabulary) {
  if (json.contains("added_tokens_decoder") && json["added_tokens_decoder"].is_object()) {
    ReadDecoder(json["added_tokens_decoder"], where, vocabulary);
  }
  ReadNamedTokens(json, vocabulary);
  if (json.contains("chat_template")) ReadTemplates(json["chat_template"], where, vocabulary);
  // Only LLaMA's own class heeds add_bos_token; others do what tokenizer.json says.
  const auto kind = JsonGetOr<std::string>(json, "tokenizer_class", "", where);
  if (kind.starts_with("Llama") && json.contains("add_bos_token") &&
      json["add_bos_token"].is_boolean()) {
    std::string bos;
    for (const auto& [name, text] : vocabulary->named_tokens) {
      if (name == "bos_token") bos = text;
    }
    vocabulary->bos_id = json["add_bos_token"].get<bool>() ? FindPiece(*vocabulary, bos) : -1;
  }
}

// eos_token_id: one id or several.
void ReadEndIds(const Json& json, Vocabulary* vocabulary) {
  if (!json.contains("eos_token_id")) return;
  const Json& ids = json["eos_token_id"];
  const auto add = [&](const Json& id) {
    if (!id.is_number_integer()) return;
    const auto value = id.get<int64_t>();
    if (value >= 0 && value < std::ssize(vocabulary->model.pieces)) {
      vocabulary->end_ids.push_back(static_cast<int32_t>(value));
    }
  };
  add(ids);
  if (ids.is_array()) {
    for (const Json& id : ids) add(id);
  }
}

}  // namespace

void ReadHuggingFaceConfig(const fs::path& folder, Vocabulary* vocabulary) {
  const auto read = [&](const char* name, auto&& use) {
    const fs::path path = folder / name;
    if (!fs::is_regular_file(path)) return;
    const Json json = ReadJson(path);
    if (!json.is_object()) throw Error("not a JSON object", path.string(), kRemedy);
    use(json, path.string());
  };
  read("special_tokens_map.json",
       [&](const Json& json, const std::string&) { ReadNamedTokens(json, vocabulary); });
  read("tokenizer_config.json", [&](const Json& json, const std::string& where) {
    ReadTokenizerConfig(json, where, vocabulary);
  });
  for (const char* name : {"generation_config.json", "config.json"}) {
    read(name, [&](const Json& json, const std::string&) { ReadEndIds(json, vocabulary); });
  }
  const fs::path path = folder / "chat_template.jinja";
  if (fs::is_regular_file(path)) {
    if (fs::file_size(path) > kMaxTemplateBytes) {
      throw Error("the chat template is larger than 1 MiB", path.string(), kRemedy);
    }
    SetTemplate("default", ReadFile(path), vocabulary);
  }
  for (const auto& [name, text] : vocabulary->named_tokens) {
    if (name != "eos_token") continue;
    const int32_t id = FindPiece(*vocabulary, text);
    if (id >= 0) vocabulary->eos_id = id;
  }
}

}  // namespace cria::tokenizer
