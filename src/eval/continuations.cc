// Places drawn in documents cut into words, and wrong choices put beside the true one.
#include "eval/continuations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>

#include "base/hash.h"
#include "base/random.h"
#include "corpus/duplicates/folded_text.h"
#include "eval/kinds/kinds.h"
#include "eval/text_words.h"

namespace cria::eval {
namespace {

constexpr size_t kChoices = 4;
constexpr int kDraws = 200;          // of a language before it is given up: most last words fail
constexpr int kDrawsOfDocument = 4;  // of a document that is to give a wrong choice
constexpr int64_t kFewestLetters = 3, kLetterDifference = 2;  // of last words

struct Text {
  std::string_view text;
  int64_t number = 0;  // in its source, from 1
  std::vector<TextWord> words = {};
  std::vector<size_t> openings = {}, ends = {};  // words that open, that end a sentence

  std::string From(size_t word, size_t end_byte) const {
    return std::string(text.substr(words[word].begin, end_byte - words[word].begin));
  }
  int64_t Characters(size_t first, size_t last) const {
    return words[last].at_end - words[first].at;
  }
};

// Documents of one source and language.
struct Pool {
  std::string source, language;
  std::vector<Text> texts;
};

struct Drawn {
  Question question = {};
  int64_t text = 0;  // its number
  size_t word = 0;   // that is asked for
};

std::map<std::string, std::vector<Pool>> PoolsOf(const std::vector<HeldOutDocument>& documents) {
  std::map<std::string, std::map<std::string, Pool>> pools;
  std::map<std::string, int64_t> numbers;
  for (const HeldOutDocument& document : documents) {
    Text text{.text = document.text, .number = ++numbers[document.source]};
    text.words = SplitWords(text.text);
    for (size_t w = 0; w < text.words.size(); ++w) {
      if (text.words[w].opens) text.openings.push_back(w);
      if (text.words[w].closes) text.ends.push_back(w);
    }
    Pool& pool = pools[document.source][document.language];
    pool.source = document.source;
    pool.language = document.language;
    pool.texts.push_back(std::move(text));
  }
  std::map<std::string, std::vector<Pool>> by_source;
  for (auto& [source, languages] : pools) {
    for (auto& [language, pool] : languages) {
      if (pool.texts.size() >= kChoices) by_source[source].push_back(std::move(pool));
    }
  }
  return by_source;
}

template <class T>
void Shuffle(std::vector<T>* items, RandomStream* random) {
  for (size_t n = items->size(); n > 1; --n) {
    std::swap((*items)[n - 1], (*items)[random->NextBelow(n)]);
  }
}

// About `words` words before `cut`, from the beginning of a sentence or line where one is near.
size_t ContextStart(const Text& text, size_t cut, size_t words) {
  const size_t first = cut > words ? cut - words : 0;
  for (size_t w = first; w < std::min(cut, first + words / 4); ++w) {
    if (text.words[w].opens) return w;
  }
  return first;
}

// Sets the context, from word `start` to `end_byte`, the beginning of what is asked for in word
// `cut`. Returns the word it begins with after all; nothing where too few fit.
std::optional<size_t> SetContext(const Text& text, size_t start, size_t cut, size_t end_byte,
                                 const ContinuationOptions& options, Question* question) {
  const auto wanted = static_cast<size_t>(options.context_words);
  const size_t fewest = std::max<size_t>(1, wanted / 6), step = std::max<size_t>(1, wanted / 12);
  for (; start + fewest <= cut; start += step) {
    const std::string context = text.From(start, end_byte);
    const bool fits = std::all_of(
        question->choices.begin(), question->choices.end(),
        [&](const std::string& choice) { return !options.fits || options.fits(context + choice); });
    if (!fits) continue;
    question->contexts = {context};
    return start;
  }
  return std::nullopt;
}

// The true choice at a place that is drawn.
void SetChoices(std::string truth, std::vector<std::string> wrong, RandomStream* random,
                Question* question) {
  question->gold = static_cast<int>(random->NextBelow(wrong.size() + 1));
  question->choices = std::move(wrong);
  question->choices.insert(question->choices.begin() + question->gold, std::move(truth));
}

// A word of [first, last]; if `opening`, one that opens a sentence or a line.
std::optional<size_t> DrawWord(const Text& text, size_t first, size_t last, bool opening,
                               RandomStream* random) {
  if (first > last) return std::nullopt;
  if (!opening) return first + random->NextBelow(last - first + 1);
  const auto low = std::lower_bound(text.openings.begin(), text.openings.end(), first);
  const auto high = std::upper_bound(low, text.openings.end(), last);
  if (low == high) return std::nullopt;
  return low[static_cast<std::ptrdiff_t>(random->NextBelow(static_cast<uint64_t>(high - low)))];
}

// As many words from `first` on as come nearest to a length; empty: none is near.
std::string LikeLong(const Text& text, size_t first, int64_t characters) {
  const auto miss = [&](size_t last) {
    return std::abs(text.Characters(first, last) - characters);
  };
  size_t best = first;
  for (size_t last = first; last < text.words.size(); ++last) {
    if (miss(last) < miss(best)) best = last;
    if (text.Characters(first, last) >= characters) break;
  }
  return 8 * miss(best) <= characters ? text.From(first, text.words[best].end) : "";
}

std::vector<uint64_t> FoldedWords(std::string_view text) {
  std::vector<uint64_t> words;
  corpus::ForEachWord(text, [&](uint64_t hash, size_t, size_t) { words.push_back(hash); });
  return words;
}

// Whether the first half of the shorter begins the other too, whatever the case and the marks:
// menus, licences and headers do. Texts without any word are like all.
bool Alike(std::string_view a, std::string_view b) {
  const std::vector<uint64_t> x = FoldedWords(a), y = FoldedWords(b);
  const auto differ = std::mismatch(x.begin(), x.end(), y.begin(), y.end()).first;
  return 2 * (differ - x.begin()) >= static_cast<std::ptrdiff_t>(std::min(x.size(), y.size()));
}

// Texts of other documents of the length of `truth`, none like it or one another, none in `text`.
std::vector<std::string> WrongContinuations(const Pool& pool, const Text& text, bool opening,
                                            const std::string& truth, int64_t characters,
                                            RandomStream* random) {
  std::vector<const Text*> others;
  for (const Text& other : pool.texts) {
    if (&other != &text && other.words.size() > 1) others.push_back(&other);
  }
  Shuffle(&others, random);
  std::vector<std::string> wrong;
  for (const Text* other : others) {
    for (int i = 0; i < kDrawsOfDocument; ++i) {
      // Not the first word: a title would tell.
      const auto first = DrawWord(*other, 1, other->words.size() - 1, opening, random);
      if (!first) break;
      std::string choice = LikeLong(*other, *first, characters);
      if (choice.empty() || text.text.find(choice) != text.text.npos || Alike(choice, truth) ||
          std::any_of(wrong.begin(), wrong.end(),
                      [&](const std::string& taken) { return Alike(choice, taken); })) {
        continue;
      }
      wrong.push_back(std::move(choice));
      break;
    }
    if (wrong.size() + 1 == kChoices) break;
  }
  return wrong;
}

std::optional<Drawn> DrawContinuation(const Pool& pool, const ContinuationOptions& options,
                                      RandomStream* random) {
  const Text& text = pool.texts[random->NextBelow(pool.texts.size())];
  const auto wanted = static_cast<size_t>(options.context_words);
  const auto length = static_cast<size_t>(options.continuation_words);
  const size_t before = std::max<size_t>(1, wanted / 2);
  if (text.words.size() < before + length) return std::nullopt;
  const size_t last = text.words.size() - length;
  const bool opening = DrawWord(text, before, last, true, random).has_value();
  const size_t cut = *DrawWord(text, before, last, opening, random);
  const size_t begin = text.words[cut].begin;
  const std::string truth = text.From(cut, text.words[cut + length - 1].end);
  // Neither single letters and marks nor long runs of data; and nothing that was there before.
  const int64_t characters = text.Characters(cut, cut + length - 1);
  if (characters < 2 * options.continuation_words || characters > 12 * options.continuation_words ||
      text.text.find(truth) != begin) {
    return std::nullopt;
  }
  std::vector<std::string> wrong =
      WrongContinuations(pool, text, opening, truth, characters, random);
  if (wrong.size() + 1 != kChoices) return std::nullopt;
  Drawn drawn{.text = text.number, .word = cut};
  SetChoices(truth, std::move(wrong), random, &drawn.question);
  const size_t start = ContextStart(text, cut, wanted);
  if (!SetContext(text, start, cut, begin, options, &drawn.question)) return std::nullopt;
  return drawn;
}

// Other words of [start, end) that are about as long, at most three.
std::vector<std::string> WrongWords(const Text& text, size_t start, size_t end,
                                    const BareWord& truth, RandomStream* random) {
  std::vector<std::string> words;
  std::set<std::vector<uint64_t>> taken = {FoldedWords(truth.text)};
  for (size_t w = start; w < end; ++w) {
    const BareWord word = Bare(text.text, text.words[w]);
    if (word.characters < kFewestLetters ||
        std::abs(word.characters - truth.characters) > kLetterDifference) {
      continue;
    }
    if (taken.insert(FoldedWords(word.text)).second) words.emplace_back(word.text);
  }
  Shuffle(&words, random);
  words.resize(std::min(words.size(), kChoices - 1));
  return words;
}

bool Stands(const Text& text, size_t start, size_t end, std::string_view word) {
  for (size_t w = start; w < end; ++w) {
    if (Bare(text.text, text.words[w]).text == word) return true;
  }
  return false;
}

std::optional<Drawn> DrawLastWord(const Pool& pool, const ContinuationOptions& options,
                                  RandomStream* random) {
  const Text& text = pool.texts[random->NextBelow(pool.texts.size())];
  if (text.ends.empty()) return std::nullopt;
  const size_t last = text.ends[random->NextBelow(text.ends.size())];
  const auto wanted = static_cast<size_t>(options.context_words);
  const BareWord truth = Bare(text.text, text.words[last]);
  if (last < std::max<size_t>(1, wanted / 2) || truth.characters < kFewestLetters) {
    return std::nullopt;
  }
  const size_t start = ContextStart(text, last, wanted);
  if (!Stands(text, start, last, truth.text)) return std::nullopt;
  std::vector<std::string> wrong = WrongWords(text, start, last, truth, random);
  if (wrong.size() + 1 != kChoices) return std::nullopt;
  Drawn drawn{.text = text.number, .word = last};
  SetChoices(std::string(truth.text), std::move(wrong), random, &drawn.question);
  const auto first = SetContext(text, start, last, truth.begin, options, &drawn.question);
  if (!first) return std::nullopt;
  // A context that was made shorter may have lost one of them.
  for (const std::string& choice : drawn.question.choices) {
    if (!Stands(text, *first, last, choice)) return std::nullopt;
  }
  return drawn;
}

using Draw = std::optional<Drawn> (*)(const Pool&, const ContinuationOptions&, RandomStream*);
using Places = std::set<std::pair<int64_t, size_t>>;  // number of the text, stretch of words in it

// The first new question of any of a source's languages, beginning with the one whose turn it is.
std::optional<Question> Next(const std::vector<Pool>& pools, size_t turn,
                             const ContinuationOptions& options, Draw draw, Places* asked,
                             RandomStream* random) {
  for (size_t p = 0; p < pools.size(); ++p) {
    const Pool& pool = pools[(turn + p) % pools.size()];
    for (int i = 0; i < kDraws; ++i) {
      std::optional<Drawn> drawn = draw(pool, options, random);
      // Neighbours would ask nearly the same.
      const auto stretch = static_cast<size_t>(options.continuation_words);
      if (!drawn || !asked->emplace(drawn->text, drawn->word / stretch).second) continue;
      drawn->question.id = fmt::format("{}:{}:{}", pool.source, drawn->text, drawn->word);
      drawn->question.groups = {pool.source, pool.language};
      return std::move(drawn->question);
    }
  }
  return std::nullopt;
}

std::vector<Question> DrawAll(const std::vector<HeldOutDocument>& documents,
                              const ContinuationOptions& options, const std::string& task,
                              Draw draw) {
  const std::map<std::string, std::vector<Pool>> pools = PoolsOf(documents);
  std::map<std::string, Places> asked;
  std::set<std::string> spent;  // sources
  std::vector<Question> questions;
  for (uint64_t round = 0; spent.size() < pools.size(); ++round) {
    for (const auto& [source, of_source] : pools) {
      if (std::ssize(questions) >= options.questions) return questions;
      if (spent.contains(source)) continue;
      RandomStream random(options.seed, RandomPurpose::kSampling,
                          Hash64(task + ":" + source) + round);
      std::optional<Question> question =
          Next(of_source, round, options, draw, &asked[source], &random);
      if (question) {
        questions.push_back(std::move(*question));
      } else {
        spent.insert(source);
      }
    }
  }
  return questions;
}

TaskSpec HeldOutSpec(const char* name, const char* title, Measure measure, const char* note) {
  TaskSpec task;
  task.name = name;
  task.kind = &GeneralKind();
  task.title = title;
  task.note = note;
  task.measure = measure;
  task.where = "the held-out text";
  return task;
}

}  // namespace

std::vector<Question> WhichContinuation(const std::vector<HeldOutDocument>& documents,
                                        const ContinuationOptions& options) {
  return DrawAll(documents, options, "continuation", DrawContinuation);
}

std::vector<Question> WhichLastWord(const std::vector<HeldOutDocument>& documents,
                                    const ContinuationOptions& options) {
  return DrawAll(documents, options, "last_word", DrawLastWord);
}

TaskSpec ContinuationTask() {
  return HeldOutSpec("which_continuation", "Which text goes on", Measure::kCharacters,
                     "About 60 words of a held-out document, then its own next 20 words or as much "
                     "text of three other documents of the same source and language; the highest "
                     "likelihood per character counts (the form of HellaSwag).");
}

TaskSpec LastWordTask() {
  return HeldOutSpec("last_word", "Which word ends the sentence", Measure::kLikelihood,
                     "About 60 words up to the last word of a sentence, one that stands among them "
                     "already, or three other words of theirs of like length; the highest "
                     "likelihood counts (the form of LAMBADA, with choices).");
}

}  // namespace cria::eval
