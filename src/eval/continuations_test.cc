// Questions out of hand-made documents: exact ones, the rules for choices, awkward texts, and what
// an oracle and a guesser get.
#include "eval/continuations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/hash.h"
#include "base/random.h"
#include "base/utf8.h"
#include "eval/held_out_task.h"
#include "eval/llama_language_model.h"
#include "eval/text_test_model.h"
#include "eval/text_words.h"
#include "model/initial_values.h"

namespace cria::eval {
namespace {

// Sentences of 5 to 14 made-up words, every document with words of its own.
std::string MadeUp(uint64_t seed, int sentences) {
  RandomStream random(seed, RandomPurpose::kTest);
  std::vector<std::string> words;
  for (int w = 0; w < 40; ++w) {
    std::string word;
    for (uint64_t n = 2 + random.NextBelow(3); n > 0; --n) {
      word += "bdfgklmnprstvz"[random.NextBelow(14)];
      word += "aeiou"[random.NextBelow(5)];
    }
    words.push_back(word);
  }
  std::string text;
  for (int s = 0; s < sentences; ++s) {
    const uint64_t length = 5 + random.NextBelow(10);
    for (uint64_t w = 0; w < length; ++w) {
      text += (w == 0 ? (s % 4 == 0 ? "\n" : " ") : " ") + words[random.NextBelow(words.size())];
    }
    text += ".";
  }
  return text.substr(1);
}

std::vector<HeldOutDocument> Corpus(int sources, int documents, int sentences) {
  std::vector<HeldOutDocument> corpus;
  for (int s = 0; s < sources; ++s) {
    for (int d = 0; d < documents; ++d) {
      corpus.push_back({.source = std::string(1, static_cast<char>('a' + s)),
                        .language = d % 2 == 0 ? "en" : "de",
                        .text = MadeUp(static_cast<uint64_t>(100 * s + d), sentences),
                        .ids = {}});
    }
  }
  return corpus;
}

const HeldOutDocument& DocumentOf(const std::vector<HeldOutDocument>& corpus, const Question& q) {
  const size_t colon = q.id.find(':');
  int64_t number = std::stoll(q.id.substr(colon + 1));
  for (const HeldOutDocument& document : corpus) {
    if (document.source == q.id.substr(0, colon) && --number == 0) return document;
  }
  throw std::runtime_error("no document of " + q.id);
}

int64_t Characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

std::string Dump(const std::vector<Question>& questions) {
  std::string all;
  for (const Question& q : questions) {
    all += q.id + "|" + q.contexts.at(0) + "|" + std::to_string(q.gold);
    for (const std::string& choice : q.choices) all += "|" + choice;
    all += "\n";
  }
  return all;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  for (const TextWord& word : SplitWords(text)) {
    words.emplace_back(text.substr(word.begin, word.end - word.begin));
  }
  return words;
}

TEST(TextWords, StandBetweenBlanks) {
  const std::string text = "\n One,  \"two.\" three\xC2\xA0\xD1\x87\xD0\xB5?\n4";
  EXPECT_EQ(Words(text),
            (std::vector<std::string>{"One,", "\"two.\"", "three", "\xD1\x87\xD0\xB5?", "4"}));
  const std::vector<TextWord> words = SplitWords(text);
  std::string opens, closes;
  for (const TextWord& word : words) {
    opens += word.opens ? '1' : '0';
    closes += word.closes ? '1' : '0';
  }
  EXPECT_EQ(opens, "10101");
  EXPECT_EQ(closes, "01010");
  EXPECT_EQ(words[3].at, 21);  // the blank before it and its letters are two bytes each
  EXPECT_EQ(words[3].at_end, 24);
  EXPECT_EQ(words[3].begin, 22);
  EXPECT_TRUE(SplitWords(" \n\t").empty());
}

TEST(TextWords, AreTwoLettersWhereThereAreNoBlanks) {
  EXPECT_EQ(Words("我们今天学。很好"), (std::vector<std::string>{"我们", "今天", "学。", "很好"}));
  const std::vector<TextWord> words = SplitWords("我们今天学。很好");
  EXPECT_TRUE(words[3].opens);
  EXPECT_FALSE(words[1].opens);
  EXPECT_FALSE(words[0].between_blanks);
  // Thai vowels and tones above a consonant stay with it.
  EXPECT_EQ(Words("ที่นี่ดี"), (std::vector<std::string>{"ที่นี่", "ดี"}));
  EXPECT_EQ(Words("안녕하세요 세계"), (std::vector<std::string>{"안녕하세요", "세계"}));
}

TEST(TextWords, BareOnesAreLettersAlone) {
  const auto bare = [](std::string_view text) {
    return std::string(Bare(text, SplitWords(text).at(0)).text);
  };
  EXPECT_EQ(bare("\"(word.)\""), "word");
  EXPECT_EQ(bare("\xC3\xA9t\xC3\xA9!"), "\xC3\xA9t\xC3\xA9");
  EXPECT_EQ(bare("cafe\xCC\x81."), "cafe\xCC\x81");  // the accent as a character of its own
  EXPECT_EQ(bare("a.b"), "");
  EXPECT_EQ(bare("x86."), "");
  EXPECT_EQ(bare("don't"), "");
  EXPECT_EQ(bare("..."), "");
  EXPECT_EQ(bare("学习"), "");
}

// Four documents in which only one question is possible: three are too short to be asked about.
TEST(WhichContinuation, MakesTheOnlyQuestionThereIs) {
  const std::vector<HeldOutDocument> documents = {
      {"s", "en", "The title\nred fox ran off.\n\tThe dog sat down there. Far", {}},
      {"s", "en", "A\nten men sang songs here", {}},
      {"s", "en", "B\nold hats were found now", {}},
      {"s", "en", "C\nbig seas had many waves", {}},
  };
  const auto questions =
      WhichContinuation(documents, {.questions = 9, .context_words = 8, .continuation_words = 5});
  ASSERT_EQ(questions.size(), 1);
  const Question& q = questions[0];
  EXPECT_EQ(q.id, "s:1:6");
  EXPECT_EQ(q.groups, (std::vector<std::string>{"s", "en"}));
  // The break between the two texts belongs to the context: it is the same before every choice.
  EXPECT_EQ(q.contexts, (std::vector<std::string>{"The title\nred fox ran off.\n\t"}));
  EXPECT_EQ(q.choices.at(static_cast<size_t>(q.gold)), "The dog sat down there.");
  std::vector<std::string> choices = q.choices;
  std::sort(choices.begin(), choices.end());
  EXPECT_EQ(choices,
            (std::vector<std::string>{"The dog sat down there.", "big seas had many waves",
                                      "old hats were found now", "ten men sang songs here"}));
}

TEST(WhichContinuation, KeepsItsRules) {
  const auto corpus = Corpus(3, 12, 60);
  const auto questions = WhichContinuation(corpus, {.questions = 100});
  ASSERT_EQ(questions.size(), 100);
  std::set<std::string> ids;
  std::map<std::string, int> sources, languages;
  int gold[4] = {};
  for (const Question& q : questions) {
    const HeldOutDocument& document = DocumentOf(corpus, q);
    EXPECT_TRUE(ids.insert(q.id).second);
    EXPECT_EQ(q.groups, (std::vector<std::string>{document.source, document.language}));
    ++sources[document.source];
    ++languages[document.language];
    ++gold[q.gold];
    ASSERT_EQ(q.choices.size(), 4);
    const std::string& truth = q.choices[static_cast<size_t>(q.gold)];
    EXPECT_NE(document.text.find(q.contexts[0] + truth), std::string::npos);
    EXPECT_EQ(Words(truth).size(), 20);
    const size_t words = Words(q.contexts[0]).size();
    EXPECT_TRUE(words >= 30 && words <= 60) << words;
    const std::string last = Words(q.contexts[0]).back();
    EXPECT_TRUE(last.ends_with('.') || q.contexts[0].ends_with('\n')) << last;
    std::set<std::string> different(q.choices.begin(), q.choices.end());
    EXPECT_EQ(different.size(), 4);
    for (const std::string& choice : q.choices) {
      EXPECT_LE(8 * std::abs(Characters(choice) - Characters(truth)), Characters(truth));
      int64_t stands = 0;
      for (const HeldOutDocument& other : corpus) {
        if (other.text.find(choice) == std::string::npos) continue;
        ++stands;
        EXPECT_EQ(other.source, document.source);
        EXPECT_EQ(other.language, document.language);
        EXPECT_EQ(&other == &document, choice == truth);
      }
      EXPECT_EQ(stands, 1);
    }
  }
  for (const char* source : {"a", "b", "c"}) EXPECT_NEAR(sources[source], 100 / 3.0, 1);
  EXPECT_NEAR(languages["de"], 50, 3);
  for (const int count : gold) EXPECT_NEAR(count, 25, 15);  // 3.5 deviations
}

TEST(WhichContinuation, NeverPutsTheTruthTwice) {
  // Every document holds the same page once; only 12 of 60 sentences are its own.
  const std::string page = MadeUp(7, 48);
  std::vector<HeldOutDocument> corpus;
  for (uint64_t d = 0; d < 6; ++d) {
    corpus.push_back({"s", "en", MadeUp(50 + d, 12) + "\n" + page, {}});
  }
  const auto questions = WhichContinuation(corpus, {.questions = 30});
  EXPECT_GT(questions.size(), 5);
  for (const Question& q : questions) {
    const HeldOutDocument& document = DocumentOf(corpus, q);
    for (size_t c = 0; c < q.choices.size(); ++c) {
      if (static_cast<int>(c) == q.gold) continue;
      EXPECT_EQ(document.text.find(q.choices[c]), std::string::npos) << q.choices[c];
    }
  }
  // Of copies there is nothing to ask.
  for (HeldOutDocument& document : corpus) document.text = page;
  EXPECT_TRUE(WhichContinuation(corpus, {.questions = 30}).empty());
}

TEST(WhichContinuation, TakesNoChoicesThatBeginAlike) {
  // One line of each document opens behind 30 words: the same in all, but for case and marks.
  const auto make = [](bool alike) {
    std::vector<HeldOutDocument> corpus;
    const char* const kHeads[] = {
        "go to the next chapter of this book, and read on from there ",
        "Go To The Next Chapter Of This Book And Read On From There ",
        "(go) to 'the' next chapter of this book - and read on from there ",
        "GO TO THE NEXT CHAPTER OF THIS BOOK, AND READ ON FROM THERE "};
    for (uint64_t d = 0; d < 4; ++d) {
      std::string text = MadeUp(50 + d, 12);
      std::replace(text.begin(), text.end(), '\n', ' ');
      text.erase(std::remove(text.begin(), text.end(), '.'), text.end());
      const std::string rest = text.substr(0, 90);
      corpus.push_back({"s", "en", text + "\n" + (alike ? kHeads[d] + rest : rest + rest), {}});
    }
    return corpus;
  };
  EXPECT_TRUE(WhichContinuation(make(true), {}).empty());
  EXPECT_FALSE(WhichContinuation(make(false), {}).empty());
}

TEST(WhichContinuation, PassesOverWhatIsTooSmall) {
  EXPECT_TRUE(WhichContinuation({}, {}).empty());
  EXPECT_TRUE(WhichContinuation(Corpus(2, 12, 60), {.questions = 0}).empty());
  EXPECT_TRUE(WhichContinuation(Corpus(2, 6, 60), {}).empty());  // three of each language
  EXPECT_TRUE(WhichContinuation(Corpus(2, 12, 3), {}).empty());  // fewer than 50 words
  EXPECT_TRUE(WhichLastWord(Corpus(2, 6, 60), {}).empty());
  std::vector<HeldOutDocument> blank(8, {"s", "en", " \n ", {}});
  EXPECT_TRUE(WhichContinuation(blank, {}).empty());
  EXPECT_TRUE(WhichLastWord(blank, {}).empty());
  // A small source gives what it has, the others fill up.
  auto corpus = Corpus(1, 12, 60);
  for (const HeldOutDocument& document : Corpus(1, 12, 8)) {
    corpus.push_back(document);
    corpus.back().source = "small";
  }
  const auto questions = WhichContinuation(corpus, {.questions = 80});
  EXPECT_EQ(questions.size(), 80);
  const auto small = std::count_if(questions.begin(), questions.end(),
                                   [](const Question& q) { return q.groups[0] == "small"; });
  EXPECT_GT(small, 0);
  EXPECT_LT(small, 40);
}

TEST(WhichContinuation, IsTheSameForTheSameSeed) {
  const auto corpus = Corpus(3, 12, 60);
  const std::string once = Dump(WhichContinuation(corpus, {.questions = 60, .seed = 3}));
  EXPECT_EQ(once, Dump(WhichContinuation(corpus, {.questions = 60, .seed = 3})));
  EXPECT_NE(once, Dump(WhichContinuation(corpus, {.questions = 60, .seed = 4})));
  // Fewer questions are the first of more, and another source changes none of a source's own.
  EXPECT_TRUE(once.starts_with(Dump(WhichContinuation(corpus, {.questions = 30, .seed = 3}))));
  const auto fewer = WhichContinuation(Corpus(2, 12, 60), {.questions = 40, .seed = 3});
  for (const Question& q : fewer) EXPECT_NE(once.find(Dump({q})), std::string::npos);
}

TEST(WhichContinuation, ShortensContextsToFit) {
  const auto corpus = Corpus(2, 12, 60);
  const auto fits = [](const std::string& text) { return text.size() <= 300; };
  const auto questions = WhichContinuation(corpus, {.questions = 40, .fits = fits});
  EXPECT_EQ(questions.size(), 40);
  for (const Question& q : questions) {
    EXPECT_GE(Words(q.contexts[0]).size(), 10);
    for (const std::string& choice : q.choices) EXPECT_TRUE(fits(q.contexts[0] + choice));
  }
  EXPECT_TRUE(
      WhichContinuation(corpus, {.fits = [](const std::string& t) { return t.size() < 100; }})
          .empty());
  const auto short_fits = [](const std::string& text) { return text.size() <= 150; };
  const auto words = WhichLastWord(corpus, {.questions = 40, .fits = short_fits});
  EXPECT_GT(words.size(), 0);
  for (const Question& q : words) {
    for (const std::string& choice : q.choices) {
      EXPECT_NE((" " + q.contexts[0]).find(choice), std::string::npos);
    }
  }
}

TEST(WhichContinuation, CutsTextWithoutBlanksBetweenCharacters) {
  RandomStream random(1, RandomPurpose::kTest);
  std::vector<HeldOutDocument> corpus;
  for (int d = 0; d < 5; ++d) {
    std::string text;
    for (int c = 0; c < 600; ++c) {
      AppendUtf8(c % 17 == 16 ? 0x3002 : 0x4E00 + static_cast<uint32_t>(random.NextBelow(5000)),
                 &text);
    }
    corpus.push_back({"s", "zh", text, {}});
  }
  const auto questions = WhichContinuation(corpus, {.questions = 20});
  EXPECT_EQ(questions.size(), 20);
  for (const Question& q : questions) {
    EXPECT_TRUE(IsValidUtf8(q.contexts[0]));
    EXPECT_TRUE(q.contexts[0].ends_with("。"));
    for (const std::string& choice : q.choices) {
      EXPECT_TRUE(IsValidUtf8(choice));
      EXPECT_NEAR(Characters(choice), 40, 12);
    }
  }
  EXPECT_TRUE(WhichLastWord(corpus, {.questions = 20}).empty());
}

TEST(WhichLastWord, MakesTheOnlyQuestionThereIs) {
  // "seven" ends a sentence and stood before; "eight" and "quiet" are as long, "bread" too.
  const std::string text =
      "We counted seven, Eight eight quiet bread a b. Now (we said) \"seven.\"";
  const std::vector<HeldOutDocument> documents(4, {"s", "en", text, {}});
  const auto questions =
      WhichLastWord(documents, {.questions = 1, .context_words = 12, .continuation_words = 5});
  ASSERT_EQ(questions.size(), 1);
  const Question& q = questions[0];
  EXPECT_EQ(q.contexts[0], text.substr(0, text.size() - 7));
  EXPECT_EQ(q.choices.at(static_cast<size_t>(q.gold)), "seven");
  std::set<std::string> folded;
  for (std::string choice : q.choices) {
    EXPECT_NE(text.find(choice), std::string::npos);
    EXPECT_NEAR(Characters(choice), 5, 2);
    choice[0] = static_cast<char>(std::tolower(choice[0]));
    EXPECT_TRUE(folded.insert(choice).second) << choice;
  }
  EXPECT_EQ(folded.size(), 4);
}

TEST(WhichLastWord, KeepsItsRules) {
  const auto corpus = Corpus(3, 12, 60);
  const auto questions = WhichLastWord(corpus, {.questions = 60});
  ASSERT_EQ(questions.size(), 60);
  for (const Question& q : questions) {
    const std::string& truth = q.choices.at(static_cast<size_t>(q.gold));
    EXPECT_NE(DocumentOf(corpus, q).text.find(q.contexts[0] + truth + "."), std::string::npos);
    const std::vector<std::string> words = Words(q.contexts[0]);
    EXPECT_LE(words.size(), 60);
    EXPECT_EQ(std::set<std::string>(q.choices.begin(), q.choices.end()).size(), 4);
    for (const std::string& choice : q.choices) {
      EXPECT_TRUE(std::any_of(words.begin(), words.end(), [&](const std::string& word) {
        return word == choice || word == choice + ".";
      })) << choice;
      EXPECT_LE(std::abs(Characters(choice) - Characters(truth)), 2);
    }
  }
}

TEST(HeldOutTask, OracleIsRightAndGuesserIsNearChance) {
  const auto corpus = Corpus(4, 12, 120);
  std::string all;
  for (const HeldOutDocument& document : corpus) all += document.text + "\n";
  TextModel oracle([&](const std::string& context, const std::string& continuation) {
    return all.find(context + continuation) != std::string::npos ? -1.0 : -1000.0;
  });
  TextModel guesser([](const std::string& context, const std::string& continuation) {
    return -static_cast<double>(Hash64(context + continuation) % 1000000) *
           static_cast<double>(Characters(continuation));
  });
  const auto ask = [&](TextModel* model, bool words) {
    return Summary(RunTask(model, kBytes, words ? LastWordTask() : ContinuationTask(),
                           words ? WhichLastWord(corpus, {}) : WhichContinuation(corpus, {})));
  };
  for (const bool words : {false, true}) {
    const HeldOutTask right = ask(&oracle, words);
    EXPECT_EQ(right.total.count, 300);
    EXPECT_EQ(right.total.sum, 300);
    EXPECT_EQ(right.total.standard_error(), 0);
    const HeldOutTask guessed = ask(&guesser, words);
    EXPECT_EQ(guessed.chance, 0.25);
    EXPECT_NEAR(guessed.total.value(), 0.25, 4 * std::sqrt(0.25 * 0.75 / 300));
    EXPECT_EQ(guessed.by_source.size(), 4);
    EXPECT_EQ(guessed.by_language.size(), 2);
    Mean sum;
    for (const auto& [source, accuracy] : guessed.by_source) {
      EXPECT_EQ(accuracy.count, 75);
      sum.Add(accuracy);
    }
    EXPECT_EQ(sum.sum, guessed.total.sum);
  }
}

TEST(HeldOutTask, DoesNotDependOnThreads) {
  const auto corpus = Corpus(2, 12, 60);
  const ContinuationOptions options = {
      .questions = 12, .context_words = 12, .continuation_words = 5};
  const auto scores = [&](int threads) {
    const Context context(threads);
    const ModelConfig config = DeriveConfig(60'000, 257, 256);
    const std::unique_ptr<Llama> llama = MakeLlama(config, {});
    ParameterBlock parameters(config);
    InitializeParameters(context, config, 5, &parameters);
    llama->SetWeights(context, parameters);
    LlamaLanguageModel model(&context, llama.get());
    std::vector<double> all;
    for (const bool words : {false, true}) {
      const TaskResult result =
          RunTask(&model, kBytes, words ? LastWordTask() : ContinuationTask(),
                  words ? WhichLastWord(corpus, options) : WhichContinuation(corpus, options));
      EXPECT_EQ(result.not_fitting, 0);
      for (const QuestionScore& score : result.scores) {
        for (const ChoiceScore& choice : score.choices) all.push_back(choice.logprob);
      }
    }
    return all;
  };
  const std::vector<double> one = scores(1);
  EXPECT_EQ(one.size(), 2 * 12 * 4);
  EXPECT_EQ(one, scores(3));
}

TEST(HeldOutTask, KeepsItsNumbersAsJson) {
  const HeldOutTask task{.name = "n",
                         .title = "t",
                         .note = "why",
                         .chance = 0.25,
                         .total = {.sum = 2, .squares = 2, .count = 5},
                         .by_source = {{"a", {.sum = 2, .squares = 2, .count = 5}}},
                         .by_language = {{"", {.sum = 2, .squares = 2, .count = 5}}}};
  // p = 2/5: sqrt(0.4 * 0.6 / 4)
  EXPECT_NEAR(task.total.standard_error(), 0.2449490, 1e-7);
  EXPECT_EQ(Mean{}.value(), 0);
  EXPECT_EQ(Mean{}.standard_error(), 0);
  const Json json = ToJson(task);
  EXPECT_EQ(json["total"]["accuracy"], 0.4);
  const HeldOutTask back = HeldOutTaskFromJson(json, "here");
  EXPECT_EQ(ToJson(back), json);
  EXPECT_EQ(back.by_language.at("").sum, 2);
}

}  // namespace
}  // namespace cria::eval
