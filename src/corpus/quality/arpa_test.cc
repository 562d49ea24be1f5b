// ARPA text read and written: KenLM's own test model with the scores that KenLM publishes for it, a
// round trip of a trained model, and texts that are no models.
#include "corpus/quality/arpa.h"

#include <gtest/gtest.h>

#include "base/compressed_file.h"
#include "base/error.h"
#include "corpus/quality/ngram_test_model.h"

namespace cria::corpus {
namespace {

using Values = NgramModelWriter::Values;

// The part of KenLM's lm/test.arpa that its lm/model_test.cc asks about. It lacks n-grams that
// longer ones end with, backoffs of n-grams that longer ones begin with, and has one above 1.
constexpr char kModel[] =
    "# a comment\n\n\\data\\\nngram 1=20\nngram 2=16\nngram 3=10\nngram 4=5\nngram 5=4\n\n"
    "\\1-grams:\n"
    "-1.383514\t,\t-0.30103\n-1.139057\t.\t-0.845098\n-1.029493\t</s>\n-99\t<s>\t-0.4149733\n"
    "-1.995635\t<unk>\t-20\n-1.285941\ta\t-0.69897\n-1.687872\talso\t-0.30103\n"
    "-1.687872\tbiarritz\t-0.30103\n-1.687872\tconsider\t-0.30103\n-1.509559\thigher\t-0.30103\n"
    "-1.687872\thowever\t-0.30103\n-1.285941\tlittle\t-0.69897\n-1.383514\tloin\t-0.30103\n"
    "-1.285941\tlooking\t-0.4771212\n-1.206319\tmore\t-0.544068\n-1.509559\ton\t-0.4771212\n"
    "-1.687872\tthe\t-0.30103\n-1.687872\twould\t-0.30103\n-3.141592\tfoo\n"
    "-2.718281\tbar\t3.0\n"
    "\n\\2-grams:\n"
    "-0.4846522\t<s> looking\t-0.4771214\n-0.09132547\ta little\t-0.69897\n"
    "-0.2834328\thowever ,\n-0.09021038\tlittle more\t-0.1998621\n-0.7273645\tloin ,\n"
    "-0.4638903\tlooking higher\n-0.4638903\tlooking on\t-0.4771212\n"
    "-0.5136299\tmore .\t-0.4771212\n-0.3561665\tmore loin\n-0.1649931\ton a\t-0.4771213\n"
    "-0.2922095\twould also\n-2\talso would\t-6\n-15\t<unk> <unk>\t-2\n-4\t<unk> however\t-1\n"
    "-6\tfoo bar\n-0.0602359\t. </s>\n"
    "\n\\3-grams:\n"
    "-0.01916512\tmore . </s>\n-0.0283603\ton a little\t-0.4771212\n"
    "-0.01660496\ta little more\t-0.09409451\n-0.3488368\t<s> looking higher\n"
    "-0.3488368\t<s> looking on\t-0.4771212\n-0.1892331\tlittle more loin\n"
    "-0.04835128\tlooking on a\t-0.4771212\n-3\talso would consider\t-7\n"
    "-6\t<unk> however <unk>\t-12\n-7\tfoo bar a\n"
    "\n\\4-grams:\n"
    "-0.009249173\tlooking on a little\t-0.4771212\n-0.005464747\ton a little more\t-0.4771212\n"
    "-0.1453306\ta little more loin\n"
    "-0.01552657\t<s> looking on a\t-0.4771212\n-4\talso would consider higher\t-8\n"
    "\n\\5-grams:\n"
    "-0.003061223\t<s> looking on a little\n-0.001813953\tlooking on a little more\n"
    "-0.0432557\ton a little more loin\n-5\talso would consider higher looking\n"
    "\n\\end\\\n";

class ArpaModel {
 public:
  ArpaModel(const std::string& text, Values values) {
    const Context context(1);
    NgramMemory memory(context, 1 << 20, folder_.path());
    NgramModelWriter writer(folder_.path() / "model", values, &memory);
    stats_ = ReadArpa(text, "a text", &writer);
    writer.Finish();
    model_.emplace(folder_.path() / "model");
  }
  const NgramModel& model() const { return *model_; }
  const ArpaStats& stats() const { return stats_; }

