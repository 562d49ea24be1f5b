// One reading of a LaTeX document from front to back: the state that ExpandLatex keeps. Its parts
// are in latex_expander.cc (the loop), latex_reading_macros.cc, latex_reading_branches.cc and
// latex_reading_files.cc. Not for others than ExpandLatex.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "corpus/formats/latex/latex_conditions.h"
#include "corpus/formats/latex/latex_expander.h"
#include "corpus/formats/latex/latex_input.h"
#include "corpus/formats/latex/latex_layout.h"
#include "corpus/formats/latex/latex_macro_table.h"
#include "corpus/formats/latex/latex_tests.h"
#include "corpus/formats/latex/latex_words.h"
#include "corpus/formats/latex/latex_writer.h"

namespace cria::corpus {

class LatexReading {
 public:
  LatexReading(const LatexBundle& bundle, const LatexFile& document,
               std::unordered_set<const LatexFile*>* used)
      : bundle_(bundle), document_(document), used_(used) {}

  ExpandedLatex Run();

 private:
  using Word = LatexWord;
  enum class Branch : uint8_t { kOurs, kForeign };
  struct Undo {
    size_t frame, at, output_bytes, branches;
    std::string control;
  };

  // Papers stay below 20; arguments inside arguments count as well.
  static constexpr int kMaxDepth = 200;
  static constexpr int kMaxOpenFiles = 32;
  static constexpr int64_t kMaxOneExpansion = int64_t{1} << 20;
  static constexpr int64_t kBudgetPerByte = 16;
  // Cost of an expansion beside its bytes, so that empty ones end too.
  static constexpr int64_t kExpansionCost = 16;
  // Definitions and pictures whose end is looked for and not found; then no more are looked at.
  static constexpr int64_t kMaxVainBytes = int64_t{64} << 20;

  std::string& out() { return writer_.text; }
  void EmitControl(std::string_view control) { writer_.EmitControl(control); }
  bool Charge(int64_t bytes);
  void Control();
  void Layout(const LatexLayout& layout, std::string_view control);
  void Builtin(Word word, size_t begin, std::string_view control);
  // After something that was removed: its line goes too if nothing else stands there.
  void DropLine();
  // The same after a control word, whose blanks TeX has read with it.
  void DropWord();
  // The same after layout. Of blanks on both sides one run stays; those behind a word without
  // arguments go, but what stood apart stays apart.
  void DropLayout(const LatexLayout& layout);

  // latex_reading_files.cc
  void OpenFile(const LatexFile& file, std::string_view text);
  void CloseFrame();
  void Input(size_t begin, std::string_view control, bool import);
  void Style(std::string_view control);
  void Begin(std::string_view control);
  void End(std::string_view control);
  bool Picture(std::string_view name, size_t begin);

  // latex_reading_branches.cc
  bool Flag(std::string_view control);
  void If(std::string_view control);
  void Decide(bool value, std::string_view control);
  void Else(std::string_view control);
  void Fi(std::string_view control);
  bool SkipBranch(bool stop_at_else, bool* at_else);
  void Test(const LatexTest& test, std::string_view control);

  // latex_reading_macros.cc
  void Define(size_t begin, std::string_view control);
  void Prefix(std::string_view control);
  void Xspace();
  void Expand(std::string_view control, LatexMacro* macro);
  void StartUse(std::string_view control);
  void EndName(const LatexMacro& macro);
  void Push(std::string text, int depth, bool simple);
  void GiveUp(const std::string& name, LatexMacro* macro);

  const LatexBundle& bundle_;
  const LatexFile& document_;
  std::unordered_set<const LatexFile*>* used_;
  ExpandedLatex result_;
  LatexWriter writer_;
  LatexInput input_;
  LatexMacroTable macros_;
  LatexConditions conditions_;
  std::vector<Branch> branches_;
  Undo undo_ = {};
  bool can_undo_ = false;
  bool at_is_letter_ = false;
  int64_t budget_ = 0, one_budget_ = 0, vain_bytes_ = 0;
};

}  // namespace cria::corpus
