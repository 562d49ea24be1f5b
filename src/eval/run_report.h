// Everything a finished run has to say, and the page it becomes: data, tokenizer, model, training,
// results, samples, cost, and how to repeat it. The app fills the struct from the run's files.
#pragma once

#include <string>
#include <vector>

#include "eval/bits_per_byte.h"
#include "eval/chart.h"
#include "eval/energy.h"
#include "eval/held_out_task.h"
#include "eval/report_page.h"
#include "model/config.h"

namespace cria::eval {

/// A source of the training data, as in the paper's Table 1.
struct DataRow {
  std::string source, kind, licence;
  double proportion = 0;                         ///< of sampling, 0..1
  double epochs = 0;                             ///< passes over the source in this run
  int64_t documents = 0, bytes = 0, tokens = 0;  ///< of the training part
  int64_t holdout_documents = 0, holdout_bytes = 0;
};

struct DropRow {
  std::string source, reason;
  int64_t documents = 0, bytes = 0;
};

struct LanguageRow {
  std::string code;  ///< empty: none or unknown
  int64_t documents = 0, bytes = 0;
};

/// An input package or folder.
struct InputRow {
  std::string source, name, version, sha256, licence;
};

struct TrainingPoint {
  double tokens = 0, loss = 0, learning_rate = 0, gradient_norm = 0;
};

struct TrainingSummary {
  int64_t steps = 0, tokens = 0;
  double seconds = 0, tokens_per_second = 0;
  double ceiling_share = 0;  ///< of the machine's matrix-product ceiling; 0: not measured
  std::vector<TrainingPoint> points;
  std::vector<Point> validation;  ///< tokens, bits per byte
};

struct StageTime {
  std::string name;
  double seconds = 0;  ///< when it last ran
};

struct NamedValue {
  std::string name, value;
};

struct RunReport {
  std::string name, date;
  std::vector<DataRow> data;
  std::vector<DropRow> drops;
  std::vector<LanguageRow> languages;
  std::vector<InputRow> inputs;
  int64_t vocab_size = 0;
  std::vector<NamedValue> tokenizer;  ///< further facts
  ModelConfig model;
  int64_t sequence_length = 0;
  std::vector<NamedValue> recipe;  ///< training settings
  TrainingSummary training;
  TextEvaluation evaluation;
  std::vector<HeldOutTask> tasks;
  CompressorComparison compressors;
  std::vector<Sample> samples;
  std::string sampling;  ///< settings of the samples
  std::vector<StageTime> stages;
  Energy energy;
  int cpus = 1;  ///< hardware threads in use
  std::vector<NamedValue> machine;
  std::vector<std::string> commands;
  std::vector<NamedValue> digests;
};

Page MakeReportPage(const RunReport& report);

}  // namespace cria::eval
