// Event files read back byte by byte; the framing against bytes that TensorFlow writes.
#include "train/event_log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <map>

#include "base/file.h"

namespace cria::train {
namespace {

class EventLogTest : public ::testing::Test {
 protected:
  EventLogTest()
      : folder_(fs::temp_directory_path() / ("cria_events_" + std::to_string(::getpid()))) {}
  ~EventLogTest() override { fs::remove_all(folder_); }
  fs::path folder_;
};

struct Record {
  int64_t step = 0;
  std::string version;
  bool session_start = false;
  std::map<std::string, float> scalars;
};

uint64_t TakeVarint(std::string_view* bytes) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes->front());
    bytes->remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
}
/// The fields of a message: number -> bytes (numbers as their bytes).
std::multimap<int, std::string> Fields(std::string_view bytes) {
  std::multimap<int, std::string> fields;
  while (!bytes.empty()) {
    const uint64_t key = TakeVarint(&bytes);
    std::string value;
    if (key % 8 == 0) {
      value = std::to_string(TakeVarint(&bytes));
    } else {
      const size_t size = key % 8 == 1 ? 8 : key % 8 == 5 ? 4 : TakeVarint(&bytes);
      value = std::string(bytes.substr(0, size));
      bytes.remove_prefix(size);
    }
    fields.emplace(static_cast<int>(key / 8), value);
  }
  return fields;
}
template <class T>
T Read(std::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

std::vector<Record> ReadEvents(const fs::path& path) {
  const std::string bytes = ReadFile(path);
  std::vector<Record> records;
  for (size_t at = 0; at < bytes.size();) {
    const auto size = Read<uint64_t>(bytes, at);
    const std::string event = bytes.substr(at + 12, size);
    EXPECT_EQ(event.size(), size);
    Record record;
    for (const auto& [number, value] : Fields(event)) {
      if (number == 2) record.step = std::stoll(value);
      if (number == 3) record.version = value;
      if (number == 7) record.session_start = Fields(value).find(1)->second == "1";
      if (number != 5) continue;
      for (const auto& [_, scalar] : Fields(value)) {
        const auto fields = Fields(scalar);
        record.scalars[fields.find(1)->second] = Read<float>(fields.find(2)->second, 0);
      }
    }
    records.push_back(record);
    at += 12 + size + 4;
  }
  return records;
}

TEST(Crc32c, CheckValue) {
  EXPECT_EQ(Crc32c("123456789"), 0xE3069283u);            // the catalogue's check value
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8A9136AAu);  // RFC 3720, appendix B.4
}

TEST_F(EventLogTest, AFileOfScalars) {
  EventLog log(folder_, 0);
  log.OnStep({.step = 1,
              .tokens = 4096,
              .loss = 10.5,
              .learning_rate = 1e-3,
              .gradient_norm = 2.5,
              .tokens_per_s = 1000,
              .ceiling_share = 0.5});
  log.OnStep({.step = 300, .tokens = 8192, .loss = NAN, .applied = false});
  ValidationReport validation;
  validation.step = 300;
  validation.score.total = {.nats = 200, .targets = 100, .text_bytes = 400};
  validation.score.sources["books"] = validation.score.total;
  log.OnValidation(validation);

  const fs::path file = fs::directory_iterator(folder_)->path();
  EXPECT_TRUE(file.filename().string().starts_with("events.out.tfevents."));
  // The head of every event file of TensorFlow: 24 bytes, their masked CRC, then the wall time.
  EXPECT_EQ(ReadFile(file).substr(0, 13),
            std::string("\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22\x09", 13));
  const std::vector<Record> events = ReadEvents(file);
  ASSERT_EQ(events.size(), 4);
  EXPECT_EQ(events[0].version, "brain.Event:2");
  EXPECT_EQ(events[1].step, 1);
  EXPECT_EQ(events[1].scalars.at("train/loss"), 10.5f);
  EXPECT_EQ(events[1].scalars.at("train/learning_rate"), 1e-3f);
  EXPECT_EQ(events[1].scalars.at("speed/ceiling_share"), 0.5f);
  EXPECT_EQ(events[2].step, 300);
  EXPECT_TRUE(std::isnan(events[2].scalars.at("train/loss")));
  EXPECT_FALSE(events[2].scalars.contains("speed/ceiling_share"));
  EXPECT_EQ(events[3].scalars.at("validation/loss"), 2.0f);
  EXPECT_NEAR(events[3].scalars.at("validation/bits_per_byte/books"), 0.5 / std::log(2.0), 1e-6);
}

TEST_F(EventLogTest, AResumedRunTakesBackTheStepsItDoesAgain) {
  { EventLog first(folder_, 0); }
  { EventLog second(folder_, 40); }
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder_)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  ASSERT_EQ(files.size(), 2);
  const std::vector<Record> events = ReadEvents(files[1]);
  ASSERT_EQ(events.size(), 2);
  EXPECT_TRUE(events[1].session_start);
  EXPECT_EQ(events[1].step, 41);
  { EventLog fresh(folder_, 0); }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

}  // namespace
}  // namespace cria::train
