// Answers to questions without choices: where a written one ends, and when two are the same (LLaMA,
// appendix A).
#pragma once

#include <string>

namespace cria::eval {

/// What a model wrote, up to the first line break, comma, or dot before a blank or the end; without
/// blanks around it.
std::string CutAnswer(const std::string& written);

/// Small letters, no articles (a, an, the), no ASCII punctuation nor curly quotes, single blanks.
std::string NormalizeAnswer(const std::string& answer);

}  // namespace cria::eval
