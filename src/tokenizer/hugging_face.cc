// Reading of tokenizer.json.
#include "tokenizer/hugging_face.h"

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "base/json.h"

namespace cria::tokenizer {
namespace {

constexpr const char* kRemedy = "the tokenizer is damaged; fetch it again";
constexpr int64_t kMaxVocabulary = int64_t{1} << 22;
constexpr int64_t kMaxHoles = 1 << 16;  // ids without a piece, which take memory all the same

using Tree = SortedJson;
using Ids = std::unordered_map<std::string, int32_t>;

[[noreturn]] void Refuse(const std::string& what, const std::string& where) {
  throw Error("unsupported tokenizer: " + what, where,
              "use the tokenizer.model or tokenizer.json of a LLaMA-family model");
}

bool IsNull(const Tree& json, const char* key) {
  return !json.contains(key) || json[key].is_null();
}

std::string TypeOf(const Tree& json) {
  return json.is_object() && json.contains("type") && json["type"].is_string()
             ? json["type"].get<std::string>()
             : "";
}

// "a b" or ["a", "b"].
std::pair<std::string, std::string> MergeOf(const Tree& merge, const std::string& where) {
  if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
    return {merge[0].get<std::string>(), merge[1].get<std::string>()};
  }
  const std::string text = merge.is_string() ? merge.get<std::string>() : "";
  const size_t blank = text.find(' ');
  if (blank == text.npos) throw Error("a merge that is no pair", where, kRemedy);
  return {text.substr(0, blank), text.substr(blank + 1)};
}

AddedToken ReadAddedToken(const Tree& json, const std::string& where) {
  AddedToken token;
  token.text = JsonGet<std::string>(json, "content", where);
  token.id = static_cast<int32_t>(JsonGet<int64_t>(json, "id", where));
  token.control = JsonGetOr(json, "special", true, where) || LooksLikeControl(token.text);
  token.strips_left = JsonGetOr(json, "lstrip", false, where);
  token.strips_right = JsonGetOr(json, "rstrip", false, where);
  token.single_word = JsonGetOr(json, "single_word", false, where);
  return token;
}

// Pieces by id out of the vocabulary and the added tokens; ids must be 0, 1, 2, ...
std::vector<ModelPiece> PiecesOf(const Tree& json, const std::string& where,
                                 std::vector<AddedToken>* added) {
  std::vector<ModelPiece> pieces;
  std::vector<bool> seen;
  const auto vocab = JsonGet<Tree>(json["model"], "vocab", where);
  const int64_t named = static_cast<int64_t>(
      vocab.size() + (IsNull(json, "added_tokens") ? 0 : json["added_tokens"].size()));
  const auto put = [&](const std::string& text, int64_t id, PieceType type) {
    if (id < 0 || id >= std::min(kMaxVocabulary, named + kMaxHoles))
      throw Error("an id beyond all reason", where, kRemedy);
    if (static_cast<size_t>(id) >= pieces.size()) {
      pieces.resize(static_cast<size_t>(id) + 1);
      seen.resize(pieces.size());
    }
    ModelPiece& piece = pieces[static_cast<size_t>(id)];
    if (seen[static_cast<size_t>(id)] && piece.text != text) {
      throw Error(fmt::format("id {} is both \"{}\" and \"{}\"", id, piece.text, text), where,
                  kRemedy);
    }
    piece.text = text;
    piece.type = type;
    seen[static_cast<size_t>(id)] = true;
  };
  for (const auto& [text, id] : vocab.items()) {
    if (!id.is_number_integer()) throw Error("an id that is no number", where, kRemedy);
    put(text, id.get<int64_t>(), PieceType::kNormal);
  }
  if (!IsNull(json, "added_tokens")) {
    for (const Tree& token : json["added_tokens"]) {
      const auto id = JsonGet<int64_t>(token, "id", where);
      const bool in_vocabulary = id >= 0 && id < std::ssize(seen) && seen[static_cast<size_t>(id)];
      added->push_back(ReadAddedToken(token, where));
      // An ordinary token that is in the vocabulary too can also come of merges.
      put(added->back().text, id,
          added->back().control ? PieceType::kControl
          : in_vocabulary       ? PieceType::kNormal
                                : PieceType::kUserDefined);
    }
  }
  for (size_t id = 0; id < seen.size(); ++id) {
    // Holes (reserved rows of the embedding) can never be written or read.
    if (!seen[id]) pieces[id] = {fmt::format("<unused {}>", id), 0, PieceType::kControl};
  }
  return pieces;
}

// The token that the post-processor puts before a single text; -1 if none.
int32_t LeadingToken(const Tree& json, const Ids& ids) {
  if (IsNull(json, "post_processor")) return -1;
  const Tree& post = json["post_processor"];
  std::vector<const Tree*> steps = {&post};
  if (TypeOf(post) == "Sequence" && post.contains("processors") && post["processors"].is_array()) {
    for (const Tree& step : post["processors"]) steps.push_back(&step);
  }
  for (const Tree* step : steps) {
    if (TypeOf(*step) != "TemplateProcessing" || !step->contains("single")) continue;
    const Tree& single = (*step)["single"];
    if (!single.is_array() || single.empty() || !single[0].contains("SpecialToken")) continue;
    const auto it = ids.find(single[0]["SpecialToken"].value("id", ""));
    if (it != ids.end()) return it->second;
  }
  return -1;
}

int32_t EndToken(const Ids& ids) {
  for (const char* name : {"</s>", "<|end_of_text|>", "<|endoftext|>", "<|im_end|>"}) {
    if (const auto it = ids.find(name); it != ids.end()) return it->second;
  }
  return -1;
}

// SentencePiece's form: a piece's score is minus its place among pieces in the order of the first
// merges that make them, those that nothing makes (single characters) behind.
void ReadScores(const Tree& merges, const Ids& ids, const std::string& where, ModelProto* model) {
  std::vector<bool> made(model->pieces.size());
  float rank = 0;
  for (const Tree& merge : merges) {
    const auto [left, right] = MergeOf(merge, where);
    const auto it = ids.find(left + right);
    if (it == ids.end()) throw Error("a merge that makes no piece", where, kRemedy);
    const size_t id = static_cast<size_t>(it->second);
    if (!made[id]) model->pieces[id].score = -rank++;
    made[id] = true;
  }
  for (size_t id = 0; id < made.size(); ++id) {
    ModelPiece& piece = model->pieces[id];
    if (piece.text.size() == 6 && piece.text.starts_with("<0x")) piece.type = PieceType::kByte;
    if (piece.text == "<unk>") piece.type = PieceType::kUnknown;
    if (piece.type != PieceType::kNormal) piece.score = 0;
    if (piece.type == PieceType::kNormal && !made[id]) piece.score = -rank++;
  }
}

void RequireBlankEscapes(const Tree& json, const std::string& where) {
  const std::string text = (IsNull(json, "normalizer") ? "" : json["normalizer"].dump()) +
                           (IsNull(json, "pre_tokenizer") ? "" : json["pre_tokenizer"].dump());
  const bool known = text.find("\xE2\x96\x81") != text.npos && text.find("NFKC") == text.npos &&
                     text.find("Lowercase") == text.npos && text.find("Strip") == text.npos;
  if (!known) Refuse("its normalizer is not LLaMA's", where);
}

// Which parts of a text get SentencePiece's blank in front.
void ReadBlankPrefix(const Tree& json, const std::string& where, Vocabulary* vocabulary) {
  const bool prepends =
      !IsNull(json, "normalizer") && json["normalizer"].dump().find("Prepend") != std::string::npos;
  vocabulary->blank_prefix = BlankPrefix::kEveryPart;
  vocabulary->model.normalizer.add_dummy_prefix = prepends;
  if (IsNull(json, "pre_tokenizer")) return;
  const Tree& step = json["pre_tokenizer"];
  if (TypeOf(step) != "Metaspace") Refuse(fmt::format("pre-tokenizer \"{}\"", TypeOf(step)), where);
  if (step.value("split", true)) Refuse("a Metaspace that cuts at blanks", where);
  const std::string scheme =
      step.value("prepend_scheme", step.value("add_prefix_space", true) ? "always" : "never");
  if (scheme == "first") vocabulary->blank_prefix = BlankPrefix::kStart;
  vocabulary->prefix_before_blank = prepends;
  vocabulary->model.normalizer.add_dummy_prefix = prepends || scheme != "never";
}

// One step of the pre-tokenizer as a regular expression; nothing for steps that do not cut.
void AddSplit(const Tree& step, const std::string& where, std::vector<std::string>* splits) {
  const std::string type = TypeOf(step);
  if (type == "Sequence") {
    for (const Tree& inner : JsonGet<Tree>(step, "pretokenizers", where)) {
      AddSplit(inner, where, splits);
    }
  } else if (type == "Split") {
    const auto pattern = JsonGet<Tree>(step, "pattern", where);
    if (!pattern.contains("Regex") || step.value("behavior", "") != "Isolated" ||
        step.value("invert", false)) {
      Refuse("a Split of another kind than Isolated by Regex", where);
    }
    splits->push_back(JsonGet<std::string>(pattern, "Regex", where));
  } else if (type == "Digits") {
    splits->push_back(step.value("individual_digits", false) ? R"(\p{N})" : R"(\p{N}+)");
  } else if (type == "ByteLevel") {
    if (step.value("add_prefix_space", false)) Refuse("it puts a blank before texts", where);
    if (step.value("use_regex", true)) splits->push_back(kGpt2Split);
  } else {
    Refuse(fmt::format("pre-tokenizer \"{}\"", type), where);
  }
}

ByteLevelModel ReadByteLevel(const Tree& json, const Ids& ids,
                             const std::vector<ModelPiece>& pieces, const std::string& where) {
  if (!IsNull(json, "normalizer")) Refuse("a byte-level model that normalises text", where);
  ByteLevelModel model;
  AddSplit(json["pre_tokenizer"], where, &model.splits);
  model.whole_words_first = json["model"].value("ignore_merges", false);
  for (const ModelPiece& piece : pieces) {
    model.names.push_back(piece.text);
    std::string bytes;
    if (piece.type == PieceType::kNormal && !BytesOfAlphabet(piece.text, &bytes)) {
      throw Error(fmt::format("\"{}\" is not in GPT-2's alphabet of bytes", piece.text), where,
                  kRemedy);
    }
    model.pieces.push_back(std::move(bytes));
  }
  for (const Tree& merge : JsonGet<Tree>(json["model"], "merges", where)) {
    const auto [left, right] = MergeOf(merge, where);
    const auto a = ids.find(left), b = ids.find(right);
    if (a == ids.end() || b == ids.end()) throw Error("a merge of no pieces", where, kRemedy);
    model.merges.emplace_back(a->second, b->second);
  }
  return model;
}

}  // namespace

