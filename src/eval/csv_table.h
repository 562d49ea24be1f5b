// A table as comma or tab separated text, read row by row: files may be larger than memory. Rows
// are texts; what they mean is the caller's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/compressed_file.h"

namespace cria::eval {

/// RFC 4180: a field that begins with a quote ends with one, may hold separators, line ends and
/// doubled quotes. Lines end with \n or \r\n; blank lines and a byte order mark at the front are
/// passed over. Plain or packed (TextReader). Errors name file and line.
class CsvTable {
 public:
  /// Reads the names of the columns. The separator is a tab where the file is called .tsv (packed
  /// or not), else a comma. Throws Error if there is no header or it names a column twice.
  explicit CsvTable(const fs::path& path);
  /// Of a file without such a row: its columns are these.
  CsvTable(const fs::path& path, std::vector<std::string> columns);

  const std::vector<std::string>& columns() const { return columns_; }
  /// Place of a column in the rows.
  std::optional<size_t> Find(std::string_view name) const;

  /// The next row, as many fields as there are columns; false at the end. Throws Error for a row of
  /// another width, of more than 64 MiB, that is not UTF-8, or whose quotes do not close.
  bool NextRow(std::vector<std::string>* fields);
  /// file:line where the last row begins.
  std::string where() const;

 private:
  bool Fill();
  /// The next byte, or kEnd.
  int Peek();
  int Take();
  bool ReadRow(std::vector<std::string>* fields);
  bool ReadField(std::string* field);
  void ReadPlain(std::string* field);
  void ReadQuoted(std::string* field);
  bool TakeLineEnd();
  void Append(int byte, std::string* field);

  fs::path path_;
  TextReader reader_;
  char separator_;
  std::string buffer_;
  size_t at_ = 0, filled_ = 0, row_bytes_ = 0;
  int64_t line_ = 1, row_line_ = 1;
  std::vector<std::string> columns_;
};

}  // namespace cria::eval
