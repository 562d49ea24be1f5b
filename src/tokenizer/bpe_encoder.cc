// Text cut where no piece can cross, each part looked up in a cache or joined pair by pair in order
// of rank.
#include "tokenizer/bpe_encoder.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/error.h"
#include "base/utf8.h"
#include "tokenizer/inner_form.h"
#include "tokenizer/word_cache.h"

namespace cria::tokenizer {
namespace {

constexpr int32_t kNoSymbol = -1;
constexpr uint32_t kNoRank = ~uint32_t{0};
constexpr int kJoinBits = 18;  // 32 KiB, about 2 % filled by LLaMA's pieces
constexpr size_t kIdleCaches = 64;

uint64_t PairKey(int32_t left, int32_t right) {
  return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
}

size_t HashPair(uint64_t pair) {
  pair *= 0x9E3779B97F4A7C15u;
  return pair ^ pair >> 32;
}

size_t JoinBit(uint32_t left, uint32_t right) {
  return (left * 0x9E3779B97F4A7C15u ^ right * 0xC2B2AE3D27D4EB4Fu) * 0x165667B19E3779F9u >>
         (64 - kJoinBits);
}

/// Valid UTF-8 without U+2581: may be read in place.
bool IsPlain(std::string_view text) {
  while (true) {
    for (uint64_t block; text.size() >= sizeof block; text.remove_prefix(sizeof block)) {
      std::memcpy(&block, text.data(), sizeof block);
      if (block & 0x8080808080808080u) break;
    }
    if (text.empty()) return true;
    for (size_t end = text.size() < 8 ? 0 : text.size() - 8; text.size() > end;) {
      const Utf8Char c = DecodeUtf8(text);
      if (!c.valid || c.code == kBlankCode) return false;
      text.remove_prefix(static_cast<size_t>(c.length));
    }
  }
}

}  // namespace

BpeEncoder::BpeEncoder(const std::vector<ModelPiece>& pieces,
                       const std::array<int32_t, 256>& byte_ids, bool add_dummy_prefix)
    : byte_ids_(byte_ids),
      add_dummy_prefix_(add_dummy_prefix),
      joins_((size_t{1} << kJoinBits) / 64) {
  AddPieces(pieces);
  AddMerges();
  for (int c = 0; c < 128; ++c) {
    const char text = static_cast<char>(c);
    ascii_symbols_[static_cast<size_t>(c)] = symbols_.Find({&text, 1}, pieces_);
  }
}

BpeEncoder::~BpeEncoder() = default;

void BpeEncoder::AddPieces(const std::vector<ModelPiece>& pieces) {
  std::vector<float> scores;
  for (size_t id = 0; id < pieces.size(); ++id) {
    // A plain blank never reaches the merge rule in SentencePiece, so such pieces never match.
    if (pieces[id].type != PieceType::kNormal || pieces[id].text.find(' ') != std::string::npos)
      continue;
    pieces_.push_back(ToInner(pieces[id].text));
    ids_.push_back(static_cast<int32_t>(id));
    scores.push_back(pieces[id].score);
    CRIA_CHECK(symbols_.Insert(static_cast<int32_t>(pieces_.size()) - 1, pieces_),
               "duplicate piece");
    AddJoins(pieces_.back());
  }
  const size_t piece_count = pieces_.size();
  for (size_t i = 0; i < piece_count; ++i) {
    for (size_t at = 0; at < pieces_[i].size();) {
      const size_t size = LengthOfValid(pieces_[i][at]);
      const std::string character = pieces_[i].substr(at, size);
      at += size;
      if (symbols_.Find(character, pieces_) != kNoSymbol) continue;
      pieces_.push_back(character);
      ids_.push_back(-1);
      symbols_.Insert(static_cast<int32_t>(pieces_.size()) - 1, pieces_);
    }
  }
  std::vector<uint32_t> order(piece_count);
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return scores[a] > scores[b]; });
  ranks_.assign(pieces_.size(), kNoRank);
  uint32_t rank = 0;
  for (size_t i = 0; i < piece_count; ++i) {
    if (i > 0 && scores[order[i]] != scores[order[i - 1]]) ++rank;
    ranks_[order[i]] = rank;
  }
}

void BpeEncoder::AddJoins(std::string_view inner) {
  Utf8Char left = DecodeUtf8(inner);
  inner.remove_prefix(static_cast<size_t>(left.length));
  while (!inner.empty()) {
    const Utf8Char right = DecodeUtf8(inner);
    if (left.code < 128 && right.code < 128)
      ascii_joins_[left.code][right.code >> 6] |= uint64_t{1} << (right.code & 63);
    const size_t bit = JoinBit(left.code, right.code);
    joins_[bit / 64] |= uint64_t{1} << (bit % 64);
    left = right;
    inner.remove_prefix(static_cast<size_t>(right.length));
  }
}

