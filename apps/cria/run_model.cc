#include "run_model.h"

#include "base/error.h"
#include "store/checkpoint.h"

namespace cria::app {

RunModel OpenRunModel(const Context& context, const fs::path& folder, const fs::path& tokenizer) {
  const fs::path directory = store::IsCheckpoint(folder) ? folder : store::LatestCheckpoint(folder);
  if (directory.empty()) {
    throw Error("no checkpoint here", folder.string(),
                "name the folder of a training run or of a checkpoint");
  }
  const store::Checkpoint checkpoint = store::OpenCheckpoint(directory, "weights");
  checkpoint.tensors.Verify(context);
  const ModelConfig config = ConfigFromJson(checkpoint.config, directory.string());
  ValidateConfig(config, directory.string());
  ParameterBlock weights(config);
  for (const ParameterSpec& spec : weights.specs()) {
    const store::NamedTensor& tensor = checkpoint.tensors.Get("weights/" + spec.name);
    if (tensor.shape != spec.shape) {
      throw Error(fmt::format("{} has shape {}, not {}", tensor.name, ShapeString(tensor.shape),
                              ShapeString(spec.shape)),
                  directory.string(), "the checkpoint is not what it should be");
    }
    store::ReadAsFloat(context, tensor, weights.values(spec));
  }
  RunModel model;
  model.llama = MakeLlama(config, {.precision = DefaultPrecision(), .for_training = false});
  model.llama->SetWeights(context, weights);
  model.tokenizer = std::make_unique<tokenizer::Tokenizer>(
      tokenizer::Tokenizer::Load(tokenizer.empty() ? directory / "tokenizer.model" : tokenizer));
  if (model.tokenizer->vocab_size() != config.vocab_size) {
    throw Error(fmt::format("the tokenizer has {} pieces, the model {}",
                            model.tokenizer->vocab_size(), config.vocab_size),
                directory.string(), "give the tokenizer the model was trained with");
  }
  return model;
}

}  // namespace cria::app