ModelProto LlamaModelProto() {
  ModelProto model;
  model.trainer.model_type = 2;
  model.trainer.byte_fallback = true;
  model.trainer.split_digits = true;
  model.trainer.allow_whitespace_only_pieces = true;
  model.normalizer.name = "identity";
  model.normalizer.remove_extra_whitespaces = false;
  return model;
}

bool LooksLikeHuggingFace(std::string_view bytes) {
  const size_t at = bytes.find_first_not_of(" \t\r\n");
  return at != bytes.npos && bytes[at] == '{';
}

Vocabulary ParseHuggingFace(std::string_view bytes, const std::string& where) try {
  const Tree json = ParseSortedJson(bytes, where);
  const auto model = JsonGet<Tree>(json, "model", where);
  const std::string type = model.value("type", "BPE");
  if (type != "BPE") Refuse(fmt::format("a {} model, not BPE", type), where);
  for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!IsNull(model, key) && model[key] != Tree(""))
      Refuse(fmt::format("it uses {}", key), where);
  }
  Vocabulary vocabulary;
  vocabulary.model = LlamaModelProto();
  vocabulary.model.pieces = PiecesOf(json, where, &vocabulary.added);
  vocabulary.model.trainer.vocab_size = static_cast<int32_t>(vocabulary.model.pieces.size());
  Ids ids;
  for (size_t id = 0; id < vocabulary.model.pieces.size(); ++id) {
    ids.emplace(vocabulary.model.pieces[id].text, static_cast<int32_t>(id));
  }
  vocabulary.bos_id = LeadingToken(json, ids);
  vocabulary.eos_id = EndToken(ids);
  const bool byte_level = !IsNull(json, "pre_tokenizer") &&
                          json["pre_tokenizer"].dump().find("ByteLevel") != std::string::npos;
  if (byte_level) {
    vocabulary.byte_level = ReadByteLevel(json, ids, vocabulary.model.pieces, where);
    vocabulary.model.normalizer.add_dummy_prefix = false;
  } else {
    if (!model.value("byte_fallback", false)) Refuse("it has no byte fallback", where);
    RequireBlankEscapes(json, where);
    ReadBlankPrefix(json, where, &vocabulary);
    ReadScores(JsonGet<Tree>(model, "merges", where), ids, where, &vocabulary.model);
  }
  return vocabulary;
} catch (const nlohmann::json::exception& error) {
  throw Error(fmt::format("a field has another type than tokenizers have: {}", error.what()), where,
              kRemedy);
}

}  // namespace cria::tokenizer
