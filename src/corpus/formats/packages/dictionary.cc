// dictd's index (base-64 offsets), dictzip bodies, and fortune files.
#include "corpus/formats/packages/dictionary.h"

#include <algorithm>

#include "base/error.h"

namespace cria::corpus {
namespace {

int64_t DecodeBase64Number(std::string_view digits) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  int64_t value = 0;
  for (const char c : digits) {
    const size_t digit = kDigits.find(c);
    if (digit == kDigits.npos || value > (int64_t{1} << 40)) return -1;
    value = value * 64 + static_cast<int64_t>(digit);
  }
  return digits.empty() ? -1 : value;
}

bool StartsItem(std::string_view line) {
  // "1. sense", "(a) sense", "n 1: sense", "Syn: ..."
  size_t i = 0;
  while (i < line.size() && std::isalnum(static_cast<unsigned char>(line[i])) && i < 4) ++i;
  return (i > 0 && i < line.size() && (line[i] == '.' || line[i] == ':') &&
          std::isdigit(static_cast<unsigned char>(line[i - 1]))) ||
         line.starts_with("(a)") || line.starts_with("(b)") || line.starts_with("(c)") ||
         line.starts_with("(d)") || line.starts_with("Syn:") || line.starts_with("Note:") ||
         line.starts_with("adj ") || line.starts_with("adv ") || line.starts_with("n 1") ||
         line.starts_with("v 1");
}

// GCIDE signs every sense with the edition it comes from: "[1913 Webster]", "[PJC]". True if the
// signature was there.
bool SkipSignature(std::string_view* line) {
  const size_t end = line->find(']');
  if (!line->starts_with('[') || end == line->npos) return false;
  const std::string_view name = line->substr(0, end);
  if (name.find("Webster") == name.npos && name.find("PJC") == name.npos &&
      name.find("WordNet") == name.npos) {
    return false;
  }
  line->remove_prefix(end + 1);
  line->remove_prefix(std::min(line->find_first_not_of(' '), line->size()));
  return true;
}

// Leaves out the pronunciation, written between backslashes and in a parenthesis after it, and the
// braces around references.
std::string WithoutMarks(std::string_view entry) {
  std::string out;
  for (size_t i = 0; i < entry.size(); ++i) {
    if (entry[i] == '{' || entry[i] == '}') continue;
    if (entry[i] != '\\') {
      out += entry[i];
      continue;
    }
    size_t end = entry.find('\\', i + 1);
    if (end == entry.npos || end - i > 80 || entry.substr(i, end - i).find('\n') != entry.npos) {
      out += '\\';
      continue;
    }
    if (entry.substr(end + 1, 2) == " (") {
      const size_t close = entry.find(')', end);
      if (close != entry.npos && close - end < 60) end = close;
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    i = end;
  }
  return out;
}

// Joins the lines of a wrapped entry. Dictionaries wrap at about 65 columns, so a short line ends
// its block.
std::string Unwrap(std::string_view entry) {
  constexpr size_t kFullLine = 48;
  std::string out;
  bool join = false, headword = true;
  while (!entry.empty()) {
    const size_t end = std::min(entry.find('\n'), entry.size());
    std::string_view line = entry.substr(0, end);
    entry.remove_prefix(std::min(end + 1, entry.size()));
    const size_t indent = std::min(line.find_first_not_of(" \t"), line.size());
    const size_t width = line.size();
    line.remove_prefix(indent);
    if (line.empty()) {
      join = false;
      continue;
    }
    const bool signed_line = SkipSignature(&line);
    if (line.empty()) {
      join = false;
      continue;
    }
    if (signed_line) join = false;
    if (!out.empty()) out += join && !StartsItem(line) && (indent > 0 || headword) ? ' ' : '\n';
    out += line;
    headword = headword && indent == 0;
    join = width >= kFullLine;
  }
  return out;
}

class Joiner {
 public:
  explicit Joiner(size_t bytes) : bytes_(bytes) {}
  void Add(std::string_view entry) {
    if (!current_.empty()) current_ += "\n\n";
    current_ += entry;
    if (current_.size() >= bytes_) Flush();
  }
  std::vector<std::string> Finish() {
    Flush();
    return std::move(documents_);
  }

 private:
  void Flush() {
    if (!current_.empty()) documents_.push_back(std::move(current_));
    current_.clear();
  }
  size_t bytes_;
  std::string current_;
  std::vector<std::string> documents_;
};

}  // namespace

std::vector<std::string> ReadDictd(std::string_view dict, std::string_view index,
                                   size_t document_bytes, const std::string& where) {
  std::vector<std::pair<int64_t, int64_t>> entries;
  int64_t line_number = 0;
  while (!index.empty()) {
    const size_t end = std::min(index.find('\n'), index.size());
    const std::string_view line = index.substr(0, end);
    index.remove_prefix(std::min(end + 1, index.size()));
    ++line_number;
    if (line.empty() || line.starts_with("00-database") || line.starts_with("00database")) continue;
    const size_t first = line.find('\t');
    const size_t second = first == line.npos ? line.npos : line.find('\t', first + 1);
    const int64_t offset =
        second == line.npos ? -1 : DecodeBase64Number(line.substr(first + 1, second - first - 1));
    const size_t third = second == line.npos ? line.npos : line.find('\t', second + 1);
    const int64_t length = offset < 0
                               ? -1
                               : DecodeBase64Number(line.substr(
                                     second + 1, third == line.npos ? third : third - second - 1));
    if (length < 0 || offset + length > static_cast<int64_t>(dict.size())) {
      throw Error("damaged dictionary index", fmt::format("{}:{}", where, line_number),
                  "fetch the dictionary again");
    }
    entries.emplace_back(offset, length);
  }
  std::sort(entries.begin(), entries.end());
  entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
  Joiner joiner(document_bytes);
  for (const auto& [offset, length] : entries) {
    const std::string_view entry =
        dict.substr(static_cast<size_t>(offset), static_cast<size_t>(length));
    if (entry.starts_with("00-database") || entry.starts_with("00database")) continue;
    const std::string text = WithoutMarks(Unwrap(entry));
    if (!text.empty()) joiner.Add(text);
  }
  return joiner.Finish();
}

std::vector<std::string> ReadFortunes(std::string_view text, size_t document_bytes) {
  Joiner joiner(document_bytes);
  std::string entry;
  const auto flush = [&] {
    while (!entry.empty() && entry.back() == '\n') entry.pop_back();
    if (!entry.empty()) joiner.Add(entry);
    entry.clear();
  };
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line == "%" || line == "%\r") {
      flush();
    } else if (!line.empty() || !entry.empty()) {
      entry += line;
      entry += '\n';
    }
  }
  flush();
  return joiner.Finish();
}

}  // namespace cria::corpus
