// A buffer in front of a compressed file.
#include "corpus/fates.h"

namespace cria::corpus {

void FateWriter::Write(std::string_view line) {
  buffer_.append(line).push_back('\n');
  if (buffer_.size() < kBufferBytes) return;
  writer_.Write(buffer_);
  buffer_.clear();
}

void FateWriter::Append(TextReader reader) {
  std::string line;
  while (reader.NextLine(&line)) Write(line);
}

void FateWriter::Commit() {
  writer_.Write(buffer_);
  buffer_.clear();
  writer_.Commit();
}

}  // namespace cria::corpus