 private:
  TestFolder folder_;
  ArpaStats stats_;
  std::optional<NgramModel> model_;
};

struct Expected {
  const char* word;
  int length;
  double log10_probability;
};

NgramState Expect(const NgramModel& model, NgramState state, const std::vector<Expected>& words) {
  for (const Expected& expected : words) {
    const NgramScore score = model.Next(state, model.Find(expected.word), &state);
    EXPECT_NEAR(score.log10_probability, expected.log10_probability, 1e-5) << expected.word;
    EXPECT_EQ(score.length, expected.length) << expected.word;
  }
  return state;
}

void ExpectKenLmScores(const NgramModel& model) {
  const NgramState none;
  NgramState state = Expect(model, model.Begin(),
                            {{"looking", 2, -0.484652},
                             {"on", 3, -0.348837},
                             {"a", 4, -0.0155266},
                             {"little", 5, -0.00306122}});
  EXPECT_EQ(state.length, 4);
  EXPECT_EQ(Expect(model, state, {{"more", 5, -0.00181395}}).length, 4);
  EXPECT_EQ(Expect(model, state, {{"more", 5, -0.00181395}, {"loin", 5, -0.0432557}}).length, 1);
  state = Expect(model, state,
                 {{"the", 1, -4.04005},
                  {"biarritz", 1, -1.9889},
                  {"not_found", 1, -2.29666},
                  {"more", 1, -1.20632 - 20.0},
                  {".", 2, -0.51363},
                  {"</s>", 3, -0.0191651}});
  EXPECT_EQ(state.length, 0);
  Expect(model, model.Begin(), {{",", 1, -1.383514 - 0.4149733}});
  // N-grams that the text left out.
  state = Expect(model, none,
                 {{"also", 1, -1.687872},
                  {"would", 2, -2},
                  {"consider", 3, -3},
                  {"higher", 4, -4},
                  {"looking", 5, -5}});
  EXPECT_EQ(state.length, 1);
  Expect(model, none,
         {{"also", 1, -1.687872},
          {"would", 2, -2},
          {"consider", 3, -3},
          {"not_found", 1, -1.995635 - 7.0 - 0.30103}});
  Expect(model, none,
         {{"higher", 1, -1.509559},
          {"looking", 2, -1.285941 - 0.30103},
          {"consider", 1, -1.687872 - 0.4771212}});
  state = Expect(model, none,
                 {{"would", 1, -1.687872},
                  {"consider", 2, -1.687872 - 0.30103},
                  {"higher", 3, -1.509559 - 0.30103}});
  EXPECT_EQ(state.length, 3);
  Expect(model, state, {{"looking", 4, -1.285941 - 0.30103}});
  // <unk> in context, and backoffs that the text does not have.
  Expect(model, none, {{"not_found", 1, -1.995635}, {"x", 2, -15.0}, {"y", 2, -17.0}});
  Expect(model, none, {{"not_found", 1, -1.995635}, {"however", 2, -4}, {"y", 3, -6}});
  state = Expect(model, none, {{"foo", 1, -3.141592}, {"bar", 2, -6.0}});
  EXPECT_EQ(state.length, 2) << "foo bar a begins so, though it has no backoff";
  Expect(model, state, {{"a", 3, -7}});
  Expect(model, none, {{"bar", 1, -2.718281}, {"bar", 1, -2.718281 + 3.0}});
}

TEST(Arpa, GivesTheScoresThatKenLmPublishes) {
  const ArpaModel floats(kModel, Values::kFloat);
  EXPECT_EQ(floats.stats().order, 5);
  EXPECT_EQ(floats.stats().ngrams, (std::vector<int64_t>{20, 16, 10, 5, 4}));
  // would consider, consider higher, higher looking; would consider higher, consider higher
  // looking; would consider higher looking; <s> looking on a has all; however <unk>; bar a.
  EXPECT_EQ(floats.stats().added, 8);
  ExpectKenLmScores(floats.model());
  // So few values are kept exactly.
  ExpectKenLmScores(ArpaModel(kModel, Values::kQuantized).model());
}

TEST(Arpa, GivesUnknownWordsWhatKenLmGivesWithoutUnk) {
  const ArpaModel model("\\data\\\nngram 1=3\n\n\\1-grams:\n-1 a\n-99\t<s>\n-0.5\t</s>\n\\end\\",
                        Values::kFloat);
  Expect(model.model(), model.model().Begin(), {{"b", 1, -100}, {"a", 1, -1}, {"</s>", 1, -0.5}});
}

TEST(Arpa, SurvivesARoundTripInAllThreeForms) {
  const TestFolder folder;
  const TestCorpus corpus(RandomSentences(500, 80, 21));
  for (const char* name : {"model.arpa", "model.arpa.gz", "model.arpa.zst"}) {
    const fs::path path = folder.path() / name, again = folder.path() / (std::string("2") + name);
    ArpaWriter writer(path, folder.path());
    TestSink trained, read;
    const TestSetting setting = {.order = 4, .options = {.prune = {0, 0, 1}}};
    Estimate(corpus, setting, folder.path(), &writer);
    Estimate(corpus, setting, folder.path(), &trained);
    writer.Finish();
    EXPECT_EQ(ReadArpa(path, &read).added, 0);
    EXPECT_EQ(read.vocabulary, trained.vocabulary);
    EXPECT_EQ(read.ngrams, trained.ngrams);
    // Whatever begins a longer n-gram is known to.
    for (const auto& [words, weights] : trained.ngrams) {
      const bool ends = weights.second == 0 && std::signbit(weights.second);
      EXPECT_EQ(!ends, read.marks[words] > 0) << words;
    }
    ArpaWriter second(again, folder.path());
    ReadArpa(path, &second);
    second.Finish();
    EXPECT_EQ(TextReader(path).ReadAll(), TextReader(again).ReadAll()) << name;
    EXPECT_EQ(ReadFile(path).starts_with("\x1f\x8b"), std::string_view(name).ends_with("gz"));
  }
}

// A text becomes the same file as the model that it was written from.
TEST(Arpa, AndModelFileAreTheSameModel) {
  const TestFolder folder;
  const TestCorpus corpus(RandomSentences(500, 80, 22));
  const fs::path arpa = folder.path() / "arpa", direct = folder.path() / "direct",
                 indirect = folder.path() / "indirect";
  ArpaWriter arpa_writer(arpa, folder.path());
  Estimate(corpus, {.order = 5}, folder.path(), &arpa_writer);
  arpa_writer.Finish();
  WriteModel(corpus, {.order = 5}, Values::kQuantized, direct);
  const Context context(1);
  NgramMemory memory(context, 1 << 20, folder.path());
  NgramModelWriter writer(indirect, Values::kQuantized, &memory);
  ReadArpa(arpa, &writer);
  writer.Finish();
  EXPECT_TRUE(ReadFile(direct) == ReadFile(indirect));
}

TEST(Arpa, RefusesWhatIsNoModel) {
  const std::string good = kModel;
  const auto refused = [](const std::string& text) {
    TestSink sink;
    try {
      ReadArpa(text, "a text", &sink);
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("a text, line "), std::string::npos);
      return true;
    }
    return false;
  };
  const auto changed = [&good](const std::string& from, const std::string& to) {
    std::string text = good;
    EXPECT_NE(text.find(from), text.npos) << from;
    return text.replace(text.find(from), from.size(), to);
  };
  EXPECT_FALSE(refused(good));
  EXPECT_FALSE(refused(changed("-0.2834328\thowever ,\n", "-0.2834328   however ,\t0 \r\n")));
  EXPECT_FALSE(refused(changed("-99\t<s>", "-inf\t<s>")));
  EXPECT_FALSE(refused(changed("-1.995635\t<unk>", "-1e-60\t<UNK>")));
  for (size_t size = 0; size + 2 < good.size(); size += 3) {
    EXPECT_TRUE(refused(good.substr(0, size))) << size;
  }
  EXPECT_TRUE(refused(changed("ngram 1=20", "ngram 1=19")));
  EXPECT_TRUE(refused(changed("ngram 1=20", "ngram 1=21")));
  EXPECT_TRUE(refused(changed("ngram 1=20", "ngram 1=99999999999999999999")));
  EXPECT_TRUE(refused(changed("ngram 1=20", "ngram 1=-1")));
  EXPECT_TRUE(refused(changed("ngram 2=16", "ngram 3=16")));
  EXPECT_TRUE(refused(changed("ngram 5=4\n", "ngram 5=4\nngram 6=0\nngram 7=0\n")));
  EXPECT_TRUE(refused(changed("-1.383514\t,", "-1.383514\t.")));  // a word twice
  EXPECT_TRUE(refused(changed("looking higher", "looking on")));  // an n-gram twice
  EXPECT_TRUE(refused(changed("however ,", "however stranger")));
  EXPECT_TRUE(refused(changed("however ,", "however")));
  EXPECT_TRUE(refused(changed("however ,", "however , , ,")));
  EXPECT_TRUE(refused(changed("-15\t<unk>", "15\t<unk>")));
  EXPECT_TRUE(refused(changed("-15\t<unk>", "nan\t<unk>")));
  EXPECT_TRUE(refused(changed("\t3.0\n", "\tinf\n")));
  EXPECT_TRUE(refused(changed("</s>\n-99", "<//s>\n-99")));
  EXPECT_TRUE(refused("\x1f\x8b and so on"));
}

TEST(Arpa, DoesNotWritePiecesThatItCouldNotRead) {
  const TestFolder folder;
  for (const char* piece : {"", "a b", "a\tb", "a\n"}) {
    ArpaWriter writer(folder.path() / "arpa", folder.path());
    EXPECT_THROW(writer.Begin(2, {"<unk>", "<s>", "</s>", piece}), Error);
  }
  EXPECT_FALSE(fs::exists(folder.path() / "arpa"));
}

}  // namespace
}  // namespace cria::corpus
