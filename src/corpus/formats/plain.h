// Formats that are nearly text already: plain text, Markdown, JSON lines. No decoding here.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cria::corpus {

/// Markdown stays Markdown; front matter, comments and images go.
std::string MarkdownToText(std::string_view markdown);

struct JsonText {
  std::string text, part, language, title;
};

/// An object with a member "text", "content" or "raw_content"; "id", "language" (or "lang") and
/// "title" are used when they are strings. Nothing for anything else. `line`: its number, the
/// part's name where it has no id.
std::optional<JsonText> ParseJsonText(std::string_view text, int64_t line);

/// The objects of one array, each as above; nothing if `text` is no array. `bad_item(number,
/// bytes)` is called for those that have no text.
std::optional<std::vector<JsonText>> ParseJsonTexts(
    std::string_view text, const std::function<void(int64_t, size_t)>& bad_item);

}  // namespace cria::corpus
