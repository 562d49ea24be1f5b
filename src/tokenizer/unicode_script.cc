// Look-up in script_table.h, with spm_train's exceptions.
#include "tokenizer/unicode_script.h"

#include <algorithm>
#include <iterator>

#include "tokenizer/script_table.h"

namespace cria::tokenizer {

uint8_t ScriptOf(uint32_t code) {
  constexpr uint8_t kHiragana = 3, kKatakana = 4;
  constexpr uint32_t kLongVowelMark = 0x30FC;
  const ScriptRange* range =
      std::partition_point(std::begin(kScriptRanges), std::end(kScriptRanges),
                           [code](const ScriptRange& r) { return r.last < code; });
  const bool found = range != std::end(kScriptRanges) && range->first <= code;
  const uint8_t script = found ? range->script : kScriptCommon;
  if (script == kHiragana || script == kKatakana || code == kLongVowelMark) return kScriptHan;
  return script;
}

}  // namespace cria::tokenizer
