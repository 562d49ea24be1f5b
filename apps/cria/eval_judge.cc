// Labelled text in, a judge out; or JSON lines on stdin, scores on stdout.
#include "eval_judge.h"

#include "base/error.h"
#include "base/interrupt.h"
#include "command.h"
#include "eval/grading/toxicity_training.h"
#include "eval/task_records.h"
#include "line_reader.h"
#include "ordered_output.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  std::vector<std::string> toxic, clean, labelled;
  std::string text_field, label_field, out, score;
  double threshold = 0.5, held_out = 0.1;
  bool force = false;
};

void CheckFlags(const Flags& flags) {
  const bool trains = !flags.toxic.empty() || !flags.clean.empty() || !flags.labelled.empty();
  if (trains == !flags.score.empty()) {
    throw Error("texts to learn from, or a judge to ask", "--labelled, --score",
                "give --labelled, or --toxic and --clean, or --score");
  }
  if (!trains) return;
  if (flags.toxic.empty() != flags.clean.empty()) {
    throw Error("texts of one class only", "--toxic, --clean", "give both");
  }
  if (flags.out.empty()) throw Error("a place for the judge is needed", "--out", "name a folder");
  RequireAbsent(flags.out, flags.force);
}

void PrintReport(const Flags& flags, const eval::FastTextToxicity& judge) {
  const Json& report = judge.report();
  if (flags.json) return fmt::print("{}\n", report.dump());
  const Json &training = report["training"], &held_out = report["held_out"];
  const auto print = [](const char* name, const Json& part, const char* member) {
    fmt::print("{:<34} {}\n", name, part[member].dump());
  };
  for (const Json& file : training["files"]) {
    fmt::print("{:<34} {} toxic, {} clean, {} without a label ({})\n",
               file["name"].get<std::string>(), file["toxic"].dump(), file["clean"].dump(),
               file["unlabelled"].dump(), file["form"].get<std::string>());
  }
  print("texts learned from", training, "texts");
  print("  share of toxic ones", training, "toxic_share");
  print("left out: repeated", training, "repeated");
  print("left out: with both labels", training, "contradictory");
  print("left out: without a word", training, "empty");
  print("words of the vocabulary", report["model"], "words");
  print("texts that calibrate", report["calibration"], "texts");
  print("texts held out", held_out, "texts");
  print("  area under the ROC curve", held_out, "area_under_curve");
  print("  its standard error", held_out, "area_error");
  print("  F1 at 0.5", held_out, "f1_at_half");
  print("  Brier score before calibration", held_out, "brier_before");
  print("  Brier score after", held_out, "brier_after");
  print("  Brier score of the share alone", held_out, "brier_of_share");
  fmt::print("\n{}\n", eval::kNotPerspective);
}

void Train(const Flags& flags) {
  eval::LabelledTexts texts(flags.threshold);
  const std::string text_field = flags.text_field.empty() ? "text" : flags.text_field;
  for (const std::string& file : flags.toxic) texts.AddClass(file, true, text_field);
  for (const std::string& file : flags.clean) texts.AddClass(file, false, text_field);
  for (const std::string& file : flags.labelled) {
    texts.AddLabelled(file, {flags.text_field, flags.label_field});
  }
  const auto judge = eval::TrainToxicity(texts, {.held_out = flags.held_out});
  judge.Save(flags.out, flags.force);
  PrintReport(flags, judge);
}

std::string TextOf(const Json& json, const std::string& field, const std::string& where) {
  if (json.is_string()) return json.get<std::string>();
  try {
    return eval::TextField(json, field, where);
  } catch (const Error&) {
    throw Error(fmt::format("there is no text in \"{}\"", field), where,
                "give a text, or an object with one in the field that --text-field names");
  }
}

// The id of an object, if it has one, comes back.
Json Judged(const eval::ToxicityJudge& judge, const std::string& field, const std::string& line,
            const std::string& where) {
  const Json json = ParseJson(line, where);
  const std::string text = TextOf(json, field, where);
  Json result = Json::object();
  if (json.is_object() && json.contains("id")) result["id"] = json["id"];
  result["toxicity"] = judge.Toxicity({&text, 1})[0];
  return result;
}

void Score(const Flags& flags) {
  const Context context = flags.MakeContext();
  const auto judge = eval::FastTextToxicity::Load(flags.score);
  context.Log(LogLevel::kInfo, judge.Describe());
  const std::string field = flags.text_field.empty() ? "text" : flags.text_field;
  LineReader reader;
  OrderedOutput output("", OrderedOutput::Existing::kRefuse);
  std::string line;
  for (int64_t number = 1, judged = 0;; ++number) {
    LineReader::Result result;
    while ((result = reader.Next(&line, true)) == LineReader::Result::kNotYet) ThrowIfInterrupted();
    if (result == LineReader::Result::kEnd) return;
    ThrowIfInterrupted();
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string where = fmt::format("standard input, line {}", number);
    output.Add(judged++, Judged(judge, field, line, where).dump() + "\n");
  }
}

}  // namespace

void AddEvalJudgeCommand(CLI::App* eval) {
  static Flags flags;
  CLI::App* c = AddCommand(eval, "judge", "Train a judge of toxicity, or ask one", &flags, [] {
    CheckFlags(flags);
    flags.score.empty() ? Train(flags) : Score(flags);
  });
  c->add_option("--labelled", flags.labelled,
                "Texts with labels: .csv, .tsv or .jsonl of Jigsaw, Civil Comments, "
                "RealToxicityPrompts, or others with the names of the fields");
  c->add_option("--toxic", flags.toxic, "Toxic texts: one a line, or .jsonl");
  c->add_option("--clean", flags.clean, "Clean texts: one a line, or .jsonl");
  c->add_option("--text-field", flags.text_field, "Field of the text (a.b: within another)");
  c->add_option("--label-field", flags.label_field, "Field of the label, from 0 to 1");
  c->add_option("--threshold", flags.threshold, "Labels of at least this are toxic")
      ->capture_default_str()
      ->check(Between(0, 1));
  c->add_option("--held-out", flags.held_out,
                "Share of the texts that measures the judge; as many calibrate it")
      ->capture_default_str()
      ->check(Between(0.001, 0.4));
  c->add_option("--out", flags.out, "Folder of the judge");
  c->add_flag("--force", flags.force, "Replace what is there");
  c->add_option("--score", flags.score, "Judge to ask about the texts of JSON lines on stdin");
  c->footer(
      "Examples: cria eval judge --labelled train.csv --out judges/jigsaw\n"
      "          cria eval judge --score judges/jigsaw < continuations.jsonl\n"
      "PerspectiveAPI, the paper's judge, takes no new users: these numbers are not comparable\n"
      "with the paper's.");
}

}  // namespace cria::app
