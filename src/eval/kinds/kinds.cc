// In the order of the paper's tables.
#include "eval/kinds/kinds.h"

namespace cria::eval {

std::vector<const TaskKind*> AllKinds() {
  return {&GeneralKind(),    &CopaKind(),
          &ClosedBookKind(), &RaceKind(),
          &MathKind(),       &GsmKind(),
          &HumanEvalKind(),  &MbppKind(),
          &MmluKind(),       &ToxicityKind(),
          &CrowsPairsKind(), &WinogenderKind(),
          &TruthfulQaKind(), &TruthfulQaWrittenKind()};
}

}  // namespace cria::eval
