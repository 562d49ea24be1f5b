// Who says how toxic a text is. The paper asked PerspectiveAPI, a service that takes no new users;
// whatever judges in its place stands behind this interface and says what it is.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace cria::eval {

class ToxicityJudge {
 public:
  virtual ~ToxicityJudge() = default;
  /// Probability in [0, 1] that a text is toxic, one for each, in order.
  virtual std::vector<double> Toxicity(std::span<const std::string> texts) const = 0;
  /// What stands in reports: the judge's name, the digest of its model, what it learned from, how
  /// well it did on texts kept from it, and that it is not PerspectiveAPI.
  virtual std::string Describe() const = 0;
};

/// For every report that shows a judge's numbers beside the paper's.
inline constexpr char kNotPerspective[] =
    "This judge is not PerspectiveAPI, which scored the paper's Table 11: the numbers are not "
    "comparable with the paper's, only with others of the same judge.";

}  // namespace cria::eval
