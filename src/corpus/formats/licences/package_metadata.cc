// Each kind of file has its own few lines here.
#include "corpus/formats/licences/package_metadata.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/json.h"
#include "base/utf8.h"
#include "corpus/formats/licences/licence.h"
#include "corpus/formats/licences/licence_name.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxMetadataBytes = size_t{1} << 20;

// A field that holds a whole licence text is read as one.
std::string Recognised(std::string_view words) {
  std::string id = LicenceOfDeclaration(words);
  return id.empty() ? LicenceOfText(words) : id;
}

// "license": "MIT", {"type": "MIT"}, or a list of either, of which one may be chosen.
std::string FromJson(const Json& field) {
  if (field.is_string()) return Recognised(field.get_ref<const std::string&>());
  if (field.is_object()) {
    const auto type = field.find("type");
    return type == field.end() || !type->is_string() ? "" : FromJson(*type);
  }
  if (!field.is_array()) return "";
  std::string all;
  for (const Json& item : field) {
    if (item.is_array()) return "";
    const std::string id = FromJson(item);
    if (id.empty()) return "";
    if (!all.empty()) all += " OR ";
    all += item.is_string() && id.find(' ') != std::string::npos ? "(" + id + ")" : id;
  }
  return all;
}

std::string OfPackageJson(std::string_view bytes) {
  const Json json = IsValidUtf8(bytes) ? TryParseJson(bytes) : Json();
  if (!json.is_object()) return "";
  for (const char* key : {"license", "licence", "licenses"}) {
    const auto field = json.find(key);
    if (field != json.end()) return FromJson(*field);
  }
  return "";
}

// The value behind `separator` of the first line that is `key` with it; not of a comment.
std::string_view FieldOfLine(std::string_view line, std::string_view key, char separator) {
  line = Trimmed(line);
  if (!line.starts_with(key)) return {};
  line = Trimmed(line.substr(key.size()));
  return line.starts_with(separator) ? Trimmed(line.substr(1)) : std::string_view();
}

// What stands between the first pair of quotes.
std::string_view Quoted(std::string_view value) {
  const size_t begin = value.find_first_of("\"'");
  if (begin == value.npos) return {};
  const size_t end = value.find(value[begin], begin + 1);
  return end == value.npos ? std::string_view() : value.substr(begin + 1, end - begin - 1);
}

// "MIT + file LICENSE": the file holds names and years only.
std::string_view WithoutFile(std::string_view value) {
  for (const std::string_view file : {"+ file LICENSE", "+ file LICENCE"}) {
    if (value.ends_with(file)) return Trimmed(value.substr(0, value.size() - file.size()));
  }
  return value;
}

struct Fields {
  std::string_view declared;
  std::string classifiers;  // several do not say that one may choose
};

std::string_view TomlValue(std::string_view value) {
  // license = {text = "MIT"}; a file is looked at as a file.
  if (value.starts_with('{') && value.find("text") == value.npos) return {};
  return Quoted(value);
}

std::string OfLines(std::string_view name, std::string_view bytes) {
  const bool toml = name.ends_with(".toml");
  const bool r_package = name == "DESCRIPTION";
  if (r_package && !bytes.starts_with("Package:") && bytes.find("\nPackage:") == bytes.npos)
    return "";
  const bool header = r_package || name == "METADATA" || name == "PKG-INFO";
  Fields found;
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (header && Trimmed(line).empty()) break;  // the description begins
    std::string_view value;
    if (header) {
      value = FieldOfLine(line, "License-Expression", ':');
      if (value.empty()) value = FieldOfLine(line, "License", ':');
      if (r_package) value = WithoutFile(value);
    } else if (name == "setup.py" || name.ends_with(".gemspec")) {
      value = Quoted(FieldOfLine(line, name == "setup.py" ? "license" : "s.license", '='));
    } else {
      value = FieldOfLine(line, "license", '=');
      if (toml) value = TomlValue(value);
    }
    if (found.declared.empty() && value != "UNKNOWN") found.declared = value;
    constexpr std::string_view kClassifier = "License :: OSI Approved :: ";
    const size_t at = line.find(kClassifier);
    if (at == line.npos) continue;
    const std::string one =
        Recognised(Trimmed(line.substr(at + kClassifier.size()), " \t\r\n\"',"));
    if (one.empty() || found.classifiers.find(one) != std::string::npos) continue;
    found.classifiers += (found.classifiers.empty() ? "" : " AND ") + one;
  }
  std::string id = Recognised(found.declared);
  return id.empty() ? found.classifiers : id;
}

}  // namespace

bool IsPackageMetadata(std::string_view name) {
  constexpr std::string_view kNames[] = {"Cargo.toml", "package.json",   "composer.json",
                                         "setup.cfg",  "pyproject.toml", "setup.py",
                                         "METADATA",   "PKG-INFO",       "DESCRIPTION"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames) ||
         name.ends_with(".gemspec");
}

std::string LicenceOfMetadata(std::string_view name, std::string_view bytes) {
  if (bytes.size() > kMaxMetadataBytes) return "";
  if (name.ends_with(".json")) return OfPackageJson(bytes);
  return OfLines(name, bytes);
}

}  // namespace cria::corpus
