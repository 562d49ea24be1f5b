// One byte of look-ahead over a buffer.
#include "eval/csv_table.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/error.h"
#include "base/utf8.h"

namespace cria::eval {
namespace {

constexpr int kEnd = -1;
constexpr size_t kBufferBytes = size_t{1} << 16;
constexpr size_t kMaxRowBytes = size_t{64} << 20;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr char kRestore[] = "restore the file from its source";

bool IsTabSeparated(const fs::path& path) {
  return LowerAscii(fs::path(UnpackedName(path.native())).extension().string()) == ".tsv";
}

bool IsBlank(const std::vector<std::string>& row) { return row.size() == 1 && row[0].empty(); }

}  // namespace

CsvTable::CsvTable(const fs::path& path, std::vector<std::string> columns)
    : path_(path),
      reader_(path),
      separator_(IsTabSeparated(path) ? '\t' : ','),
      buffer_(kBufferBytes, '\0'),
      columns_(std::move(columns)) {
  while (filled_ < kByteOrderMark.size()) {
    const size_t more = reader_.ReadSome(&buffer_[filled_], buffer_.size() - filled_);
    if (more == 0) break;
    filled_ += more;
  }
  if (std::string_view(buffer_).substr(0, filled_).starts_with(kByteOrderMark)) {
    at_ = kByteOrderMark.size();
  }
}

CsvTable::CsvTable(const fs::path& path) : CsvTable(path, {}) {
  bool found = ReadRow(&columns_);
  while (found && IsBlank(columns_)) found = ReadRow(&columns_);
  if (!found) {
    throw Error("there is no row with the names of columns", path.string(),
                "name a file that is not empty");
  }
  std::vector<std::string> sorted = columns_;
  std::sort(sorted.begin(), sorted.end());
  const auto twice =
      std::adjacent_find(sorted.begin(), sorted.end(),
                         [](const auto& a, const auto& b) { return a == b && !a.empty(); });
  if (twice != sorted.end()) {
    throw Error(fmt::format("two columns are called \"{}\"", *twice), where(),
                "rename one of them");
  }
}

std::optional<size_t> CsvTable::Find(std::string_view name) const {
  const auto found = std::find(columns_.begin(), columns_.end(), name);
  if (found == columns_.end()) return std::nullopt;
  return static_cast<size_t>(found - columns_.begin());
}

std::string CsvTable::where() const { return fmt::format("{}:{}", path_.string(), row_line_); }

bool CsvTable::NextRow(std::vector<std::string>* fields) {
  do {
    if (!ReadRow(fields)) return false;
  } while (IsBlank(*fields) && columns_.size() > 1);
  if (fields->size() != columns_.size()) {
    throw Error(fmt::format("the row has {} fields, not {}", fields->size(), columns_.size()),
                where(), kRestore);
  }
  return true;
}

bool CsvTable::Fill() {
  at_ = 0;
  filled_ = reader_.ReadSome(buffer_.data(), buffer_.size());
  return filled_ > 0;
}

int CsvTable::Peek() {
  if (at_ == filled_ && !Fill()) return kEnd;
  return static_cast<unsigned char>(buffer_[at_]);
}

int CsvTable::Take() {
  const int byte = Peek();
  if (byte == kEnd) return kEnd;
  ++at_;
  line_ += byte == '\n';
  return byte;
}

bool CsvTable::ReadRow(std::vector<std::string>* fields) {
  fields->clear();
  if (Peek() == kEnd) return false;
  row_line_ = line_;
  row_bytes_ = 0;
  do {
    fields->emplace_back();
  } while (ReadField(&fields->back()));
  for (const std::string& field : *fields) {
    if (!IsValidUtf8(field)) {
      throw Error("the row is not UTF-8", where(), "convert the file, or restore it");
    }
  }
  return true;
}

// True if the row goes on behind it.
bool CsvTable::ReadField(std::string* field) {
  if (Peek() == '"') {
    ReadQuoted(field);
  } else {
    ReadPlain(field);
  }
  if (Peek() == separator_) {
    Take();
    return true;
  }
  if (!TakeLineEnd()) {
    throw Error("text stands behind a closing quote", where(),
                "double the quotes inside of quoted fields");
  }
  return false;
}

void CsvTable::ReadPlain(std::string* field) {
  while (true) {
    const int byte = Peek();
    if (byte == kEnd || byte == separator_ || byte == '\n') return;
    Append(Take(), field);
    // A \r alone is part of the field; before \n it is of the line's end.
    if (byte == '\r' && (Peek() == '\n' || Peek() == kEnd)) {
      field->pop_back();
      return;
    }
  }
}

void CsvTable::ReadQuoted(std::string* field) {
  Take();
  while (true) {
    const int byte = Take();
    if (byte == kEnd) throw Error("a quoted field does not end", where(), kRestore);
    if (byte != '"') {
      Append(byte, field);
    } else if (Peek() == '"') {
      Append(Take(), field);
    } else {
      return;
    }
  }
}

bool CsvTable::TakeLineEnd() {
  if (Peek() == '\r') Take();
  const int byte = Take();
  return byte == '\n' || byte == kEnd;
}

void CsvTable::Append(int byte, std::string* field) {
  if (++row_bytes_ > kMaxRowBytes) {
    throw Error(fmt::format("the row has more than {} bytes", kMaxRowBytes), where(),
                "close the quote that stands open, or restore the file");
  }
  field->push_back(static_cast<char>(byte));
}

}  // namespace cria::eval
