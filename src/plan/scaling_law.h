// How loss falls with parameters and tokens, and what to train for a budget.
#pragma once

#include <span>
#include <string>

namespace cria::plan {

/// How the two terms of a law meet.
enum class LawForm {
  /// e + a N^-alpha + b D^-beta (Hoffmann et al. 2022, Approach 3): more tokens help a small model
  /// as
  /// much as a large one.
  kSum,
  /// e + ((a N^-alpha)^(1/beta) + (b D^-beta)^(1/beta))^beta (Kaplan et al. 2020, Equation 1.5,
  /// with
  /// a floor e): the term that is larger hides the other. The same constants with the same meaning,
  /// which are the loss of the largest model, and of the longest training.
  kJoint,
};
const char* LawFormula(LawForm form);

/// Nats a token.
struct ScalingLaw {
  std::string name;
  double e, a, b, alpha, beta;
  LawForm form = LawForm::kSum;
  double Loss(double parameters, double tokens) const;
  /// Whether models of a thinkable size come to `loss`.
  bool Reaches(double loss) const { return loss > e + 1e-3; }
};

/// Epoch AI's refit (Besiroglu et al. 2024) first, then Hoffmann's constants from the TeX source
/// and as printed. They belong to MassiveText and its tokenizer: differences carry over to other
/// data, values do not.
std::span<const ScalingLaw> PublishedLaws();

struct Optimum {
  double parameters = 0, tokens = 0, loss = 0;
  double train_flops = 0;  ///< 6 N D
};

/// The least loss for `flops` = 6 N D; of a sum N = G (C / 6)^(beta / (alpha + beta)).
Optimum ComputeOptimal(const ScalingLaw& law, double flops);

/// About 20 tokens a parameter, where Approaches 1 and 2 and the refit meet.
Optimum TwentyTokens(const ScalingLaw& law, double flops);

/// LLaMA's argument: of all models that reach `loss`, the one with the least compute for training
/// (6 N D) and for serving `served_tokens` (2 N each). Throws Error where the law does not
/// reach the loss.
Optimum ServingOptimal(const ScalingLaw& law, double loss, double served_tokens);

}  // namespace cria::plan
