// `cria verify`: whether the files of a model are whole and what they claim to be.
#include "model/verify.h"

#include "base/error.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/units.h"
#include "command.h"

namespace cria::app {
namespace {

struct Flags : CommonFlags {
  std::string model;
};

Json ToJson(const VerifyReport& report) {
  Json json = {{"path", report.path}, {"format", report.format}, {"files", Json::array()}};
  if (!report.release.empty()) json["release"] = report.release;
  for (const FileCheck& file : report.files) {
    Json entry = {{"name", file.name}, {"status", FileStatusName(file.status)}};
    if (!file.detail.empty()) entry["detail"] = file.detail;
    if (file.bytes >= 0) entry["bytes"] = file.bytes;
    if (file.expected_bytes >= 0) entry["expected_bytes"] = file.expected_bytes;
    if (!file.md5.empty()) entry["md5"] = file.md5;
    if (!file.sha256.empty()) entry["sha256"] = file.sha256;
    json["files"].push_back(std::move(entry));
  }
  return json;
}

void Print(const VerifyReport& report) {
  fmt::print("{}: {}{}{}\n", report.path, report.format, report.release.empty() ? "" : ", ",
             report.release);
  size_t width = 0;
  for (const FileCheck& file : report.files) width = std::max(width, file.name.size());
  for (const FileCheck& file : report.files) {
    fmt::print("  {:<8} {:<{}} {:>9}  {}\n", FileStatusName(file.status), file.name, width,
               file.bytes < 0 ? "" : FormatBytes(static_cast<double>(file.bytes)), file.detail);
  }
}

void RunVerify(const Flags& flags) {
  const Context context = flags.MakeContext();
  std::unique_ptr<Progress> progress;
  int64_t total = 0;
  const auto reports = VerifyModel(context, flags.model, [&](int64_t done, int64_t of) {
    ThrowIfInterrupted();
    if (!progress || of != total) {
      if (progress) progress->Finish();
      progress = std::make_unique<Progress>(flags.progress_style(), "verify", total = of, "bytes");
    }
    progress->Update(done);
  });
  if (progress) progress->Finish();
  int faults = 0;
  size_t files = 0;
  Json json = Json::array();
  for (const VerifyReport& report : reports) {
    faults += report.faults();
    files += report.files.size();
    json.push_back(ToJson(report));
    if (!flags.json) Print(report);
  }
  if (flags.json) {
    fmt::print("{}\n", Json{{"sound", faults == 0}, {"reports", std::move(json)}}.dump(1));
  }
  if (faults > 0) {
    std::fflush(stdout);
    throw Error(fmt::format("{} of {} files broken or missing", faults, files), flags.model,
                "fetch those again");
  }
}

}  // namespace

void AddVerifyCommand(CLI::App* app) {
  static Flags flags;
  CLI::App* c = AddCommand(app, "verify", "Check a model's files: digests, sizes, completeness",
                           &flags, [] { RunVerify(flags); });
  c->add_option("model", flags.model,
                "Model in any format, or the root of Meta's release with its size folders")
      ->required();
  c->footer(
      "Per file: ok (agrees with a digest), unknown (whole, but no digest is known), broken,\n"
      "missing. Exit status 1 if any is broken or missing.\n"
      "Example: cria verify llama/65B");
}

}  // namespace cria::app
