// A token string can stand for more than one stretch of bytes, so that all ways to lay the tokens
// along the text are followed at once: the set of places where each token may begin.
#include "eval/remote/token_alignment.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "base/utf8.h"

namespace cria::eval {
namespace {

using Places = std::vector<size_t>;  // ascending

constexpr std::string_view kBlankPiece = "\xE2\x96\x81";  // U+2581, for a blank
constexpr std::string_view kUnknown = "\xEF\xBF\xBD";     // U+FFFD, for a part of a character
// Steps per byte and token, and in all: far more than tokenizers need.
constexpr size_t kEffort = 200, kMaxEffort = size_t{1} << 21;

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Two hex digits at `at` as a byte.
std::optional<char> HexByte(std::string_view text, size_t at) {
  if (at + 2 > text.size()) return std::nullopt;
  const int high = HexValue(text[at]), low = HexValue(text[at + 1]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

// "bytes:a\xe2" or "<0xE2>" as the bytes meant; nothing if it is neither.
std::optional<std::string> Unescaped(std::string_view token) {
  std::string bytes;
  if (token.size() == 6 && token.starts_with("<0x") && token.ends_with('>')) {
    const std::optional<char> byte = HexByte(token, 3);
    return byte ? std::optional<std::string>(std::string(1, *byte)) : std::nullopt;
  }
  if (!token.starts_with("bytes:")) return std::nullopt;
  token.remove_prefix(6);
  for (size_t i = 0; i < token.size();) {
    const std::optional<char> byte =
        token.substr(i).starts_with("\\x") ? HexByte(token, i + 2) : std::nullopt;
    bytes += byte ? *byte : token[i];
    i += byte ? 4 : 1;
  }
  return bytes;
}

// Where U+FFFD at `place` may end: within the character there, of which it is only a part, unless
// the text has a U+FFFD itself.
void AddUnknownEnds(std::string_view text, size_t place, Places* ends) {
  size_t begin = place;
  while (begin > 0 && (text[begin] & 0xC0) == 0x80) --begin;
  const size_t end = begin + static_cast<size_t>(DecodeUtf8(text.substr(begin)).length);
  if (end - begin < 2) return;
  const bool own = text.substr(begin, end - begin) == kUnknown;
  for (size_t e = place + 1; e <= end; ++e) {
    if (own || place > begin || e < end) ends->push_back(e);
  }
}

// One string that a token may mean, and how far behind the place of the token it stands.
struct Form {
  std::string bytes;
  bool has_unknown = false;  // U+FFFD is a part of a character
  size_t blanks_before = 0;  // left out of the string
  bool in_front_only = false;
};

// The strings that a token may mean. `lenient`: blanks may be missing, too many or U+2581.
std::vector<Form> FormsOf(const std::string& token, bool lenient) {
  std::vector<Form> forms = {{.bytes = token, .has_unknown = token.find(kUnknown) < token.size()}};
  if (auto bytes = Unescaped(token)) forms.push_back({.bytes = std::move(*bytes)});
  if (!lenient) return forms;
  Form form = forms[0];
  for (size_t at = 0; (at = form.bytes.find(kBlankPiece, at)) != std::string::npos; ++at) {
    form.bytes.replace(at, kBlankPiece.size(), " ");
  }
  if (form.bytes != token) forms.push_back(form);
  if (form.bytes.starts_with(' ')) {
    Form rest = form;
    rest.bytes.erase(0, 1);
    rest.in_front_only = true;
    forms.push_back(std::move(rest));
  }
  if (!token.empty()) {
    forms.push_back(forms[0]);
    forms.back().blanks_before = 1;
  }
  return forms;
}

void Sort(Places* places) {
  std::sort(places->begin(), places->end());
  places->erase(std::unique(places->begin(), places->end()), places->end());
}

// The lattice of all ways to lay the tokens along the text.
class Lattice {
 public:
  Lattice(std::span<const RemoteToken> tokens, std::string_view text, bool lenient)
      : text_(text), left_(std::min(kMaxEffort, kEffort * (text.size() + tokens.size() + 1))) {
    places_.push_back({0});
    for (const RemoteToken& token : tokens) {
      const std::vector<Form> forms = FormsOf(token.text, lenient);
      Places ends;
      edges_.emplace_back();
      for (size_t place : places_.back()) {
        Places own;
        for (const Form& form : forms) AddEnds(form, place, &own);
        if (places_.size() == 1) own.push_back(0);  // a BOS token
        if (left_ == 0) return;                     // as if it did not fit
        Sort(&own);
        for (size_t end : own) edges_.back().push_back({place, end});
        ends.insert(ends.end(), own.begin(), own.end());
      }
      Sort(&ends);
      if (ends.empty()) return;
      places_.push_back(std::move(ends));
    }
  }

  // Whether `count` tokens can end where the text ends.
  bool Covers(size_t count) const {
    return count < places_.size() && places_[count].back() == text_.size();
  }

  // The first counted token, if all ways of `count` tokens agree.
  std::optional<size_t> FirstCounted(size_t count, size_t context_bytes) const {
    const Edges edges = WholeWays(count);
    std::optional<size_t> first;
    bool at_border = context_bytes == 0;  // some way stands there with nothing counted yet
    for (size_t i = 0; i < count; ++i) {
      bool crosses = false, arrives = false;
      for (const auto& [begin, end] : edges[i]) {
        const bool is_bos = i == 0 && end == 0;
        const bool uncounted = begin < context_bytes || (begin == context_bytes && at_border);
        const bool counted = begin >= context_bytes || end > context_bytes;
        crosses |= uncounted && counted && !is_bos;
        arrives |= end == context_bytes && (begin < context_bytes || is_bos);
      }
      if (crosses && first) return std::nullopt;
      if (crosses) first = i;
      at_border = arrives;
    }
    return first;
  }

 private:
  struct Edge {
    size_t begin, end;
  };
  using Edges = std::vector<std::vector<Edge>>;  // of each token, by begin

  // Where a token of this form may end if it begins at `place`.
  void AddEnds(const Form& form, size_t place, Places* ends) {
    left_ -= std::min<size_t>(left_, 1);
    if (form.in_front_only && place > 0) return;
    if (form.blanks_before > 0) {
      if (!text_.substr(place).starts_with(' ')) return;
      ++place;
    }
    if (!form.has_unknown) {
      if (text_.substr(place).starts_with(form.bytes)) ends->push_back(place + form.bytes.size());
      return;
    }
    Places now = {place};
    std::string_view rest = form.bytes;
    while (!rest.empty() && !now.empty()) {
      Places next;
      const bool unknown = rest.starts_with(kUnknown);
      const size_t length = unknown ? kUnknown.size() : std::min(rest.find(kUnknown), rest.size());
      for (size_t p : now) {
        if (unknown && p < text_.size()) AddUnknownEnds(text_, p, &next);
        if (!unknown && text_.substr(p).starts_with(rest.substr(0, length))) {
          next.push_back(p + length);
        }
      }
      left_ -= std::min(left_, now.size());
      if (left_ == 0) return;
      Sort(&next);
      rest.remove_prefix(length);
      now = std::move(next);
    }
    ends->insert(ends->end(), now.begin(), now.end());
  }

  // Only what leads to the end of the text with token number `count`.
  Edges WholeWays(size_t count) const {
    Edges edges(edges_.begin(), edges_.begin() + static_cast<std::ptrdiff_t>(count));
    Places wanted = {text_.size()};
    for (size_t i = count; i-- > 0;) {
      std::erase_if(edges[i], [&](const Edge& edge) {
        return !std::binary_search(wanted.begin(), wanted.end(), edge.end);
      });
      wanted.clear();
      for (const Edge& edge : edges[i]) {
        if (wanted.empty() || wanted.back() != edge.begin) wanted.push_back(edge.begin);
      }
    }
    return edges;
  }

  const std::string_view text_;
  size_t left_;                 // effort; 0: given up
  std::vector<Places> places_;  // before each token, and behind the last that fits
  Edges edges_;
};

// The byte at which each character begins, and the end of the text.
std::vector<size_t> CharacterStarts(std::string_view text) {
  std::vector<size_t> starts;
  size_t at = 0;
  while (at < text.size()) {
    starts.push_back(at);
    at += static_cast<size_t>(DecodeUtf8(text.substr(at)).length);
  }
  starts.push_back(text.size());
  return starts;
}

// By the server's offsets, in the unit whose number i is byte starts[i]; nothing if they do not fit
// the token strings.
std::optional<size_t> FirstByOffsets(std::span<const RemoteToken> tokens, std::string_view text,
                                     size_t context_bytes, std::span<const size_t> starts) {
  const bool in_bytes = starts.size() == text.size() + 1;
  if (tokens.empty() || tokens[0].offset != 0) return std::nullopt;
  std::optional<size_t> first;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const int64_t begin_at = tokens[i].offset;
    const int64_t end_at = i + 1 < tokens.size() ? tokens[i + 1].offset : std::ssize(starts) - 1;
    if (begin_at < 0 || end_at < begin_at || end_at >= std::ssize(starts)) return std::nullopt;
    const size_t begin = starts[static_cast<size_t>(begin_at)];
    const size_t end = starts[static_cast<size_t>(end_at)];
    const std::string& token = tokens[i].text;
    if (token.find(kUnknown) == std::string::npos && !Unescaped(token)) {
      if (text.substr(begin, end - begin) != token) return std::nullopt;
    } else if (in_bytes && (end == begin || end - begin > token.size())) {
      return std::nullopt;  // U+FFFD, itself 3 bytes, stands for 1 to 3
    }
    if (!first && (begin >= context_bytes || end > context_bytes)) first = i;
  }
  return first;
}

// By the server's offsets in characters or bytes, if one of them fits or both say the same.
std::optional<size_t> FirstByOffsets(std::span<const RemoteToken> tokens, std::string_view text,
                                     size_t context_bytes) {
  std::vector<size_t> bytes(text.size() + 1);
  std::iota(bytes.begin(), bytes.end(), size_t{0});
  const auto by_bytes = FirstByOffsets(tokens, text, context_bytes, bytes);
  const auto by_characters = FirstByOffsets(tokens, text, context_bytes, CharacterStarts(text));
  if (by_bytes && by_characters && *by_bytes != *by_characters) return std::nullopt;
  return by_characters ? by_characters : by_bytes;
}

}  // namespace

CountedTokens FindContinuation(std::span<const RemoteToken> tokens, std::string_view text,
                               size_t context_bytes, size_t generated, const std::string& where) {
  CRIA_CHECK(context_bytes < text.size());
  const size_t fewest = tokens.size() - std::min(generated, tokens.size());
  // Strings as they stand first: read leniently, they could fit in more ways.
  for (const bool lenient : {false, true}) {
    const Lattice lattice(tokens, text, lenient);
    for (size_t count = fewest; count <= tokens.size(); ++count) {
      if (!lattice.Covers(count)) continue;
      if (const auto first = lattice.FirstCounted(count, context_bytes)) return {*first, count};
    }
  }
  for (size_t count = fewest; count <= tokens.size(); ++count) {
    if (const auto first = FirstByOffsets(tokens.first(count), text, context_bytes)) {
      return {*first, count};
    }
  }
  throw Error("the server's tokens cannot be laid along the text that was sent", where,
              "echo may be ignored by this server, or its tokenizer change texts: take one that "
              "echoes prompts as they are, with log-probabilities and text offsets (vLLM does)");
}

}  // namespace cria::eval