void BpeEncoder::AddMerges() {
  std::vector<Merge> found;
  for (size_t i = 0; i < pieces_.size(); ++i) {
    const std::string_view piece = pieces_[i];
    for (size_t cut = LengthOfValid(piece[0]); cut < piece.size();
         cut += LengthOfValid(piece[cut])) {
      const int32_t left = symbols_.Find(piece.substr(0, cut), pieces_);
      if (left == kNoSymbol) continue;
      const int32_t right = symbols_.Find(piece.substr(cut), pieces_);
      if (right == kNoSymbol) continue;
      found.push_back({PairKey(left, right), ranks_[i], static_cast<int32_t>(i)});
    }
  }
  size_t slots = 16;
  while (slots < 2 * found.size()) slots *= 2;
  merges_.assign(slots, Merge());
  for (const Merge& merge : found) {
    size_t at = HashPair(merge.pair) & (slots - 1);
    while (merges_[at].pair != ~uint64_t{0}) at = (at + 1) & (slots - 1);
    merges_[at] = merge;
  }
}

const BpeEncoder::Merge* BpeEncoder::FindMerge(int32_t left, int32_t right) const {
  if (left == kNoSymbol || right == kNoSymbol) return nullptr;
  const uint64_t pair = PairKey(left, right);
  for (size_t at = HashPair(pair) & (merges_.size() - 1);; at = (at + 1) & (merges_.size() - 1)) {
    if (merges_[at].pair == pair) return &merges_[at];
    if (merges_[at].pair == ~uint64_t{0}) return nullptr;
  }
}

std::unique_ptr<WordCache> BpeEncoder::TakeCache() const {
  {
    const std::lock_guard lock(mutex_);
    if (!caches_.empty()) {
      std::unique_ptr<WordCache> cache = std::move(caches_.back());
      caches_.pop_back();
      return cache;
    }
  }
  return std::make_unique<WordCache>();
}

void BpeEncoder::ReturnCache(std::unique_ptr<WordCache> cache) const {
  const std::lock_guard lock(mutex_);
  if (caches_.size() < kIdleCaches) caches_.push_back(std::move(cache));
}

void BpeEncoder::Encode(std::string_view text, bool prefix, std::vector<int32_t>* out) const {
  if (text.empty()) return;
  prefix = prefix && add_dummy_prefix_;
  std::unique_ptr<WordCache> cache = TakeCache();
  const bool plain = IsPlain(text);
  if (!plain) {
    std::string inner = prefix ? " " : "";
    inner += ToInner(RepairUtf8(text));
    EncodeInner(inner, cache.get(), out);
  } else if (!prefix) {
    EncodeInner(text, cache.get(), out);
  } else {
    // Only the first word gets the blank in front; the rest is read in place.
    const size_t end = MayJoin(' ', DecodeValid(text.data())) ? WordEnd(text, 0) : 0;
    std::string head = " ";
    head += text.substr(0, end);
    EncodeInner(head, cache.get(), out);
    EncodeInner(text.substr(end), cache.get(), out);
  }
  ReturnCache(std::move(cache));
}

bool BpeEncoder::MayJoin(uint32_t left, uint32_t right) const {
  if ((left | right) < 128) return ascii_joins_[left][right >> 6] >> (right & 63) & 1;
  const size_t bit = JoinBit(left, right);
  return joins_[bit / 64] >> (bit % 64) & 1;
}

size_t BpeEncoder::WordEnd(std::string_view inner, size_t at) const {
  uint32_t left = DecodeValid(inner.data() + at);
  while (true) {
    at += LengthOfValid(inner[at]);
    if (at == inner.size()) return at;
    const uint32_t right = DecodeValid(inner.data() + at);
    if (!MayJoin(left, right)) return at;
    left = right;
  }
}

void BpeEncoder::EncodeInner(std::string_view inner, WordCache* cache,
                             std::vector<int32_t>* out) const {
  for (size_t at = 0; at < inner.size();) {
    const size_t end = WordEnd(inner, at);
    const std::string_view word = inner.substr(at, end - at);
    const size_t readable = inner.size() - at;
    at = end;
    if (word.size() > WordCache::kMaxBytes) {
      EncodeWord(word, out);
      continue;
    }
    const WordCache::Key key = WordCache::MakeKey(word, readable);
    WordCache::Slot& slot = cache->SlotOf(key);
    if (slot.key == key) {
      // One copy of fixed size is cheaper than a loop; what is too much is cut off again.
      const size_t before = out->size();
      out->resize(before + WordCache::kMaxIds);
      std::memcpy(out->data() + before, slot.ids, sizeof slot.ids);
      out->resize(before + static_cast<size_t>(slot.count));
      continue;
    }
    const size_t before = out->size();
    EncodeWord(word, out);
    const size_t count = out->size() - before;
    if (count > WordCache::kMaxIds) continue;
    slot.key = key;
    slot.count = static_cast<int32_t>(count);
    std::copy(out->begin() + static_cast<std::ptrdiff_t>(before), out->end(), slot.ids);
  }
}

}  // namespace cria::tokenizer
