// The data card of a corpus: what it holds, where it comes from, what was dropped and why, as a
// page for people and as JSON.
#pragma once

#include "command.h"
#include "eval/report_page.h"

namespace cria::app {

/// From the corpus folder; with token shards made of it (or empty), their counts too. Throws Error
/// if either is none.
eval::Page CorpusCard(const fs::path& corpus_dir, const fs::path& shards_dir);

/// Writes `folder`/report.html, report.md and card.json.
void WriteCorpusCard(const fs::path& corpus_dir, const fs::path& shards_dir,
                     const fs::path& folder);

void AddCorpusCard(CLI::App* corpus);

}  // namespace cria::app
