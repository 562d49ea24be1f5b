// run.json, and checkpoints to and from the learner.
#include "train/run_folder.h"

#include <cstring>

#include "base/cpu.h"
#include "base/error.h"
#include "base/hash.h"
#include "comm/collectives.h"
#include "data/manifest.h"
#include "store/checkpoint.h"

namespace cria::train {
namespace {

constexpr const char* kRunFormat = "cria-run-1";

Json SummaryToJson(const RunSummary& s) {
  Json sources = Json::array();
  for (const SourceProgress& p : s.sources) {
    sources.push_back(Json{
        {"name", p.name}, {"sequences", p.sequences}, {"tokens", p.tokens}, {"epochs", p.epochs}});
  }
  return Json{{"steps", s.steps},
              {"tokens", s.tokens},
              {"skipped_steps", s.skipped_steps},
              {"rollbacks", s.rollbacks},
              {"skipped_batches", s.skipped_batches},
              {"seconds", s.seconds},
              {"tokens_per_s", s.tokens_per_s},
              {"ceiling_share", s.ceiling_share},
              {"planned_memory_bytes", s.planned_memory_bytes},
              {"memory_bytes", s.memory_bytes},
              {"planned_sent_bytes", s.planned_sent_bytes},
              {"sent_bytes", s.sent_bytes},
              {"waited_share", s.waited_share},
              {"loss", s.loss},
              {"bits_per_byte", s.bits_per_byte},
              {"sources", sources},
              {"checkpoint", s.checkpoint.string()}};
}

RunSummary SummaryFromJson(const Json& json, const std::string& where) {
  RunSummary s;
  s.steps = JsonGet<int64_t>(json, "steps", where);
  s.tokens = JsonGet<int64_t>(json, "tokens", where);
  s.skipped_steps = JsonGet<int64_t>(json, "skipped_steps", where);
  s.rollbacks = JsonGetOr<int64_t>(json, "rollbacks", 0, where);
  s.skipped_batches = JsonGetOr<int64_t>(json, "skipped_batches", 0, where);
  s.seconds = JsonGet<double>(json, "seconds", where);
  s.tokens_per_s = JsonGet<double>(json, "tokens_per_s", where);
  s.ceiling_share = JsonGet<double>(json, "ceiling_share", where);
  s.planned_memory_bytes = JsonGetOr<int64_t>(json, "planned_memory_bytes", 0, where);
  s.memory_bytes = JsonGetOr<int64_t>(json, "memory_bytes", 0, where);
  s.planned_sent_bytes = JsonGetOr<int64_t>(json, "planned_sent_bytes", 0, where);
  s.sent_bytes = JsonGetOr<int64_t>(json, "sent_bytes", 0, where);
  s.waited_share = JsonGetOr(json, "waited_share", 0.0, where);
  s.loss = JsonGet<double>(json, "loss", where);
  s.bits_per_byte = JsonGet<double>(json, "bits_per_byte", where);
  s.checkpoint = JsonGet<std::string>(json, "checkpoint", where);
  const Json sources = JsonGet<Json>(json, "sources", where);
  for (const Json& p : sources) {
    s.sources.push_back(
        {JsonGet<std::string>(p, "name", where), JsonGet<int64_t>(p, "sequences", where),
         JsonGet<int64_t>(p, "tokens", where), JsonGet<double>(p, "epochs", where)});
  }
  return s;
}

void RequireSame(const std::string& a, const std::string& b, const char* what,
                 const std::string& where, const char* remedy) {
  if (a != b) throw Error(fmt::format("{} changed since the checkpoint", what), where, remedy);
}

}  // namespace

void WriteRunRecord(const fs::path& run, const RunRecord& r) {
  Json json{
      {"format", kRunFormat},
      {"model", ConfigToJson(r.config)},
      {"parameters", ParameterCount(r.config)},
      {"options", OptionsToJson(r.options)},
      {"plan", PlanToJson(r.plan)},
      {"data", {{"folder", r.data_folder}, {"manifest_sha256", r.data_sha256}}},
      {"tokenizer_sha256", r.tokenizer_sha256},
      {"initial_weights", r.initial_weights},
      {"machine",
       {{"cpu", CpuModel()},
        {"isa", IsaName(DetectIsa())},
        {"processor", r.processor},
        {"product_ceiling_flops", r.ceiling_flops}}},
      {"ranks", {{"number", r.layout.ranks}, {"tensor", r.layout.tensor}, {"zero", r.layout.zero}}},
      {"finished", r.finished}};
  if (r.finished) json["summary"] = SummaryToJson(r.summary);
  WriteJson(run / kRunFileName, json);
}

RunRecord ReadRunRecord(const fs::path& run) {
  const fs::path path = run / kRunFileName;
  if (!fs::is_regular_file(path)) {
    throw Error("not the folder of a training run", run.string(), "start one with `cria train`");
  }
  const Json json = ReadJson(path);
  const std::string where = path.string();
  if (JsonGet<std::string>(json, "format", where) != kRunFormat) {
    throw Error("not a training run this program knows", where, "use the program that wrote it");
  }
  RunRecord r;
  r.config = ConfigFromJson(JsonGet<Json>(json, "model", where), where);
  r.options = OptionsFromJson(JsonGet<Json>(json, "options", where), where);
  r.plan = PlanFromJson(JsonGet<Json>(json, "plan", where), where);
  const Json data = JsonGet<Json>(json, "data", where);
  r.data_folder = JsonGet<std::string>(data, "folder", where);
  r.data_sha256 = JsonGet<std::string>(data, "manifest_sha256", where);
  r.tokenizer_sha256 = JsonGet<std::string>(json, "tokenizer_sha256", where);
  r.initial_weights = JsonGet<std::string>(json, "initial_weights", where);
  const Json machine = JsonGet<Json>(json, "machine", where);
  r.ceiling_flops = JsonGet<double>(machine, "product_ceiling_flops", where);
  r.processor = JsonGetOr<std::string>(machine, "processor", "", where);
  const Json ranks = JsonGetOr<Json>(json, "ranks", Json::object(), where);
  r.layout.ranks = JsonGetOr(ranks, "number", 1, where);
  r.layout.tensor = JsonGetOr(ranks, "tensor", 1, where);
  r.layout.zero = JsonGetOr(ranks, "zero", 0, where);
  const Layout& layout = r.layout;
  if (layout.ranks < 1 || layout.tensor < 1 || layout.ranks % layout.tensor != 0 ||
      layout.zero < 0 || layout.zero > 3) {
    throw Error("the ranks of the run make no sense", where,
                "restore the file, or train again with --force");
  }
  r.finished = JsonGet<bool>(json, "finished", where);
  if (r.finished) r.summary = SummaryFromJson(JsonGet<Json>(json, "summary", where), where);
  return r;
}

Json CheckpointState(const RunRecord& record, const RunState& state, int64_t updates) {
  return Json{{"step", state.step},
              {"updates", updates},
              {"skipped_steps", state.skipped_steps},
              {"rollbacks", state.rollbacks},
              {"skipped_batches", state.skipped_batches},
              {"recent_losses", state.recent_losses},
              {"rollbacks_in_a_row", state.rollbacks_in_a_row},
              {"furthest_spike", state.furthest_spike},
              {"gone_back_to", state.gone_back_to},
              {"tokens", state.step * record.plan.batch_tokens()},
              {"elapsed_s", state.elapsed_s},
              {"bits_per_byte", state.bits_per_byte},
              {"options", OptionsToJson(record.options)},
              {"plan", PlanToJson(record.plan)},
              {"data_sha256", record.data_sha256},
              {"tokenizer_sha256", record.tokenizer_sha256}};
}

namespace {

// Reads what `block` holds of the tensors "group/...".
void ReadHeld(const store::Checkpoint& checkpoint, const std::string& group, const Learner& learner,
              ParameterBlock* block) {
  const std::string where = checkpoint.directory.string();
  const char* const remedy = "restore the file, or train again with --force";
  for (const ParameterSpec& spec : ListParameters(learner.config())) {
    const store::NamedTensor& tensor = checkpoint.tensors.Get(group + "/" + spec.name);
    if (tensor.shape != spec.shape) {
      throw Error(fmt::format("{} has shape {}, not {}", tensor.name, ShapeString(tensor.shape),
                              ShapeString(spec.shape)),
                  where, remedy);
    }
    const std::optional<TensorView> view = store::ContiguousView(tensor);
    if (!view || view->type != DType::kF32) {
      throw Error(fmt::format("{} is not stored as fp32", tensor.name), where, remedy);
    }
  }
  const auto read = [&](const ParameterSpec& spec, int64_t first, std::span<float> to) {
    const auto view = store::ContiguousView(checkpoint.tensors.Get(group + "/" + spec.name));
    std::memcpy(to.data(), view->bytes.data() + first * int64_t{sizeof(float)}, to.size_bytes());
  };
  ForEachHeld(learner.config(), learner.share(), block, read);
}

}  // namespace

void LoadCheckpoint(const Context& context, const fs::path& folder, RunRecord* record,
                    RunState* state, Learner* learner) {
  const store::Checkpoint checkpoint = store::OpenCheckpoint(folder);
  const std::string where = folder.string();
  if (ConfigFromJson(checkpoint.config, where) != record->config) {
    throw Error("the checkpoint is of another model", where, "choose another --out");
  }
  const Json& s = checkpoint.state;
  RequireSame(JsonGet<std::string>(s, "data_sha256", where), record->data_sha256, "the data", where,
              "give the shards the run began with, or choose another --out");
  RequireSame(JsonGet<std::string>(s, "tokenizer_sha256", where), record->tokenizer_sha256,
              "the tokenizer", where, "give the shards the run began with");
  // Every rank checks its share of the tensors before anybody goes on.
  comm::Communicator& ranks = learner->ranks();
  checkpoint.tensors.Verify(context, [&](const store::NamedTensor& tensor) {
    return Hash64(tensor.name) % static_cast<uint64_t>(ranks.size()) ==
           static_cast<uint64_t>(ranks.rank());
  });
  comm::Barrier(ranks);
  ReadHeld(checkpoint, "weights", *learner, &learner->weights());
  ReadHeld(checkpoint, "adam_m", *learner, &learner->first_moments());
  ReadHeld(checkpoint, "adam_v", *learner, &learner->second_moments());
  record->plan = PlanFromJson(JsonGet<Json>(s, "plan", where), where);
  state->step = JsonGet<int64_t>(s, "step", where);
  state->skipped_steps = JsonGet<int64_t>(s, "skipped_steps", where);
  state->rollbacks = JsonGetOr<int64_t>(s, "rollbacks", 0, where);
  state->skipped_batches = JsonGetOr<int64_t>(s, "skipped_batches", 0, where);
  state->recent_losses = JsonGetOr<std::vector<double>>(s, "recent_losses", {}, where);
  state->rollbacks_in_a_row = JsonGetOr<int64_t>(s, "rollbacks_in_a_row", 0, where);
  state->furthest_spike = JsonGetOr<int64_t>(s, "furthest_spike", -1, where);
  state->gone_back_to = JsonGetOr<int64_t>(s, "gone_back_to", -1, where);
  state->elapsed_s = JsonGet<double>(s, "elapsed_s", where);
  state->bits_per_byte = JsonGet<double>(s, "bits_per_byte", where);
  learner->set_updates(JsonGet<int64_t>(s, "updates", where));
  learner->WeightsChanged(context);
}

}  // namespace cria::train
