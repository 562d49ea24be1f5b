// Formats that are nearly text already: plain text, Markdown, JSON lines. No decoding here.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// Markdown stays Markdown; front matter, comments and images go.
std::string MarkdownToText(std::string_view markdown);

struct JsonText {
  std::string text, part, language, title;
};

/// One object a line with a member "text", "content" or "raw_content"; "id", "language" (or "lang")
/// and "title" are used when they are strings. A file that is one array of such objects works too.
/// `bad_line(line, bytes)` is called for every other line that is not empty.
std::vector<JsonText> ReadJsonLines(std::string_view text,
                                    const std::function<void(int64_t, size_t)>& bad_line);

}  // namespace cria::corpus
