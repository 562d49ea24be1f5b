// Small things that give themselves away by their form: calendars, counters of players, messages of
// a failing server, text that stands there twice.
#pragma once

#include "corpus/formats/html/main_text_draft.h"

namespace cria::corpus {

void DropWidgets(MainTextDraft* draft);

}  // namespace cria::corpus
