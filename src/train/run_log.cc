// Lines appended; those of steps to be done again are cut off.
#include "train/run_log.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/compressed_file.h"
#include "base/error.h"

namespace cria::train {
namespace {

// JSON has no word for infinity; a skipped step's numbers become null.
Json Number(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

double NumberOr(const Json& line, const char* key, double otherwise) {
  const auto it = line.find(key);
  return it != line.end() && it->is_number() ? it->get<double>() : otherwise;
}

// A line that a killed process cut off is no JSON; it is left out.
bool ParseLine(const std::string& text, Json* line) {
  *line = Json::parse(text, nullptr, false);
  return line->is_object() && line->contains("step");
}

// And the first `rollbacks` lines of such.
void KeepSteps(const fs::path& path, int64_t last_step, int64_t rollbacks) {
  if (!fs::exists(path)) return;
  std::string kept, text;
  Json line;
  TextReader reader(path);
  while (reader.NextLine(&text)) {
    if (!ParseLine(text, &line)) continue;
    const bool keep = line.contains("rollback")
                          ? rollbacks-- > 0
                          : JsonGet<int64_t>(line, "step", path.string()) <= last_step;
    if (keep) kept += text + "\n";
  }
  WriteFile(path, kept);
}

}  // namespace

RunLog::RunLog(fs::path path, int64_t resumed_step, int64_t rollbacks) : path_(std::move(path)) {
  KeepSteps(path_, resumed_step, rollbacks);
  Open(resumed_step > 0 ? "a" : "w");
}

void RunLog::Open(const char* mode) {
  file_.reset(std::fopen(path_.c_str(), mode));
  if (!file_) throw Error(std::strerror(errno), path_.string(), "check the run's folder");
}

void RunLog::Write(const Json& line) {
  const std::string text = line.dump() + "\n";
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() ||
      std::fflush(file_.get()) != 0) {
    throw Error(fmt::format("cannot write the log: {}", std::strerror(errno)), path_.string(),
                "free some disk space; --resume goes on from the last checkpoint");
  }
}

void RunLog::OnStep(const StepReport& r) {
  Json line{{"step", r.step},
            {"tokens", r.tokens},
            {"loss", Number(r.loss)},
            {"lr", r.learning_rate},
            {"grad_norm", Number(r.gradient_norm)},
            {"tokens_per_s", r.tokens_per_s},
            {"elapsed_s", r.elapsed_s}};
  if (r.ceiling_share > 0) line["ceiling_share"] = r.ceiling_share;
  if (!r.applied) line["skipped"] = true;
  Write(line);
}

void RunLog::OnValidation(const ValidationReport& r) {
  Json sources = Json::object();
  for (const auto& [name, score] : r.score.sources) sources[name] = score.bits_per_byte();
  Write(Json{{"step", r.step},
             {"tokens", r.tokens},
             {"elapsed_s", r.elapsed_s},
             {"validation",
              {{"loss", r.score.total.loss()},
               {"bits_per_byte", r.score.total.bits_per_byte()},
               {"bytes", r.score.total.text_bytes},
               {"sources", sources}}}});
}

void RunLog::OnRollback(const RollbackReport& r) {
  Json spike{{"from_step", r.step},
             {"loss", Number(r.loss)},
             {"usual_loss", r.usual},
             {"skipped_batches", r.skipped_batches}};
  if (r.to_step < 0) return Write(Json{{"step", r.step}, {"spike", spike}});
  file_.reset();
  KeepSteps(path_, r.to_step, std::numeric_limits<int64_t>::max());
  Open("a");
  Write(Json{{"step", r.to_step + 1}, {"rollback", spike}});
}

void RunLog::OnSchedule(int64_t step, const Schedule& schedule) {
  Write(Json{{"step", step}, {"schedule", ScheduleToJson(schedule)}});
}

LogRecord ReadRunLog(const fs::path& path) {
  LogRecord record;
  std::string text;
  Json line;
  TextReader reader(path);
  while (reader.NextLine(&text)) {
    if (!ParseLine(text, &line)) continue;
    const auto step = JsonGet<int64_t>(line, "step", path.string());
    const auto tokens = static_cast<int64_t>(NumberOr(line, "tokens", 0));
    const double elapsed_s = NumberOr(line, "elapsed_s", 0);
    if (line.contains("loss")) {
      record.steps.push_back({step, tokens, NumberOr(line, "loss", NAN), NumberOr(line, "lr", 0),
                              NumberOr(line, "grad_norm", NAN), elapsed_s,
                              NumberOr(line, "tokens_per_s", 0), !line.contains("skipped")});
    } else if (line.contains("rollback")) {
      const Json& r = line["rollback"];
      record.rollbacks.push_back({step, static_cast<int64_t>(NumberOr(r, "from_step", 0)),
                                  static_cast<int64_t>(NumberOr(r, "skipped_batches", 0))});
    } else if (line.contains("validation")) {
      const Json& v = line["validation"];
      record.validations.push_back(
          {step, tokens, elapsed_s, NumberOr(v, "loss", 0), NumberOr(v, "bits_per_byte", 0)});
    }
  }
  return record;
}

}  // namespace cria::train
