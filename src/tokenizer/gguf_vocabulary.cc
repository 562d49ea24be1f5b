// llama.cpp's names for kinds of tokenizers and of cuts.
#include "tokenizer/gguf_vocabulary.h"

#include <cmath>
#include <unordered_map>

#include "base/error.h"
#include "base/utf8.h"
#include "tokenizer/inner_form.h"

namespace cria::tokenizer {
namespace {

constexpr const char* kRemedy = "the file is damaged; fetch it again";
constexpr size_t kMaxPieceBytes = 4096;
constexpr const char* kDigitSplit = R"(\p{N})";

struct KnownCut {
  const char* name;
  std::vector<std::string> splits;
  bool whole_words_first;
};

// llama.cpp, llama-vocab.cpp: "pre" names and what they stand for. The first of each kind is the
// one written.
const std::vector<KnownCut>& KnownCuts() {
  static const std::vector<KnownCut> cuts = {
      {"llama-bpe", {kLlama3Split}, true}, {"llama3", {kLlama3Split}, true},
      {"llama-v3", {kLlama3Split}, true},  {"smollm", {kDigitSplit, kGpt2Split}, false},
      {"gpt-2", {kGpt2Split}, false},      {"default", {kGpt2Split}, false},
  };
  return cuts;
}

std::string Key(const char* name) { return std::string("tokenizer.ggml.") + name; }

template <class T>
T Get(const Json& values, const char* name, const std::string& where) {
  return JsonGet<T>(values, Key(name).c_str(), where);
}

std::vector<ModelPiece> ReadPieces(const Json& values, const std::string& where,
                                   std::vector<AddedToken>* added) {
  const auto tokens = Get<std::vector<std::string>>(values, "tokens", where);
  std::vector<float> scores(tokens.size());
  std::vector<int32_t> types(tokens.size(), 1);
  if (values.contains(Key("scores"))) scores = Get<std::vector<float>>(values, "scores", where);
  if (values.contains(Key("token_type"))) {
    types = Get<std::vector<int32_t>>(values, "token_type", where);
  }
  if (scores.size() != tokens.size() || types.size() != tokens.size()) {
    throw Error(
        fmt::format("{} tokens, {} scores, {} types", tokens.size(), scores.size(), types.size()),
        where, kRemedy);
  }
  std::vector<ModelPiece> pieces;
  for (size_t id = 0; id < tokens.size(); ++id) {
    if (types[id] < 1 || types[id] > 6) {
      throw Error(fmt::format("token {} has type {}", id, types[id]), where, kRemedy);
    }
    if (!std::isfinite(scores[id]) || tokens[id].empty() || tokens[id].size() > kMaxPieceBytes ||
        !IsValidUtf8(tokens[id])) {
      throw Error(fmt::format("token {} is empty, beyond all reason, or not UTF-8", id), where,
                  kRemedy);
    }
    PieceType type = static_cast<PieceType>(types[id]);
    const bool unused = type == PieceType::kUnused;  // rows that no text makes
    if (unused || LooksLikeControl(tokens[id])) {
      if (type != PieceType::kUnknown) type = PieceType::kControl;
    }
    if (!unused && (type == PieceType::kControl || type == PieceType::kUserDefined)) {
      added->push_back({.id = static_cast<int32_t>(id),
                        .text = ToInner(tokens[id]),
                        .control = type == PieceType::kControl});
    }
    pieces.push_back({tokens[id], scores[id], type});
  }
  return pieces;
}

ByteLevelModel ReadByteLevel(const Json& values, const std::string& pre,
                             const std::vector<ModelPiece>& pieces, const std::string& where) {
  ByteLevelModel model;
  bool known = false;
  for (const KnownCut& cut : KnownCuts()) {
    if (pre != cut.name) continue;
    known = true;
    model.splits = cut.splits;
    model.whole_words_first = cut.whole_words_first;
  }
  if (!known) {
    throw Error(fmt::format("unsupported tokenizer: texts are cut as \"{}\" does", pre), where,
                "use a model of the LLaMA family, or give its tokenizer.json with --tokenizer");
  }
  std::unordered_map<std::string, int32_t> ids;
  for (size_t id = 0; id < pieces.size(); ++id) {
    std::string bytes;
    if (pieces[id].type == PieceType::kNormal && !BytesOfAlphabet(pieces[id].text, &bytes)) {
      throw Error(fmt::format("token {} is not in GPT-2's alphabet of bytes", id), where, kRemedy);
    }
    model.names.push_back(pieces[id].text);
    model.pieces.push_back(std::move(bytes));
    ids.emplace(pieces[id].text, static_cast<int32_t>(id));
  }
  for (const std::string& merge : Get<std::vector<std::string>>(values, "merges", where)) {
    const size_t blank = merge.find(' ');
    const auto left = ids.find(merge.substr(0, blank));
    const auto right = blank == merge.npos ? ids.end() : ids.find(merge.substr(blank + 1));
    if (left == ids.end() || right == ids.end()) {
      throw Error(fmt::format("merge \"{}\" is of no tokens", merge), where, kRemedy);
    }
    model.merges.emplace_back(left->second, right->second);
  }
  return model;
}

std::optional<int32_t> SpecialId(const Json& values, const char* name, size_t size,
                                 const std::string& where) {
  if (!values.contains(Key(name))) return std::nullopt;
  const auto id = Get<int64_t>(values, name, where);
  if (id < 0 || id >= static_cast<int64_t>(size)) return -1;  // some writers put -1 for none
  return static_cast<int32_t>(id);
}

// Templates, the names of tokens in them, and ids that end a turn.
void ReadChat(const Json& values, const std::string& where, Vocabulary* vocabulary) {
  const auto& pieces = vocabulary->model.pieces;
  for (const auto& [key, name] :
       {std::pair("bos_token_id", "bos_token"), std::pair("eos_token_id", "eos_token"),
        std::pair("unknown_token_id", "unk_token"), std::pair("padding_token_id", "pad_token")}) {
    const int32_t id = SpecialId(values, key, pieces.size(), where).value_or(-1);
    if (id >= 0) vocabulary->named_tokens.emplace_back(name, pieces[static_cast<size_t>(id)].text);
  }
  for (const char* key : {"eot_token_id", "eom_token_id"}) {
    const int32_t id = SpecialId(values, key, pieces.size(), where).value_or(-1);
    if (id >= 0) vocabulary->end_ids.push_back(id);
  }
  const std::string key = "tokenizer.chat_template";
  for (const auto& [name, value] : values.items()) {
    if (!name.starts_with(key) || !value.is_string()) continue;
    if (name.size() > key.size() && name[key.size()] != '.') continue;
    vocabulary->templates.push_back(
        {name == key ? "default" : name.substr(key.size() + 1), value.get<std::string>()});
  }
}

}  // namespace

Vocabulary ReadGgufVocabulary(const Json& values, const std::string& where) {
  const auto kind = Get<std::string>(values, "model", where);
  const auto pre = JsonGetOr<std::string>(values, Key("pre").c_str(), "default", where);
  Vocabulary vocabulary;
  vocabulary.model = LlamaModelProto();
  vocabulary.model.pieces = ReadPieces(values, where, &vocabulary.added);
  const size_t size = vocabulary.model.pieces.size();
  vocabulary.model.trainer.vocab_size = static_cast<int32_t>(size);
  vocabulary.bos_id = SpecialId(values, "bos_token_id", size, where);
  vocabulary.eos_id = SpecialId(values, "eos_token_id", size, where);
  vocabulary.blank_prefix = BlankPrefix::kEveryPart;
  ReadChat(values, where, &vocabulary);
  const bool adds_bos = values.contains(Key("add_bos_token"))
                            ? Get<bool>(values, "add_bos_token", where)
                            : kind == "llama" || pre == "llama-bpe";
  if (!adds_bos) vocabulary.bos_id = -1;
  if (kind == "llama") {
    if (values.contains(Key("add_space_prefix"))) {
      vocabulary.model.normalizer.add_dummy_prefix = Get<bool>(values, "add_space_prefix", where);
    }
  } else if (kind == "gpt2") {
    vocabulary.byte_level = ReadByteLevel(values, pre, vocabulary.model.pieces, where);
    vocabulary.model.normalizer.add_dummy_prefix = false;
  } else {
    throw Error(fmt::format("unsupported tokenizer: kind \"{}\"", kind), where,
                "use a model of the LLaMA family");
  }
  return vocabulary;
}

void WriteGgufVocabulary(const Vocabulary& vocabulary, Json* values) {
  Json& v = *values;
  v[Key("model")] = vocabulary.byte_level ? "gpt2" : "llama";
  v[Key("pre")] = "default";
  Json tokens = Json::array(), scores = Json::array(), types = Json::array();
  for (const ModelPiece& piece : vocabulary.model.pieces) {
    tokens.push_back(piece.text);
    scores.push_back(piece.score);
    types.push_back(static_cast<int32_t>(piece.type));
  }
  v[Key("tokens")] = std::move(tokens);
  v[Key("token_type")] = std::move(types);
  if (vocabulary.byte_level) {
    const ByteLevelModel& model = *vocabulary.byte_level;
    const KnownCut* known = nullptr;
    for (const KnownCut& cut : KnownCuts()) {
      if (!known && cut.splits == model.splits) known = &cut;
    }
    if (!known) {
      throw Error("GGUF has no name for the way this tokenizer cuts texts", "tokenizer",
                  "convert to hf, which keeps the regular expression");
    }
    v[Key("pre")] = known->name;
    Json merges = Json::array();
    for (const auto& [left, right] : model.merges) {
      merges.push_back(model.names[static_cast<size_t>(left)] + " " +
                       model.names[static_cast<size_t>(right)]);
    }
    v[Key("merges")] = std::move(merges);
  } else {
    v[Key("scores")] = std::move(scores);
    v[Key("add_space_prefix")] = vocabulary.model.normalizer.add_dummy_prefix;
  }
  const int32_t bos = vocabulary.bos_id.value_or(-1), eos = vocabulary.eos_id.value_or(-1);
  if (bos >= 0) v[Key("bos_token_id")] = static_cast<uint32_t>(bos);
  if (eos >= 0) v[Key("eos_token_id")] = static_cast<uint32_t>(eos);
  for (size_t id = 0; id < vocabulary.model.pieces.size(); ++id) {
    if (vocabulary.model.pieces[id].type == PieceType::kUnknown) {
      v[Key("unknown_token_id")] = static_cast<uint32_t>(id);
    }
  }
  // A BOS that prompts do not begin with may still be one that templates write.
  for (const auto& [name, text] : vocabulary.named_tokens) {
    if (name != "bos_token" || bos >= 0) continue;
    for (const AddedToken& token : vocabulary.added) {
      if (token.text == text) v[Key("bos_token_id")] = static_cast<uint32_t>(token.id);
    }
  }
  for (const int32_t id : vocabulary.end_ids) {
    if (id != eos) v[Key("eot_token_id")] = static_cast<uint32_t>(id);
  }
  v[Key("add_bos_token")] = bos >= 0;
  for (const NamedTemplate& chat : vocabulary.templates) {
    v[chat.name == "default" ? "tokenizer.chat_template" : "tokenizer.chat_template." + chat.name] =
        chat.text;
  }
  v[Key("add_eos_token")] = false;
}

}  // namespace cria::tokenizer
