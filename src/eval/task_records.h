// The rows of an evaluation set in its public format, and text made of their fields.
#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"

namespace cria::eval {

struct Record {
  Json fields;        ///< an object
  std::string where;  ///< file:line
};

/// JSON lines, plain, .gz or .zst, blank lines left out; or the records under "Data" of a .json
/// file. Throws Error that names file and line.
std::vector<Record> ReadJsonLines(const fs::path& path);

/// One whole number a line.
std::vector<int64_t> ReadLabels(const fs::path& path);

/// `text` with {field}, {a.b} for a field of a field, {} for the record itself where that is a
/// string, and {field:capital} for the first letter large, the rest small (ASCII). Numbers and
/// booleans are written as JSON has them. Throws Error for a field that is not there.
std::string FillIn(const std::string& text, const Json& fields, const std::string& where);

/// A field by its path, or an Error.
const Json& Field(const Json& fields, const std::string& path, const std::string& where);
/// The same where it has to be a list, or an object.
const Json& ListField(const Json& fields, const std::string& path, const std::string& where);
const Json& ObjectField(const Json& fields, const std::string& path, const std::string& where);
/// The same where it has to be a text; TextOf: of a value itself.
std::string TextField(const Json& fields, const std::string& path, const std::string& where);
std::string TextOf(const Json& value, const std::string& where);

}  // namespace cria::eval
