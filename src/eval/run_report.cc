// The report's sections, from the struct that the app fills.
#include "eval/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/units.h"

namespace cria::eval {
namespace {

// Points in a curve: more than the pixels of its frame can show.
constexpr size_t kCurvePoints = 240;

std::string Percent(double share) { return fmt::format("{:.1f} %", 100 * share); }
std::string BitsPerByte(int64_t compressed_bytes, int64_t bytes) {
  return bytes > 0 ? fmt::format("{:.3f}", 8.0 * static_cast<double>(compressed_bytes) /
                                               static_cast<double>(bytes))
                   : "-";
}
std::string Epochs(double epochs) { return fmt::format("{:.{}f}", epochs, epochs < 0.1 ? 3 : 2); }
std::string WithBlanks(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}
std::string LanguageName(const std::string& code) { return code.empty() ? "none or code" : code; }

double XzBitsPerByte(const CompressedSize& size) {
  return size.bytes > 0 ? 8.0 * static_cast<double>(size.xz_bytes) / static_cast<double>(size.bytes)
                        : 0;
}

Figures KeyFigures(const RunReport& report) {
  const TextScore& total = report.evaluation.total;
  Figures figures;
  figures.items = {
      {fmt::format("{:.3f}", total.bits_per_byte()),
       fmt::format("bits per byte on held-out text (xz\u00a0-9e: {:.3f})",
                   XzBitsPerByte(report.compressors.total))},
      {FormatCount(static_cast<double>(ParameterCount(report.model))), "parameters"},
      {FormatCount(static_cast<double>(report.training.tokens)), "tokens trained on"},
      {FormatSeconds(report.training.seconds), "of training"},
      {FormatCount(report.training.tokens_per_second), "tokens per second"},
      {fmt::format("{:.1f} Wh", report.energy.watt_hours()),
       fmt::format("energy of the whole run, {:.1f} g CO2eq", report.energy.co2_grams())},
  };
  return figures;
}

Table DataTable(const RunReport& report) {
  Table table{.caption =
                  "Sources in the form of the LLaMA paper's Table 1: how often they are "
                  "sampled, how often this run has seen them, and their size.",
              .columns = {{"Source"},
                          {"Kind"},
                          {"Sampling", true},
                          {"Epochs", true},
                          {"Disk size", true},
                          {"Documents", true},
                          {"Tokens", true},
                          {"Bytes/token", true},
                          {"Held out", true},
                          {"Licence"}},
              .rows = {},
              .total_row = true};
  DataRow sum;
  for (const DataRow& row : report.data) {
    table.rows.push_back({row.source, row.kind, Percent(row.proportion), Epochs(row.epochs),
                          FormatBytes(static_cast<double>(row.bytes)), FormatWhole(row.documents),
                          FormatCount(static_cast<double>(row.tokens)),
                          row.tokens > 0
                              ? fmt::format("{:.2f}", static_cast<double>(row.bytes) /
                                                          static_cast<double>(row.tokens))
                              : "-",
                          FormatBytes(static_cast<double>(row.holdout_bytes)), row.licence});
    sum.proportion += row.proportion;
    sum.documents += row.documents, sum.bytes += row.bytes, sum.tokens += row.tokens;
    sum.holdout_bytes += row.holdout_bytes;
  }
  const double epochs =
      sum.tokens > 0 ? static_cast<double>(report.training.tokens) / static_cast<double>(sum.tokens)
                     : 0;
  table.rows.push_back({"Total", "", Percent(sum.proportion), Epochs(epochs),
                        FormatBytes(static_cast<double>(sum.bytes)), FormatWhole(sum.documents),
                        FormatCount(static_cast<double>(sum.tokens)),
                        sum.tokens > 0 ? fmt::format("{:.2f}", static_cast<double>(sum.bytes) /
                                                                   static_cast<double>(sum.tokens))
                                       : "-",
                        FormatBytes(static_cast<double>(sum.holdout_bytes)), ""});
  return table;
}

Table DropTable(const RunReport& report) {
  struct Sum {
    int64_t documents = 0, bytes = 0;
    std::vector<std::pair<int64_t, std::string>> sources;
  };
  std::map<std::string, Sum> reasons;
  for (const DropRow& row : report.drops) {
    Sum& sum = reasons[row.reason];
    sum.documents += row.documents;
    sum.bytes += row.bytes;
    if (row.bytes > 0) sum.sources.emplace_back(row.bytes, row.source);
  }
  std::vector<std::pair<std::string, Sum>> order(reasons.begin(), reasons.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.second.bytes > b.second.bytes; });
  Table table{.caption = "What cleaning took out, by reason.",
              .columns = {{"Reason"}, {"Count", true}, {"Text", true}, {"Mostly from"}},
              .rows = {}};
  for (auto& [reason, sum] : order) {
    std::sort(sum.sources.rbegin(), sum.sources.rend());
    std::string from;
    for (size_t i = 0; i < std::min<size_t>(sum.sources.size(), 3); ++i) {
      from += fmt::format("{}{} {}", i > 0 ? ", " : "", sum.sources[i].second,
                          FormatBytes(static_cast<double>(sum.sources[i].first)));
    }
    table.rows.push_back({WithBlanks(reason), FormatWhole(sum.documents),
                          FormatBytes(static_cast<double>(sum.bytes)), from});
  }
  return table;
}

Table LanguageTable(const RunReport& report) {
  std::vector<LanguageRow> rows = report.languages;
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
  Table table{.caption =
                  "Languages of the training text, with bytes per token and bits per byte on "
                  "the held-out part.",
              .columns = {{"Language"},
                          {"Documents", true},
                          {"Text", true},
                          {"Bytes/token", true},
                          {"Bits per byte", true}},
              .rows = {}};
  for (const LanguageRow& row : rows) {
    const auto found = report.evaluation.by_language.find(row.code);
    const bool scored = found != report.evaluation.by_language.end();
    table.rows.push_back({LanguageName(row.code), FormatWhole(row.documents),
                          FormatBytes(static_cast<double>(row.bytes)),
                          scored ? fmt::format("{:.2f}", found->second.bytes_per_token()) : "-",
                          scored ? fmt::format("{:.3f}", found->second.bits_per_byte()) : "-"});
  }
  return table;
}

Table ResultTable(const RunReport& report) {
  Table table{.caption =
                  "Bits per byte on held-out text, less is better. The compressors see each "
                  "source's held-out documents joined into one file, counted whole; the total "
                  "is the sum of these files.",
              .columns = {{"Source"},
                          {"cria", true},
                          {"xz -9e", true},
                          {"zstd -22", true},
                          {"Text", true},
                          {"Documents", true},
                          {"Bytes/token", true},
                          {"Perplexity", true}},
              .rows = {},
              .total_row = true};
  const auto add = [&](const std::string& name, const TextScore& score,
                       const CompressedSize& size) {
    table.rows.push_back(
        {name, fmt::format("{:.3f}", score.bits_per_byte()), BitsPerByte(size.xz_bytes, size.bytes),
         BitsPerByte(size.zstd_bytes, size.bytes), FormatBytes(static_cast<double>(score.bytes)),
         FormatWhole(score.documents), fmt::format("{:.2f}", score.bytes_per_token()),
         fmt::format("{:.1f}", score.perplexity())});
  };
  for (const auto& [source, score] : report.evaluation.by_source) {
    const auto found = report.compressors.by_source.find(source);
    add(source, score,
        found != report.compressors.by_source.end() ? found->second : CompressedSize{});
  }
  add("Total", report.evaluation.total, report.compressors.total);
  return table;
}

Charts ResultChart(const RunReport& report) {
  BarChart chart{.title = "Held-out text",
                 .unit = "bits per byte, less is better",
                 .series = {"cria", "xz -9e", "zstd -22"},
                 .groups = {}};
  const auto add = [&](const std::string& name, const TextScore& score,
                       const CompressedSize& size) {
    const double bytes = std::max<double>(1, static_cast<double>(size.bytes));
    chart.groups.push_back(
        {name,
         {score.bits_per_byte(), 8.0 * static_cast<double>(size.xz_bytes) / bytes,
          8.0 * static_cast<double>(size.zstd_bytes) / bytes}});
  };
  add("All sources", report.evaluation.total, report.compressors.total);
  for (const auto& [source, score] : report.evaluation.by_source) {
    const auto found = report.compressors.by_source.find(source);
    if (found != report.compressors.by_source.end()) add(source, score, found->second);
  }
  return {{{"bits_per_byte", chart.title, RenderBarChart(chart)}}};
}

// Languages with fewer questions than this share a row: a row of five says nothing.
constexpr int64_t kFewestQuestions = 10;

std::vector<std::pair<std::string, Mean>> LanguageRows(const HeldOutTask& task) {
  std::vector<std::pair<std::string, Mean>> rows;
  Mean few;
  std::string names;
  for (const auto& [code, accuracy] : task.by_language) {
    if (accuracy.count >= kFewestQuestions) {
      rows.emplace_back("Language: " + LanguageName(code), accuracy);
    } else {
      few.Add(accuracy);
      names += (names.empty() ? "" : ", ") + LanguageName(code);
    }
  }
  if (few.count > 0) rows.emplace_back("Languages: " + names, few);
  return rows;
}

Table HeldOutTable(const HeldOutTask& task) {
  Table table{
      .caption = task.title + ": questions answered rightly, in %, with the standard error.",
      .columns = {{"Source or language"},
                  {"Questions", true},
                  {"Right", true},
                  {"Standard error", true},
                  {"A guess", true}},
      .rows = {},
      .total_row = true};
  const auto add = [&](const std::string& name, const Mean& accuracy) {
    table.rows.push_back({name, FormatWhole(accuracy.count),
                          fmt::format("{:.1f}", 100 * accuracy.value()),
                          fmt::format("{:.1f}", 100 * accuracy.standard_error()),
                          fmt::format("{:.1f}", 100 * task.chance)});
  };
  for (const auto& [source, accuracy] : task.by_source) add(source, accuracy);
  if (task.by_language.size() > 1) {
    for (const auto& [name, accuracy] : LanguageRows(task)) add(name, accuracy);
  }
  add("All", task.total);
  return table;
}

Charts TaskCharts(const std::vector<HeldOutTask>& tasks) {
  Charts charts;
  for (const HeldOutTask& task : tasks) {
    BarChart chart{.title = task.title,
                   .unit = "share of questions answered rightly, more is better",
                   .series = {"cria", "a guess"},
                   .groups = {{"All sources", {task.total.value(), task.chance}}}};
    for (const auto& [source, accuracy] : task.by_source) {
      chart.groups.push_back({source, {accuracy.value(), task.chance}});
    }
    charts.items.push_back({task.name, chart.title, RenderBarChart(chart)});
  }
  return charts;
}

Charts TrainingCharts(const TrainingSummary& training) {
  std::vector<Point> loss, rate, norm;
  for (const TrainingPoint& point : training.points) {
    loss.push_back({point.tokens, point.loss});
    rate.push_back({point.tokens, point.learning_rate});
    norm.push_back({point.tokens, point.gradient_norm});
  }
  const auto chart = [](const std::string& title, const std::string& unit,
                        const std::vector<Point>& points, bool markers, double clip) {
    return RenderLineChart({.title = title,
                            .x_label = "tokens",
                            .y_label = unit,
                            .lines = {{title, Thin(points, kCurvePoints), markers}},
                            .clip_start_share = clip});
  };
  // The fall from ln(vocabulary) in the first steps would squeeze the rest of the loss curve.
  constexpr double kClip = 0.03;
  Charts charts;
  charts.items = {
      {"loss", "Training loss", chart("Training loss", "nats per token", loss, false, kClip)},
      {"validation", "Validation",
       chart("Validation", "bits per byte", training.validation, training.validation.size() <= 60,
             kClip)},
      {"learning_rate", "Learning rate", chart("Learning rate", "per step", rate, false, 0)},
      {"gradient_norm", "Gradient norm", chart("Gradient norm", "before clipping", norm, false, 0)},
  };
  return charts;
}

Table NamedTable(const std::vector<NamedValue>& values, const std::string& caption = "") {
  Table table{.caption = caption, .columns = {{"What"}, {"Value"}}, .rows = {}};
  for (const NamedValue& value : values) table.rows.push_back({value.name, value.value});
  return table;
}

Table ModelTable(const RunReport& report) {
  const ModelConfig& c = report.model;
  std::vector<NamedValue> values = {
      {"Parameters", FormatWhole(ParameterCount(c))},
      {"Dimension", FormatWhole(c.dim)},
      {"Layers", FormatWhole(c.n_layers)},
      {"Heads", c.n_kv_heads == c.n_heads ? fmt::format("{} of size {}", c.n_heads, c.head_dim)
                                          : fmt::format("{} of size {}, {} for keys and values",
                                                        c.n_heads, c.head_dim, c.n_kv_heads)},
      {"Feed-forward", fmt::format("SwiGLU, hidden {}", c.hidden_dim)},
      {"Vocabulary", FormatWhole(c.vocab_size)},
      {"Context", FormatWhole(c.max_seq_len) + " tokens"},
      {"Positions", fmt::format("RoPE, theta {:g}", c.rope_theta)},
      {"Normalisation", fmt::format("RMSNorm before each part, eps {:g}", c.norm_eps)},
      {"Output", c.tied_embeddings ? "tied to the embeddings" : "its own matrix"},
      {"Operations", fmt::format("{} per token, forward and backward at {} tokens",
                                 FormatCount(TrainFlopsPerToken(c, report.sequence_length)),
                                 report.sequence_length)},
  };
  return NamedTable(values);
}

void AddData(const RunReport& report, Page* page) {
  page->blocks.push_back(Heading{"Data"});
  page->blocks.push_back(DataTable(report));
  if (!report.languages.empty()) page->blocks.push_back(LanguageTable(report));
  if (!report.drops.empty()) page->blocks.push_back(DropTable(report));
}

void AddTraining(const RunReport& report, Page* page) {
  const TrainingSummary& training = report.training;
  page->blocks.push_back(Heading{"Training"});
  std::string text = fmt::format(
      "{} steps over {} tokens in {}: {} tokens per second", FormatWhole(training.steps),
      FormatCount(static_cast<double>(training.tokens)), FormatSeconds(training.seconds),
      FormatWhole(static_cast<int64_t>(training.tokens_per_second)));
  if (training.ceiling_share > 0) {
    text += fmt::format(", {} of the machine's measured matrix-product ceiling",
                        Percent(training.ceiling_share));
  }
  page->blocks.push_back(Paragraph{text + "."});
  page->blocks.push_back(TrainingCharts(training));
  page->blocks.push_back(Paragraph{
      "Points of the training curves are means of neighbouring steps; the first 3 % of the loss "
      "may "
      "leave the frame. The validation curve is measured on a part of the held-out text, so it can "
      "differ a little from the final table, which is measured on all of it."});
  page->blocks.push_back(NamedTable(report.recipe, "Training settings"));
}

void AddResults(const RunReport& report, Page* page) {
  page->blocks.push_back(Heading{"Results"});
  page->blocks.push_back(Paragraph{report.evaluation.rule});
  page->blocks.push_back(ResultChart(report));
  page->blocks.push_back(ResultTable(report));
  const CompressedSize& solid = report.compressors.solid;
  page->blocks.push_back(Paragraph{fmt::format(
      "All sources joined into one file of {}: xz -9e {} and zstd -19 --ultra -22 {} bits per "
      "byte. A compressor starts from nothing, while the model has seen {} of training text; the "
      "model's "
      "own size ({} parameters) is not counted.",
      FormatBytes(static_cast<double>(solid.bytes)), BitsPerByte(solid.xz_bytes, solid.bytes),
      BitsPerByte(solid.zstd_bytes, solid.bytes),
      FormatCount(static_cast<double>(report.training.tokens)) + " tokens",
      FormatCount(static_cast<double>(ParameterCount(report.model))))});
}

void AddTasks(const RunReport& report, Page* page) {
  if (report.tasks.empty()) return;
  page->blocks.push_back(Heading{"Tasks at small scale"});
  page->blocks.push_back(Paragraph{fmt::format(
      "Questions made by the program out of this run's held-out text, {} choices each: a guess "
      "gets {}. Sources have equal shares where they can; several questions may come of one "
      "document. A difference from the guess of less than two standard errors says nothing. These "
      "are no public benchmarks: the numbers compare only with those of other models on the same "
      "text. On public sets of this form, such as HellaSwag, models of a few million parameters "
      "stay near the guess.",
      std::lround(1 / report.tasks[0].chance), Percent(report.tasks[0].chance))});
  page->blocks.push_back(TaskCharts(report.tasks));
  for (const HeldOutTask& task : report.tasks) {
    page->blocks.push_back(Paragraph{task.note});
    page->blocks.push_back(HeldOutTable(task));
  }
}

void AddCost(const RunReport& report, Page* page) {
  page->blocks.push_back(Heading{"Time and energy"});
  Table times{.caption = "Time of each stage, when it last ran.",
              .columns = {{"Stage"}, {"Time", true}},
              .rows = {},
              .total_row = true};
  double total = 0;
  for (const StageTime& stage : report.stages) {
    times.rows.push_back({stage.name, FormatSeconds(stage.seconds)});
    total += stage.seconds;
  }
  times.rows.push_back({"Total", FormatSeconds(total)});
  page->blocks.push_back(std::move(times));
  const Energy& energy = report.energy;
  page->blocks.push_back(Paragraph{fmt::format(
      "{:.4f} h x {:.1f} W x {:.1f} (PUE) = {:.2f} Wh, and at {} kg per kWh {:.2f} g CO2eq, by the "
      "formula of the LLaMA paper (section 6). The power is {}.",
      energy.hours, energy.watts, kPowerUsageEffectiveness, energy.watt_hours(), kKgCo2PerKwh,
      energy.co2_grams(),
      energy.measured
          ? std::string("measured with the processor's own energy counter (RAPL)")
          : fmt::format(
                "an assumption, {} W for each of {} hardware threads, since no energy counter "
                "can be read here",
                kAssumedWattsPerCpu, report.cpus))});
}

void AddRepeat(const RunReport& report, Page* page) {
  page->blocks.push_back(Heading{"How to repeat it"});
  std::string commands;
  for (const std::string& command : report.commands) commands += command + "\n";
  page->blocks.push_back(Code{commands});
  page->blocks.push_back(NamedTable(report.machine, "Machine and program"));
  page->blocks.push_back(NamedTable(report.digests, "Seeds and SHA-256 digests"));
  if (report.inputs.empty()) return;
  Table inputs{.caption = "Inputs as they were read.",
               .columns = {{"Source"}, {"Input"}, {"Version"}, {"Licence"}, {"SHA-256"}},
               .rows = {}};
  for (const InputRow& row : report.inputs) {
    inputs.rows.push_back({row.source, row.name, row.version, row.licence, row.sha256});
  }
  page->blocks.push_back(std::move(inputs));
}

}  // namespace

Page MakeReportPage(const RunReport& report) {
  Page page{.title = "Report of the run \"" + report.name + "\"",
            .subtitle = fmt::format(
                "A LLaMA of {} parameters, raised from raw text with cria on {}",
                FormatCount(static_cast<double>(ParameterCount(report.model))), report.date),
            .blocks = {}};
  page.blocks.push_back(KeyFigures(report));
  AddResults(report, &page);
  AddTasks(report, &page);
  page.blocks.push_back(Heading{"Samples"});
  page.blocks.push_back(Paragraph{report.sampling});
  for (const Sample& sample : report.samples) page.blocks.push_back(sample);
  AddTraining(report, &page);
  page.blocks.push_back(Heading{"Model"});
  page.blocks.push_back(ModelTable(report));
  AddData(report, &page);
  page.blocks.push_back(Heading{"Tokenizer"});
  page.blocks.push_back(NamedTable(report.tokenizer));
  AddCost(report, &page);
  AddRepeat(report, &page);
  return page;
}

}  // namespace cria::eval
