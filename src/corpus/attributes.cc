// Attributes to lines of JSON and back.
#include "corpus/attributes.h"

#include "base/error.h"

namespace cria::corpus {

std::string ToJsonLine(const Attributes& attributes) {
  Json json = {{"id", attributes.id}, {"bytes", attributes.bytes}};
  if (!attributes.language.empty()) json["language"] = attributes.language;
  if (!attributes.guess.empty()) {
    json["guess"] = attributes.guess;
    json["confidence"] = attributes.confidence;
  }
  if (attributes.perplexity) json["perplexity"] = *attributes.perplexity;
  if (attributes.reference) json["reference"] = *attributes.reference;
  if (!attributes.bands.empty()) json["bands"] = attributes.bands;
  return json.dump();
}

Attributes AttributesFromJsonLine(std::string_view line, const std::string& where) {
  const Json json = ParseJson(line, where);
  Attributes attributes;
  attributes.id = JsonGet<std::string>(json, "id", where);
  attributes.bytes = JsonGet<int64_t>(json, "bytes", where);
  attributes.language = JsonGetOr<std::string>(json, "language", "", where);
  attributes.guess = JsonGetOr<std::string>(json, "guess", "", where);
  attributes.confidence = JsonGetOr<double>(json, "confidence", 0, where);
  if (json.contains("perplexity")) {
    attributes.perplexity = JsonGet<double>(json, "perplexity", where);
  }
  if (json.contains("reference")) attributes.reference = JsonGet<double>(json, "reference", where);
  if (json.contains("bands")) {
    attributes.bands = JsonGet<std::vector<uint64_t>>(json, "bands", where);
  }
  return attributes;
}

}  // namespace cria::corpus
