// Small things that give themselves away by their form: calendars, counters of players, messages of
// a failing server, text that stands there twice.
#pragma once

#include <string_view>

#include "corpus/formats/html/main_text_draft.h"

namespace cria::corpus {

/// "arXiv PDF", "[Code, Demo]": names of other forms of what stands above, and nothing else.
bool NamesForms(std::string_view text);

void DropWidgets(MainTextDraft* draft);

}  // namespace cria::corpus
