// The manifest as JSON, with the digest of its own text.
#include "store/manifest.h"

#include <unordered_map>

#include "base/error.h"
#include "base/hash.h"

namespace cria::store {
namespace {

constexpr const char* kFormat = "cria checkpoint";
// The file is BODY + TRAILER; the trailer has a fixed length and holds the XXH3 of the body, so the
// digest needs no canonical form of JSON.
constexpr std::string_view kTrailerBegin = ",\n\"manifest_xxh3\": \"";
constexpr std::string_view kTrailerEnd = "\"\n}\n";
constexpr size_t kDigestChars = 16;
constexpr size_t kTrailerBytes = kTrailerBegin.size() + kDigestChars + kTrailerEnd.size();

std::string Hex(uint64_t digest) { return fmt::format("{:016x}", digest); }

uint64_t ParseHex(const std::string& text, const std::string& where) {
  if (text.size() != kDigestChars ||
      text.find_first_not_of("0123456789abcdef") != std::string::npos) {
    throw Error("\"" + text + "\" is not a digest", where, kCheckpointRemedy);
  }
  return std::stoull(text, nullptr, 16);
}

DType ParseDType(const std::string& name, const std::string& where) {
  for (const DType type : {DType::kF32, DType::kBF16, DType::kF16, DType::kF64, DType::kI32,
                           DType::kI64, DType::kU8}) {
    if (name == DTypeName(type)) return type;
  }
  throw Error("unknown tensor type \"" + name + "\"", where, "read it with a newer cria");
}

void CheckDigest(std::string_view text, const std::string& where) {
  if (text.size() < kTrailerBytes || !text.ends_with(kTrailerEnd)) {
    throw Error("manifest was cut short", where, kCheckpointRemedy);
  }
  const std::string_view body = text.substr(0, text.size() - kTrailerBytes);
  const std::string_view trailer = text.substr(body.size());
  if (!trailer.starts_with(kTrailerBegin) ||
      trailer.substr(kTrailerBegin.size(), kDigestChars) != Hex(Hash64(body))) {
    throw Error("manifest does not match its own digest: it was changed or damaged", where,
                kCheckpointRemedy);
  }
}

}  // namespace

std::string FormatManifest(const Manifest& manifest) {
  // One line per member and per tensor: readable, and diffs between steps are small.
  std::string text =
      fmt::format("{{\n\"format\": \"{}\",\n\"version\": {},\n", kFormat, manifest.version);
  const auto replace = Json::error_handler_t::replace;
  text += "\"config\": " + manifest.config.dump(-1, ' ', false, replace) + ",\n";
  text += "\"state\": " + manifest.state.dump(-1, ' ', false, replace) + ",\n\"files\": [";
  for (const ManifestFile& file : manifest.files) {
    text += &file == manifest.files.data() ? "\n" : ",\n";
    Json entry = {{"name", file.name}, {"bytes", file.bytes}};
    if (file.digest) entry["xxh3"] = Hex(*file.digest);
    text += entry.dump();
  }
  text += "],\n\"tensors\": [";
  for (const ManifestTensor& tensor : manifest.tensors) {
    text += &tensor == manifest.tensors.data() ? "\n" : ",\n";
    text += Json{{"name", tensor.name},       {"dtype", DTypeName(tensor.type)},
                 {"shape", tensor.shape},     {"file", manifest.files[tensor.file].name},
                 {"offset", tensor.offset},   {"bytes", tensor.bytes},
                 {"xxh3", Hex(tensor.digest)}}
                .dump();
  }
  return SignManifest(text + "]");
}

std::string SignManifest(std::string text) {
  const std::string digest = Hex(Hash64(text));
  return text.append(kTrailerBegin).append(digest).append(kTrailerEnd);
}

Manifest ReadManifest(const fs::path& path) {
  const std::string where = path.string();
  const std::string text = ReadFile(path);
  if (text.size() < 2) throw Error("manifest is empty", where, kCheckpointRemedy);
  CheckDigest(text, where);
  const Json json = ParseJson(text, where);
  if (JsonGet<std::string>(json, "format", where) != kFormat) {
    throw Error("not a cria checkpoint", where, "name a checkpoint folder");
  }
  Manifest manifest;
  manifest.version = JsonGet<int>(json, "version", where);
  if (manifest.version < 1 || manifest.version > kCheckpointVersion) {
    throw Error(fmt::format("checkpoint format {}; this cria reads 1 to {}", manifest.version,
                            kCheckpointVersion),
                where, "read it with a newer cria");
  }
  manifest.config = JsonGet<Json>(json, "config", where);
  manifest.state = JsonGet<Json>(json, "state", where);
  std::unordered_map<std::string, size_t> file_index;
  for (const Json& file : JsonGet<std::vector<Json>>(json, "files", where)) {
    file_index[JsonGet<std::string>(file, "name", where)] = manifest.files.size();
    ManifestFile entry{JsonGet<std::string>(file, "name", where),
                       JsonGet<int64_t>(file, "bytes", where), std::nullopt};
    if (file.contains("xxh3")) {
      entry.digest = ParseHex(JsonGet<std::string>(file, "xxh3", where), where);
    }
    manifest.files.push_back(std::move(entry));
  }
  for (const Json& entry : JsonGet<std::vector<Json>>(json, "tensors", where)) {
    ManifestTensor tensor;
    tensor.name = JsonGet<std::string>(entry, "name", where);
    const std::string at = where + ", tensor \"" + tensor.name + "\"";
    tensor.type = ParseDType(JsonGet<std::string>(entry, "dtype", at), at);
    tensor.shape = JsonGet<Shape>(entry, "shape", at);
    const auto file = file_index.find(JsonGet<std::string>(entry, "file", at));
    if (file == file_index.end())
      throw Error("names a file that is not listed", at, kCheckpointRemedy);
    tensor.file = file->second;
    tensor.offset = JsonGet<int64_t>(entry, "offset", at);
    tensor.bytes = JsonGet<int64_t>(entry, "bytes", at);
    tensor.digest = ParseHex(JsonGet<std::string>(entry, "xxh3", at), at);
    manifest.tensors.push_back(std::move(tensor));
  }
  return manifest;
}

}  // namespace cria::store
