// Lines of lists to entries; which of them are taken.
#include "corpus/fetch/fetch_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <utility>

#include "base/compressed_file.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "corpus/fetch/archive_files.h"
#include "corpus/fetch/url.h"
#include "corpus/file_list.h"

namespace cria::corpus {
namespace {

// The largest real lists, of Common Crawl's WAT, WET and WARC paths, unpack to some 20 MB.
constexpr int64_t kMaxListBytes = int64_t{1} << 30;
constexpr std::string_view kBlanks = " \t";

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::string_view TakeWord(std::string_view* rest) {
  const size_t end = std::min(rest->find_first_of(kBlanks), rest->size());
  const std::string_view word = rest->substr(0, end);
  *rest = Trim(rest->substr(end));
  return word;
}

// `base` as an address that ends in '/'; empty stays empty.
std::string TidyBase(const std::string& base) {
  if (base.empty()) return "";
  const auto url = ParseUrl(base);
  if (!url.has_value() || url->target.find('?') != std::string::npos) {
    throw Error("\"" + base + "\" is no address of a folder", "--base",
                "give one like https://data.commoncrawl.org/");
  }
  return url->text() + (url->target.ends_with('/') ? "" : "/");
}

// The local name of an address: what stands below `base`, else host and path.
std::string NameFor(const std::string& url, const std::string& base) {
  const Url whole = *ParseUrl(url);
  if (base.empty() || !url.starts_with(base) || url.size() == base.size()) return NameOfUrl(whole);
  // Behind a host that is cut off again, so that both ways decode alike.
  const Url below{"http", "x", "/" + url.substr(base.size())};
  return NameOfUrl(below).substr(2);
}

struct Line {
  std::string_view text;
  const std::string& where;
  int64_t number;

  [[noreturn]] void Fail(const std::string& what, const std::string& remedy) const {
    throw Error(what, fmt::format("{} line {}", where, number), remedy);
  }
};

// "HEX  name" or "HEX *name" of sha256sum and its like.
bool ReadSumLine(std::string_view text, Digests* digests, std::string_view* name) {
  const size_t blank = text.find(' ');
  if (blank == std::string_view::npos || blank + 2 >= text.size()) return false;
  if (text[blank + 1] != ' ' && text[blank + 1] != '*') return false;
  *name = text.substr(blank + 2);
  return SetDigest(text.substr(0, blank), digests);
}

FetchEntry BelowBase(std::string_view encoded_path, const std::string& base, const Line& line) {
  if (base.empty()) {
    line.Fail(fmt::format("\"{}\" is a path, not an address", encoded_path.substr(0, 200)),
              "say what it is below: --base https://data.commoncrawl.org/, for example");
  }
  while (encoded_path.starts_with('/')) encoded_path.remove_prefix(1);
  const auto url = ParseUrl(base + std::string(encoded_path));
  if (!url.has_value() || encoded_path.empty()) line.Fail("no address", "check the list");
  FetchEntry entry;
  entry.url = url->text();
  entry.name = NameFor(entry.url, base);
  return entry;
}

int64_t SizeOf(std::string_view word) {
  if (word.starts_with("size:")) word.remove_prefix(5);
  int64_t size = -1;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), size);
  return error == std::errc() && end == word.data() + word.size() && size >= 0 ? size : -1;
}

// "sha256:HEX" and its like; false if the word is none. Throws if the digest is damaged.
bool ReadDigestWord(std::string_view word, Digests* digests, const Line& line) {
  for (const auto& [prefix, digits] :
       {std::pair{std::string_view("sha256:"), 64}, {"sha1:", 40}, {"md5:", 32}}) {
    if (!word.starts_with(prefix)) continue;
    word.remove_prefix(prefix.size());
    if (word.size() != digits || !SetDigest(word, digests)) {
      line.Fail(fmt::format("a digest {} of {} hex digits was expected", prefix, digits),
                "check the list");
    }
    return true;
  }
  return false;
}

FetchEntry ReadLine(const Line& line, const std::string& base) {
  if (!IsValidUtf8(line.text) || line.text.find('\0') != std::string_view::npos) {
    line.Fail("no text", "give a list of addresses, a line each, plain or gzip");
  }
  Digests digests;
  std::string_view rest = line.text, sum_name;
  if (ReadSumLine(line.text, &digests, &sum_name)) {
    FetchEntry entry = BelowBase(EncodePath(sum_name), base, line);
    entry.digests = digests;
    return entry;
  }
  const std::string_view address = TakeWord(&rest);
  FetchEntry entry;
  if (address.find("://") == std::string_view::npos) {
    entry = BelowBase(address, base, line);
  } else {
    const auto url = ParseUrl(address);
    if (!url.has_value()) {
      line.Fail(fmt::format("\"{}\" is no address to fetch from", address.substr(0, 200)),
                "http and https, without a user name, up to 8192 bytes");
    }
    entry.url = url->text();
    entry.name = NameFor(entry.url, base);
  }
  while (!rest.empty()) {
    const std::string_view from_here = rest;
    const std::string_view word = TakeWord(&rest);
    if (ReadDigestWord(word, &entry.digests, line)) continue;
    if (const int64_t size = SizeOf(word); size >= 0) {
      entry.size_bytes = size;
      continue;
    }
    entry.name = SafeName(from_here);  // to the end of the line: names may hold blanks
    break;
  }
  return entry;
}

