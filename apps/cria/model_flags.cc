// --tokenizer, --temperature and the like: declared once, checked once.
#include "model_flags.h"

#include "base/error.h"

namespace cria::app {

void ModelFlags::AddTo(CLI::App* command) {
  command
      ->add_option("model", model,
                   "Model: a run or checkpoint folder, a Meta or Hugging Face folder, a .gguf or "
                   "llama2.c file")
      ->required();
  command->add_option("--tokenizer", tokenizer, "Tokenizer (default: the one beside the model)");
  AddPrecisionFlag(command, &precision);
  AddDeviceFlag(command, this);
}

void AddContextFlag(CLI::App* command, int64_t* tokens) {
  command
      ->add_option("--context", *tokens,
                   "Most tokens of prompt and text together (0: what the model was made for)")
      ->capture_default_str()
      ->check(CLI::Range(int64_t{0}, int64_t{1} << 30));
}

int64_t ContextTokens(int64_t asked, const ModelConfig& config) {
  if (asked > config.max_seq_len) {
    throw Error(fmt::format("a context of {} tokens was asked for, the model was made for {}",
                            asked, config.max_seq_len),
                "--context", "ask for no more than the model's");
  }
  return asked > 0 ? asked : config.max_seq_len;
}

void AddPrecisionFlag(CLI::App* command, std::string* precision) {
  command
      ->add_option("--precision", *precision,
                   "bf16 or f32 (default: bf16 on a GPU and where the processor has it)")
      ->check(CLI::IsMember({"bf16", "f32"}));
}

Precision PrecisionNamed(const std::string& precision, const Context& context) {
  if (precision.empty()) return DefaultPrecision(context.accelerator());
  return precision == "f32" ? Precision::kF32 : Precision::kBF16;
}

Precision DefaultPrecisionOn(const std::string& device) {
  return device == "cpu" ? DefaultPrecision() : Precision::kBF16;
}

infer::LoadedModel ModelFlags::Load(const Context& context, bool needs_tokenizer) const {
  infer::LoadOptions options;
  options.needs_tokenizer = needs_tokenizer;
  options.tokenizer = tokenizer;
  options.precision = PrecisionNamed(precision, context);
  return infer::LoadModel(context, model, options);
}

void SamplingFlags::AddTo(CLI::App* command) {
  command->add_option("--temperature", sampling.temperature, "0: always the likeliest token")
      ->capture_default_str()
      ->check(Between(0, 100));
  command->add_option("--top-p", sampling.top_p, "Sample from the likeliest tokens of this mass")
      ->capture_default_str()
      ->check(Between(0, 1));
  command->add_option("--max-gen-len", max_gen_len, "Tokens to generate at most")
      ->capture_default_str()
      ->check(CLI::Range(int64_t{1}, int64_t{1} << 30));
}

}  // namespace cria::app
