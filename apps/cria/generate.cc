// `cria generate`: continues prompts.
#include "infer/generate.h"

#include <spdlog/spdlog.h>

#include <cstdio>
#include <iostream>

#include "base/compressed_file.h"
#include "base/error.h"
#include "model_flags.h"

namespace cria::app {
namespace {

struct Flags : ModelFlags, SamplingFlags {
  std::string prompt, prompts;
};

std::string ReadStdin() { return {std::istreambuf_iterator<char>(std::cin), {}}; }

std::vector<std::string> ReadPrompts(const Flags& flags) {
  if (flags.prompts.empty()) return {flags.prompt == "-" ? ReadStdin() : flags.prompt};
  std::vector<std::string> prompts;
  TextReader reader(flags.prompts);
  for (std::string line; reader.NextLine(&line);) prompts.push_back(line);
  if (prompts.empty()) throw Error("no prompts", flags.prompts, "write one prompt a line");
  return prompts;
}

// Streams the prompt and what follows to stdout, or prints one JSON line at the end.
void Continue(const Flags& flags, const Context& context, const infer::LoadedModel& model,
              const std::string& prompt, uint64_t sequence) {
  const tokenizer::Tokenizer& tokenizer = *model.tokenizer;
  std::vector<int32_t> ids = {tokenizer.bos_id()};
  tokenizer.Encode(prompt, &ids);
  Sequence tokens(model.llama.get(), model.config.max_seq_len);
  infer::Sampler sampler(flags.sampling, flags.seed, sequence);
  tokenizer::StreamDecoder decoder(tokenizer);
  const auto emit = [&](const std::string& text) {
    if (flags.json) return;
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  };
  for (const int32_t id : ids) emit(decoder.Feed(id));
  std::vector<int32_t> generated;
  const infer::GenerateOptions options{flags.max_gen_len, {tokenizer.eos_id(), tokenizer.bos_id()}};
  const infer::StopReason reason =
      infer::Generate(context, &tokens, ids, options, &sampler, [&](int32_t id) {
        generated.push_back(id);
        emit(decoder.Feed(id));
        return true;
      });
  emit(decoder.Flush() + "\n");
  if (flags.json) {
    std::vector<int32_t> all = ids;
    all.insert(all.end(), generated.begin(), generated.end());
    const Json line = {{"prompt", prompt},
                       {"text", tokenizer.Decode(all)},
                       {"ids", generated},
                       {"prompt_ids", ids},
                       {"stop", infer::StopReasonName(reason)}};
    fmt::print("{}\n", line.dump(-1, ' ', false, Json::error_handler_t::replace));
  } else if (reason == infer::StopReason::kContext) {
    spdlog::warn("The context of {} tokens is full; the text ends here.", model.config.max_seq_len);
  }
}

void RunGenerate(const Flags& flags) {
  const Context context = flags.MakeContext();
  const std::vector<std::string> prompts = ReadPrompts(flags);
  const infer::LoadedModel model = flags.Load(context);
  for (size_t i = 0; i < prompts.size(); ++i) Continue(flags, context, model, prompts[i], i);
}

}  // namespace

void AddGenerateCommand(CLI::App* app) {
  static Flags flags;
  CLI::App* c = AddCommand(app, "generate", "Continue a text", &flags, [] { RunGenerate(flags); });
  flags.ModelFlags::AddTo(c);
  c->add_option("-p,--prompt", flags.prompt, "Text to continue; - reads it from stdin");
  c->add_option("--prompts", flags.prompts, "File with one prompt a line")->excludes("--prompt");
  flags.SamplingFlags::AddTo(c);
  c->footer("Example: cria generate runs/demo --prompt \"In the beginning\"");
}

}  // namespace cria::app
