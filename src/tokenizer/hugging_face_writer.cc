// Writing of tokenizer.json: the fields that transformers' LlamaConverter writes.
#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "base/json.h"
#include "base/utf8.h"
#include "tokenizer/hugging_face.h"

namespace cria::tokenizer {
namespace {

struct Merge {
  float score;
  int32_t left, right;  // ids
};

// Every split of every piece into two pieces, greatest score first, those of one piece by ids.
// (Later converters put longer left halves first; all of them join to the same piece.)
std::vector<Merge> MergesOf(const std::vector<ModelPiece>& pieces) {
  std::unordered_map<std::string_view, int32_t> ids;
  for (size_t id = 0; id < pieces.size(); ++id) {
    ids.emplace(pieces[id].text, static_cast<int32_t>(id));
  }
  std::vector<Merge> merges;
  for (const ModelPiece& piece : pieces) {
    const std::string_view text = piece.text;
    const size_t first = merges.size();
    for (size_t cut = 1; cut < text.size(); ++cut) {
      if ((text[cut] & 0xC0) == 0x80) continue;
      const auto left = ids.find(text.substr(0, cut)), right = ids.find(text.substr(cut));
      if (left == ids.end() || right == ids.end()) continue;
      merges.push_back({piece.score, left->second, right->second});
    }
    std::sort(merges.begin() + static_cast<ptrdiff_t>(first), merges.end(),
              [](const Merge& a, const Merge& b) {
                return std::tie(a.left, a.right) < std::tie(b.left, b.right);
              });
  }
  std::stable_sort(merges.begin(), merges.end(),
                   [](const Merge& a, const Merge& b) { return a.score > b.score; });
  return merges;
}

// Control and unknown pieces, and what the vocabulary adds.
Json AddedTokens(const Vocabulary& vocabulary) {
  std::map<size_t, AddedToken> tokens;
  const std::vector<ModelPiece>& pieces = vocabulary.model.pieces;
  for (size_t id = 0; id < pieces.size(); ++id) {
    if (pieces[id].type != PieceType::kControl && pieces[id].type != PieceType::kUnknown) continue;
    tokens[id].text = pieces[id].text;
  }
  for (const AddedToken& token : vocabulary.added) tokens[static_cast<size_t>(token.id)] = token;
  Json added = Json::array();
  for (const auto& [id, token] : tokens) {
    added.push_back({{"id", id},
                     {"content", token.text},
                     {"single_word", token.single_word},
                     {"lstrip", token.strips_left},
                     {"rstrip", token.strips_right},
                     {"normalized", false},
                     {"special", token.control}});
  }
  return added;
}

Json LeadingTokenProcessor(const std::string& bos, int32_t id) {
  const Json special = {{"SpecialToken", {{"id", bos}, {"type_id", 0}}}};
  const Json text = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
  const Json second = {{"Sequence", {{"id", "B"}, {"type_id", 1}}}};
  return {{"type", "TemplateProcessing"},
          {"single", {special, text}},
          {"pair", {special, text, special, second}},
          {"special_tokens", {{bos, {{"id", bos}, {"ids", {id}}, {"tokens", {bos}}}}}}};
}

// Merges as the pairs of names that they are.
Json SentencePieceMerges(const std::vector<ModelPiece>& pieces) {
  Json merges = Json::array();
  for (const Merge& merge : MergesOf(pieces)) {
    merges.push_back(pieces[static_cast<size_t>(merge.left)].text + " " +
                     pieces[static_cast<size_t>(merge.right)].text);
  }
  return merges;
}

Json ByteLevelMerges(const ByteLevelModel& model) {
  Json merges = Json::array();
  for (const auto& [left, right] : model.merges) {
    merges.push_back(model.names[static_cast<size_t>(left)] + " " +
                     model.names[static_cast<size_t>(right)]);
  }
  return merges;
}

Json ByteLevelStep(bool use_regex) {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", false},
          {"trim_offsets", true},
          {"use_regex", use_regex}};
}

void DescribeByteLevel(const ByteLevelModel& model, Json* json) {
  Json steps = Json::array();
  for (const std::string& split : model.splits) {
    steps.push_back({{"type", "Split"},
                     {"pattern", {{"Regex", split}}},
                     {"behavior", "Isolated"},
                     {"invert", false}});
  }
  steps.push_back(ByteLevelStep(false));
  (*json)["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", steps}};
  (*json)["decoder"] = ByteLevelStep(true);
}

void DescribeSentencePiece(bool add_dummy_prefix, Json* json) {
  const std::string mark = "\xE2\x96\x81";
  Json steps = Json::array();
  if (add_dummy_prefix) steps.push_back({{"type", "Prepend"}, {"prepend", mark}});
  steps.push_back({{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", mark}});
  (*json)["normalizer"] = {{"type", "Sequence"}, {"normalizers", steps}};
  Json decoders = {{{"type", "Replace"}, {"pattern", {{"String", mark}}}, {"content", " "}},
                   {{"type", "ByteFallback"}},
                   {{"type", "Fuse"}}};
  if (add_dummy_prefix) {
    decoders.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
  }
  (*json)["decoder"] =
      decoders.size() == 1 ? decoders[0] : Json{{"type", "Sequence"}, {"decoders", decoders}};
}

}  // namespace

std::string SerializeHuggingFace(const Vocabulary& vocabulary) {
  const std::vector<ModelPiece>& pieces = vocabulary.model.pieces;
  Json json = {{"version", "1.0"},          {"truncation", nullptr},
               {"padding", nullptr},        {"added_tokens", AddedTokens(vocabulary)},
               {"normalizer", nullptr},     {"pre_tokenizer", nullptr},
               {"post_processor", nullptr}, {"decoder", nullptr}};
  const int32_t bos = vocabulary.bos_id.value_or(-1);
  if (bos >= 0) {
    json["post_processor"] = LeadingTokenProcessor(pieces[static_cast<size_t>(bos)].text, bos);
  }
  // Appended as a list: the object would search for every key, and pieces are known to differ.
  Json::object_t vocab;
  for (size_t id = 0; id < pieces.size(); ++id) {
    const bool added_only = vocabulary.byte_level && (pieces[id].type == PieceType::kControl ||
                                                      pieces[id].type == PieceType::kUserDefined);
    if (!added_only) vocab.push_back({pieces[id].text, id});
  }
  Json model = {{"type", "BPE"}, {"dropout", nullptr}};
  if (vocabulary.byte_level) {
    DescribeByteLevel(*vocabulary.byte_level, &json);
    model.update({{"unk_token", nullptr},
                  {"byte_fallback", false},
                  {"ignore_merges", vocabulary.byte_level->whole_words_first}});
  } else {
    DescribeSentencePiece(vocabulary.model.normalizer.add_dummy_prefix, &json);
    model.update({{"unk_token", "<unk>"}, {"fuse_unk", true}, {"byte_fallback", true}});
  }
  model["vocab"] = std::move(vocab);
  model["merges"] =
      vocabulary.byte_level ? ByteLevelMerges(*vocabulary.byte_level) : SentencePieceMerges(pieces);
  json["model"] = std::move(model);
  return json.dump(1) + "\n";
}

}  // namespace cria::tokenizer
