// Files to parts: large files alone, small ones together.
#include <fmt/format.h>

#include "base/hash.h"
#include "corpus/inputs.h"

namespace cria::corpus {
namespace {

constexpr size_t kPartFiles = 4096;

std::string KeyOf(const Part& part, bool code) {
  const Input& input = *part.input;
  Hash64Stream hash;
  hash.Update(fmt::format("{} {} {} {} {} {}\n", kReaderVersion, code, ReaderKindName(input.reader),
                          input.language, input.charset, input.licence));
  for (const RawFile& file : part.files) {
    hash.Update(fmt::format("{}\n{} {:016x}\n", file.origin, file.bytes, file.digest));
  }
  return fmt::format("{:016x}", hash.Digest());
}

}  // namespace

std::vector<Part> MakeParts(const Recipe& recipe, const FileSet& set, int64_t part_bytes) {
  std::vector<Part> parts;
  for (const RawFile& file : set.files) {
    const bool joins = !parts.empty() && parts.back().input == file.input &&
                       parts.back().bytes + file.bytes <= part_bytes &&
                       parts.back().files.size() < kPartFiles;
    if (!joins) parts.push_back({file.source, file.input, {}, 0, ""});
    parts.back().files.push_back(file);
    parts.back().bytes += file.bytes;
  }
  for (Part& part : parts) {
    const Source& source = recipe.sources[static_cast<size_t>(part.source)];
    part.key = KeyOf(part, source.kind == SourceKind::kCode);
  }
  return parts;
}

}  // namespace cria::corpus
