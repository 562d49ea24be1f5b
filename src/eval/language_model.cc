// What holds of every model.
#include "eval/language_model.h"

#include <cmath>

#include "base/error.h"

namespace cria::eval {

void RequireNumber(double logprob, const std::string& where) {
  if (std::isfinite(logprob)) return;
  throw Error("the model gives no numbers: a log-probability is infinite or NaN", where,
              "its weights are damaged, or overflow in this precision: see cria verify MODEL");
}

}  // namespace cria::eval
