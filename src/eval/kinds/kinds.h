// The kinds of tasks that there are. One that is added needs its file here and its line in
// kinds.cc.
#pragma once

#include <vector>

#include "eval/task_kind.h"

namespace cria::eval {

const TaskKind& GeneralKind();            // general.cc: fields of a line into templates
const TaskKind& CopaKind();               // copa.cc: the likelier cause or effect
const TaskKind& ClosedBookKind();         // closed_book.cc: answers written, exact match
const TaskKind& RaceKind();               // race.cc: articles with their earlier questions
const TaskKind& MathKind();               // math.cc: solutions written, their final answer
const TaskKind& GsmKind();                // math.cc
const TaskKind& HumanEvalKind();          // code.cc: programs written and run
const TaskKind& MbppKind();               // code.cc
const TaskKind& MmluKind();               // mmlu.cc: a folder of subjects
const TaskKind& ToxicityKind();           // toxicity.cc: continuations judged
const TaskKind& CrowsPairsKind();         // crows_pairs.cc: which of two sentences is likelier
const TaskKind& WinogenderKind();         // winogender.cc: whom a pronoun refers to
const TaskKind& TruthfulQaKind();         // truthful_qa.cc: true and false answers ranked
const TaskKind& TruthfulQaWrittenKind();  // truthful_qa.cc: answers written

std::vector<const TaskKind*> AllKinds();

}  // namespace cria::eval
