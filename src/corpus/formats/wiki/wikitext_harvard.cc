// Names of authors with "&" before the last.
#include "corpus/formats/wiki/wikitext_harvard.h"

#include <algorithm>
#include <vector>

namespace cria::corpus {
namespace {

std::string Joined(const std::vector<std::string_view>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " & " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace

std::string WriteHarvard(const WikitextTemplate& call, const WikitextContext&) {
  std::vector<std::string_view> names;
  const size_t last = std::min<size_t>(call.positional.size(), 5);
  for (size_t n = 1; n < last; ++n) {
    if (!call.At(n).empty()) names.push_back(call.At(n));
  }
  if (names.empty() || call.At(last).empty()) return {};
  return Joined(names) + " (" + std::string(call.At(last)) + ")";
}

std::string WriteHarvardNamed(const WikitextTemplate& call, const WikitextContext&) {
  bool text = false, bare = false;
  for (size_t n = 1; n <= std::min<size_t>(call.positional.size(), 4); ++n) {
    text = text || call.At(n) == "txt";
    bare = bare || call.At(n) == "nb";
  }
  text = text || !call.Named("txt").empty();
  bare = bare || !call.Named("nb").empty();
  if (!text && !bare) return {};
  std::vector<std::string_view> names, years;
  for (const std::string_view key :
       {"last|last1|author|author1", "last2|author2", "last3|author3", "last4|author4"}) {
    if (!call.Named(key).empty()) names.push_back(call.Named(key));
  }
  for (const std::string_view key : {"year|year1|date", "year2", "year3", "year4"}) {
    if (!call.Named(key).empty()) years.push_back(call.Named(key));
  }
  if (names.empty()) return {};
  std::string all = Joined(names);
  for (size_t i = 0; i < years.size(); ++i) {
    all += i > 0 ? ", " : text ? " (" : " ";
    all += years[i];
  }
  return text && !years.empty() ? all + ")" : all;
}

}  // namespace cria::corpus