std::vector<FetchEntry> FromArchive(std::string_view text, const std::string& where,
                                    std::string base) {
  constexpr std::string_view kEnding = "_files.xml";
  if (base.empty()) {
    const std::string file = fs::path(where).filename().string();
    if (!file.ends_with(kEnding) || file.size() == kEnding.size()) {
      throw Error("an archive.org listing whose item is not known from its file name", where,
                  "name it ITEM_files.xml, or give --base https://archive.org/download/ITEM/");
    }
    const std::string item = file.substr(0, file.size() - kEnding.size());
    base = "https://archive.org/download/" + EncodePath(item) + "/";
  }
  std::vector<FetchEntry> entries;
  for (ArchiveFile& file : ReadArchiveListing(text, where)) {
    const auto url = ParseUrl(base + EncodePath(file.name));
    if (!url.has_value()) continue;  // longer than any address
    FetchEntry entry;
    entry.url = url->text();
    entry.name = NameFor(entry.url, base);
    entry.size_bytes = file.size_bytes;
    entry.digests = std::move(file.digests);
    entries.push_back(std::move(entry));
  }
  return entries;
}

template <class TakeLine>
void ForEachLine(std::string_view text, const std::string& where, TakeLine take) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line[0] != '#') take(Line{line, where, number});
  }
}

std::string_view LastComponent(std::string_view name) {
  return name.substr(name.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace

std::vector<FetchEntry> ParseFetchList(std::string_view text, const std::string& where,
                                       const std::string& base) {
  const std::string tidy_base = TidyBase(base);
  std::vector<FetchEntry> entries;
  if (IsArchiveListing(text)) {
    entries = FromArchive(text, where, tidy_base);
  } else {
    ForEachLine(text, where,
                [&](const Line& line) { entries.push_back(ReadLine(line, tidy_base)); });
  }
  if (entries.empty()) throw Error("the list names no file", where, "check the list");
  return entries;
}

std::vector<FetchEntry> ReadFetchList(const fs::path& path, const std::string& base) {
  return ParseFetchList(TextReader(path).ReadAll(kMaxListBytes), path.string(), base);
}

std::vector<FetchEntry> MergeFetchLists(const std::vector<std::vector<FetchEntry>>& lists) {
  std::vector<FetchEntry> merged;
  std::unordered_map<std::string, size_t> by_url;
  std::unordered_map<std::string, std::string> url_of_name;
  for (const std::vector<FetchEntry>& list : lists) {
    for (const FetchEntry& entry : list) {
      const auto [at, is_new] = by_url.emplace(entry.url, merged.size());
      if (is_new) {
        const auto [name, free] = url_of_name.emplace(entry.name, entry.url);
        if (!free) {
          throw Error(fmt::format("two addresses get the local name {}", entry.name),
                      name->second + " and " + entry.url,
                      "give one of them another name at the end of its line");
        }
        merged.push_back(entry);
        continue;
      }
      FetchEntry& known = merged[at->second];
      const bool same_size =
          entry.size_bytes < 0 || known.size_bytes < 0 || entry.size_bytes == known.size_bytes;
      if (!MergeDigests(entry.digests, &known.digests) || !same_size) {
        throw Error("the lists say different things of one file", entry.url,
                    "use lists of the same date");
      }
      known.size_bytes = std::max(known.size_bytes, entry.size_bytes);
    }
  }
  return merged;
}

void AddDigests(std::string_view text, const std::string& where, std::vector<FetchEntry>* entries) {
  std::unordered_map<std::string_view, std::vector<FetchEntry*>> by_name;
  for (FetchEntry& entry : *entries) {
    by_name[entry.name].push_back(&entry);
    const std::string_view last = LastComponent(entry.name);
    if (last.size() < entry.name.size()) by_name[last].push_back(&entry);
  }
  int64_t given = 0;
  ForEachLine(text, where, [&](const Line& line) {
    Digests digests;
    std::string_view name;
    if (!ReadSumLine(line.text, &digests, &name)) {
      line.Fail("no line of a digest list", "lines are HEX, two blanks, a file name");
    }
    if (name.starts_with("./")) name.remove_prefix(2);
    auto found = by_name.find(name);
    if (found == by_name.end()) found = by_name.find(LastComponent(name));
    // A last component that several files have says nothing of any.
    if (found == by_name.end() || found->second.size() != 1) return;
    if (!MergeDigests(digests, &found->second[0]->digests)) {
      line.Fail("the lists say different things of one file", "use lists of the same date");
    }
    ++given;
  });
  if (given == 0) {
    throw Error("a digest list with no digest of any file", where, "check that it is of this dump");
  }
}

std::vector<FetchEntry> ChooseEntries(std::vector<FetchEntry> entries, const FetchChoice& choice) {
  if (!choice.accept.empty()) {
    std::erase_if(entries, [&](const FetchEntry& entry) {
      return std::none_of(choice.accept.begin(), choice.accept.end(),
                          [&](const auto& glob) { return GlobMatch(glob, entry.name); });
    });
  }
  if (choice.first > 0 && choice.first < std::ssize(entries)) entries.resize(choice.first);
  if (choice.sample <= 0 || choice.sample >= std::ssize(entries)) return entries;
  std::vector<std::pair<uint64_t, size_t>> order;
  for (size_t i = 0; i < entries.size(); ++i) {
    order.emplace_back(Hash64(entries[i].url, choice.seed), i);
  }
  std::sort(order.begin(), order.end());
  order.resize(static_cast<size_t>(choice.sample));
  std::sort(order.begin(), order.end(), [](auto& a, auto& b) { return a.second < b.second; });
  std::vector<FetchEntry> chosen;
  for (const auto& [hash, index] : order) chosen.push_back(std::move(entries[index]));
  return chosen;
}

}  // namespace cria::corpus
