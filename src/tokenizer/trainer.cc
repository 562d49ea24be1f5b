// Words counted, alphabet chosen, pairs joined, the model written.
#include "tokenizer/trainer.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/utf8.h"
#include "tokenizer/inner_form.h"
#include "tokenizer/pair_merger.h"
#include "tokenizer/word_counts.h"

namespace cria::tokenizer {
namespace {

constexpr int kMetaPieces = 3 + 256;  // <unk> <s> </s> and the bytes
constexpr size_t kBlockBytes = 1 << 20;

using CharacterCounts = std::unordered_map<uint32_t, int64_t>;

std::string BytePiece(int byte) { return fmt::format("<0x{:02X}>", byte); }

/// Length of the meta piece at the front of `text`, or 0.
size_t MetaPieceLength(std::string_view text) {
  for (const std::string_view piece : {"<unk>", "<s>", "</s>"}) {
    if (text.starts_with(piece)) return piece.size();
  }
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
  const bool byte = text.size() >= 6 && text.starts_with("<0x") && is_hex(text[3]) &&
                    is_hex(text[4]) && text[5] == '>';
  return byte ? 6 : 0;
}

/// What spm_train makes of a word: invalid bytes become U+FFFD, names of meta pieces a tab (which
/// no piece contains).
std::string CleanWord(std::string_view word) {
  std::string text = RepairUtf8(word);
  if (text.find('<') == text.npos) return text;
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t length = rest[0] == '<' ? MetaPieceLength(rest) : 0;
    out += length > 0 ? '\t' : rest[0];
    rest.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

/// Character of a clean word at `at`, with blanks as in pieces.
uint32_t CharacterAt(const std::string& text, size_t at) {
  return text[at] == ' ' ? kBlankCode : DecodeValid(text.data() + at);
}

/// The characters that must be pieces, most frequent first: as many as it takes to cover the share
/// `coverage` of the text. spm_train's arithmetic, in float, decides where that ends.
std::u32string RequiredCharacters(const CharacterCounts& counts, double coverage) {
  std::vector<std::pair<uint32_t, int64_t>> sorted(counts.begin(), counts.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  int64_t total = 0, covered = 0;
  for (const auto& [code, count] : sorted) total += count;
  std::u32string required;
  for (const auto& [code, count] : sorted) {
    const auto share =
        static_cast<float>(1.0 * static_cast<double>(covered) / static_cast<double>(total));
    if (share >= static_cast<float>(coverage)) break;
    covered += count;
    if (code != '\t') required.push_back(code);
  }
  return required;
}

ModelProto BuildModel(const TrainerOptions& options, const std::vector<std::string>& merged,
                      std::u32string_view characters) {
  ModelProto model;
  model.pieces.push_back({"<unk>", 0, PieceType::kUnknown});
  model.pieces.push_back({"<s>", 0, PieceType::kControl});
  model.pieces.push_back({"</s>", 0, PieceType::kControl});
  for (int byte = 0; byte < 256; ++byte)
    model.pieces.push_back({BytePiece(byte), 0, PieceType::kByte});
  const auto add = [&model](const std::string& text) {
    const auto order = static_cast<float>(model.pieces.size() - kMetaPieces);
    model.pieces.push_back({text, -order, PieceType::kNormal});
  };
  for (const std::string& piece : merged) add(piece);
  for (const char32_t c : characters) {
    std::string text;
    AppendUtf8(c, &text);
    add(text);
  }
  TrainerSpec& spec = model.trainer;
  spec.model_type = 2;
  spec.vocab_size = options.vocab_size;
  spec.character_coverage = static_cast<float>(options.character_coverage);
  spec.max_piece_length = options.max_piece_length;
  spec.max_sentence_length = options.max_sentence_length;
  spec.split_by_unicode_script = options.split_by_unicode_script;
  spec.split_by_number = options.split_by_number;
  spec.split_digits = options.split_digits;
  spec.allow_whitespace_only_pieces = options.allow_whitespace_only_pieces;
  spec.byte_fallback = true;
  model.normalizer = {"identity", "", true, false, true};
  return model;
}

}  // namespace

struct Trainer::State {
  TrainerOptions options;
  std::vector<WordCounts> counts{1};  // one per thread

  size_t max_line_bytes() const { return static_cast<size_t>(options.max_sentence_length); }

  /// Joins the threads' counts of one shard.
  WordMap Join(int shard) const {
    WordMap joined;
    for (const WordCounts& part : counts) {
      part.shard(shard).ForEach([&](std::string_view word, uint64_t hash, int64_t count) {
        joined.Add(word, hash, count);
      });
    }
    return joined;
  }
  CharacterCounts CountCharacters(const std::vector<WordMap>& words, const Context& context) const;
  /// The joined pieces in order; may be fewer than `merges`. Frees the words on the way.
  std::vector<std::string> MergePairs(std::vector<WordMap> words, const std::u32string& alphabet,
                                      int merges) const;
};

Trainer::Trainer(TrainerOptions options) : state_(std::make_unique<State>()) {
  const auto require = [](bool good, const char* what, const char* remedy) {
    if (!good) throw Error(what, "tokenizer training options", remedy);
  };
  require(options.vocab_size > kMetaPieces, "the vocabulary is too small",
          "ask for more than 259 pieces: 256 bytes and 3 control pieces are always there");
  require(options.character_coverage >= 0.98 && options.character_coverage <= 1,
          "the character coverage makes no sense", "choose a share from 0.98 to 1");
  require(options.max_piece_length >= 1 && options.max_piece_length <= 512,
          "the longest piece makes no sense", "choose a length from 1 to 512 characters");
  require(options.max_sentence_length >= 0, "the longest sentence makes no sense",
          "choose a number of bytes, or 0 for no bound");
  state_->options = options;
}

Trainer::~Trainer() = default;

void Trainer::AddText(std::string_view text) {
  state_->counts[0].AddLines(text, state_->max_line_bytes());
}

void Trainer::AddText(std::string_view text, const Context& context) {
  std::vector<std::string_view> blocks;
  while (!text.empty()) {
    size_t end = text.find('\n', std::min(kBlockBytes, text.size()));
    end = end == text.npos ? text.size() : end + 1;
    blocks.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  state_->counts.resize(std::max(state_->counts.size(), static_cast<size_t>(context.threads())));
  context.ParallelForThread(static_cast<int64_t>(blocks.size()), [&](int64_t i, int thread) {
    ThrowIfInterrupted();
    state_->counts[static_cast<size_t>(thread)].AddLines(blocks[static_cast<size_t>(i)],
                                                         state_->max_line_bytes());
  });
}

int64_t Trainer::sentences() const {
  int64_t sum = 0;
  for (const WordCounts& part : state_->counts) sum += part.lines;
  return sum;
}

int64_t Trainer::skipped_sentences() const {
  int64_t sum = 0;
  for (const WordCounts& part : state_->counts) sum += part.skipped_lines;
  return sum;
}

CharacterCounts Trainer::State::CountCharacters(const std::vector<WordMap>& words,
                                                const Context& context) const {
  std::vector<CharacterCounts> shards(words.size());
  context.ParallelFor(static_cast<int64_t>(words.size()), [&](int64_t shard) {
    CharacterCounts& counts = shards[static_cast<size_t>(shard)];
    words[static_cast<size_t>(shard)].ForEach(
        [&counts](std::string_view word, uint64_t, int64_t count) {
          const std::string text = CleanWord(word);
          for (size_t at = 0; at < text.size(); at += LengthOfValid(text[at])) {
            const uint32_t code = CharacterAt(text, at);
            if (code != 0) counts[code] += count;
          }
        });
  });
  CharacterCounts sum;
  for (const CharacterCounts& shard : shards) {
    for (const auto& [code, count] : shard) sum[code] += count;
  }
  return sum;
}

std::vector<std::string> Trainer::State::MergePairs(std::vector<WordMap> words,
                                                    const std::u32string& alphabet,
                                                    int merges) const {
  std::unordered_map<uint32_t, int32_t> symbol_of;
  for (size_t i = 0; i < alphabet.size(); ++i)
    symbol_of.emplace(alphabet[i], static_cast<int32_t>(i));
  const PieceRules rules{options.max_piece_length, options.split_by_unicode_script,
                         options.split_by_number, options.split_digits,
                         options.allow_whitespace_only_pieces};
  PairMerger merger(alphabet, rules, merges);
  std::vector<int32_t> symbols;
  for (WordMap& shard : words) {
    shard.ForEach([&](std::string_view word, uint64_t, int64_t count) {
      const std::string text = CleanWord(word);
      symbols.clear();
      for (size_t at = 0; at < text.size(); at += LengthOfValid(text[at])) {
        const auto it = symbol_of.find(CharacterAt(text, at));
        symbols.push_back(it == symbol_of.end() ? PairMerger::kBoundary : it->second);
      }
      merger.AddWord(symbols, count);
    });
    shard = WordMap();
  }
  return merger.Run();
}

Tokenizer Trainer::Train(const Context& context) const {
  const TrainerOptions& options = state_->options;
  const char* const where = "tokenizer training";
  std::vector<WordMap> words(WordCounts::kShards);
  context.ParallelFor(WordCounts::kShards, [&](int64_t shard) {
    words[static_cast<size_t>(shard)] = state_->Join(static_cast<int>(shard));
  });
  const CharacterCounts characters = state_->CountCharacters(words, context);
  if (characters.empty()) {
    throw Error("there is no text to train a tokenizer on", where,
                skipped_sentences() > 0 ? "every line was left out for its length; raise the bound"
                                        : "give it text with at least one line");
  }
  const std::u32string alphabet = RequiredCharacters(characters, options.character_coverage);
  const int least = kMetaPieces + static_cast<int>(alphabet.size());
  if (options.vocab_size < least) {
    throw Error(fmt::format("a vocabulary of {} is too small for the {} characters of the text",
                            options.vocab_size, alphabet.size()),
                where,
                fmt::format("ask for at least {} pieces or lower the character coverage", least));
  }
  const int merges = options.vocab_size - least;
  int64_t distinct = 0;
  for (const WordMap& shard : words) distinct += shard.size();
  context.Log(LogLevel::kInfo, fmt::format("{} distinct words, {} characters, {} pairs to join",
                                           distinct, alphabet.size(), merges));
  const std::vector<std::string> merged = state_->MergePairs(std::move(words), alphabet, merges);
  if (merged.size() < static_cast<size_t>(merges)) {
    throw Error(fmt::format("the text is too small for a vocabulary of {}", options.vocab_size),
                where,
                fmt::format("add text or ask for at most {} pieces",
                            static_cast<size_t>(least) + merged.size()));
  }
  return Tokenizer::FromBytes(SerializeModelProto(BuildModel(options, merged, alphabet)), where);
}

}  // namespace cria::tokenizer
