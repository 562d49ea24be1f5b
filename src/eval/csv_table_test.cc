// Rows of CSV and TSV against RFC 4180's own examples, and files that are broken.
#include "eval/csv_table.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace cria::eval {
namespace {

using Row = std::vector<std::string>;

std::string Quoted(const std::string& field) {
  std::string quoted = "\"";
  for (const char c : field) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

class CsvTableTest : public ::testing::Test {
 protected:
  CsvTableTest() : folder_(fs::temp_directory_path() / "cria_csv_table_test") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~CsvTableTest() override { fs::remove_all(folder_); }

  fs::path Write(const std::string& name, std::string_view text) {
    WriteFile(folder_ / name, text);
    return folder_ / name;
  }
  std::vector<Row> Rows(const std::string& name, std::string_view text) {
    CsvTable table(Write(name, text));
    std::vector<Row> rows = {table.columns()};
    for (Row row; table.NextRow(&row);) rows.push_back(row);
    return rows;
  }
  std::string Fault(std::string_view text) {
    try {
      Rows("fault.csv", text);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  fs::path folder_;
};

TEST_F(CsvTableTest, Rfc4180) {
  // Sections 2.5 to 2.7 of the RFC.
  EXPECT_EQ(
      Rows("a.csv", "\"aaa\",\"b\r\nbb\",\"ccc\"\r\nzzz,yyy,xxx\r\n\"a\",\"b\"\"bb\",\"c,\""),
      (std::vector<Row>{{"aaa", "b\r\nbb", "ccc"}, {"zzz", "yyy", "xxx"}, {"a", "b\"bb", "c,"}}));
  EXPECT_EQ(Rows("a.csv", "\xef\xbb\xbf\"id\",text\n\n1,\n\n,\"\"\n"),
            (std::vector<Row>{{"id", "text"}, {"1", ""}, {"", ""}}));
  EXPECT_EQ(Rows("a.csv", "a,b\n5\" x,it's \"so\"\nx\ry,z\r"),
            (std::vector<Row>{{"a", "b"}, {"5\" x", "it's \"so\""}, {"x\ry", "z"}}));
  EXPECT_EQ(Rows("a.TSV", "a\tb\n1,2\t\"x\ty\"\n"),
            (std::vector<Row>{{"a", "b"}, {"1,2", "x\ty"}}));
  // Where there is one column an empty line is an empty text.
  EXPECT_EQ(Rows("a.csv", "text\nx\n\ny"), (std::vector<Row>{{"text"}, {"x"}, {""}, {"y"}}));
}

// The first row is one like the others, behind a byte order mark too.
TEST_F(CsvTableTest, WithoutAHeader) {
  CsvTable table(Write("a.csv", "\xef\xbb\xbf\"x\ny\",1\n\nx,x\nz\n"), {"text", "n"});
  EXPECT_EQ(table.columns(), (Row{"text", "n"}));
  EXPECT_EQ(table.Find("n"), 1);
  Row row;
  ASSERT_TRUE(table.NextRow(&row));
  EXPECT_EQ(row, (Row{"x\ny", "1"}));
  EXPECT_TRUE(table.where().ends_with("a.csv:1"));
  ASSERT_TRUE(table.NextRow(&row));
  EXPECT_EQ(row, (Row{"x", "x"}));
  EXPECT_TRUE(table.where().ends_with("a.csv:4")) << table.where();
  try {
    table.NextRow(&row);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("1 fields, not 2"), std::string::npos);
  }
  CsvTable empty(Write("empty.csv", ""), {"text"});
  EXPECT_FALSE(empty.NextRow(&row));
}

TEST_F(CsvTableTest, LinesAndColumns) {
  CsvTable table(Write("a.csv", "a,b\n\"x\ny\",1\n\nz,2\n"));
  EXPECT_EQ(table.Find("b"), 1);
  EXPECT_EQ(table.Find("B"), std::nullopt);
  Row row;
  ASSERT_TRUE(table.NextRow(&row));
  EXPECT_TRUE(table.where().ends_with("a.csv:2"));
  ASSERT_TRUE(table.NextRow(&row));
  EXPECT_TRUE(table.where().ends_with("a.csv:5")) << table.where();
  EXPECT_FALSE(table.NextRow(&row));
}

// Quotes, line ends and separators on every side of the reader's buffer, packed and plain.
TEST_F(CsvTableTest, AcrossBuffers) {
  std::string text = "n,text\r\n";
  std::vector<Row> expected = {{"n", "text"}};
  for (int i = 0; text.size() < 400'000; ++i) {
    const std::string field = "\"" + std::string(static_cast<size_t>(i % 97), 'x') + ",\r\n\"";
    expected.push_back({std::to_string(i), field});
    text += std::to_string(i) + "," + Quoted(field) + "\r\n";
  }
  EXPECT_EQ(Rows("plain.csv", text), expected);
  ZstdWriter packed(folder_ / "packed.csv.zst");
  packed.Write(text);
  packed.Commit();
  CsvTable table(folder_ / "packed.csv.zst");
  size_t rows = 0;
  for (Row row; table.NextRow(&row);) EXPECT_EQ(row, expected[++rows]);
  EXPECT_EQ(rows + 1, expected.size());
}

TEST_F(CsvTableTest, Faults) {
  EXPECT_NE(Fault("").find("no row with the names"), std::string::npos);
  EXPECT_NE(Fault("\n\n").find("no row with the names"), std::string::npos);
  EXPECT_NE(Fault("a,b,a\n").find("two columns are called \"a\""), std::string::npos);
  EXPECT_NE(Fault("a,b\n1,2\n1,2,3\n").find("fault.csv:3"), std::string::npos);
  EXPECT_NE(Fault("a,b\n1,\"2\n1,3\n").find("fault.csv:2"), std::string::npos);
  EXPECT_NE(Fault("a,b\n1,\"2\n1,3\n").find("does not end"), std::string::npos);
  EXPECT_NE(Fault("a,b\n1,\"2\"x\n").find("behind a closing quote"), std::string::npos);
  EXPECT_NE(Fault("a,b\n1,\xff\n").find("not UTF-8"), std::string::npos);
  EXPECT_THROW(CsvTable(folder_ / "none.csv"), Error);
}

TEST_F(CsvTableTest, ARowWithoutEndStopsEarly) {
  std::string text = "a,b\n1,\"";
  text.append(size_t{70} << 20, 'x');
  EXPECT_NE(Fault(text).find("more than 67108864 bytes"), std::string::npos);
}

}  // namespace
}  // namespace cria::eval
