// A row a set: both rules by which the papers count an item as seen.
#include "eval/report/contamination_table.h"

#include "base/units.h"

namespace cria::eval {

Table ContaminationTable(const Json& contamination, const std::string& where) {
  Table table{.caption = JsonGetOr(contamination, "removed", false, where)
                             ? "Items found in the training text; documents that gave them away "
                               "were removed"
                             : "Items found in the training text, which was left as it was",
              .columns = {{"Set"},
                          {"Items", true},
                          {"13 words in a row (GPT-3)", true},
                          {"70 % of 8-grams (PaLM)", true}},
              .rows = {}};
  const Json sets = JsonGet<Json>(contamination, "sets", where);
  for (const auto& [name, found] : sets.items()) {
    std::vector<std::string> row = {name};
    for (const char* key : {"items", "any_13_gram", "most_8_grams"}) {
      row.push_back(FormatWhole(JsonGetOr<int64_t>(found, key, 0, where)));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace cria::eval
