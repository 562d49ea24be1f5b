// TFRecord framing (length, masked CRC-32C, bytes, masked CRC-32C) around protocol-buffer messages
// of tensorflow/core/util/event.proto and summary.proto, a few fields of each.
#include "train/event_log.h"

#include <array>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/error.h"

namespace cria::train {
namespace {

static_assert(std::endian::native == std::endian::little);

template <class T>
std::string Raw(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

// Wire types of protocol buffers.
enum WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

std::string Varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7F) | 0x80);
  return bytes + static_cast<char>(value);
}
std::string Field(int number, WireType type, const std::string& value) {
  return Varint(static_cast<uint64_t>(number << 3 | type)) +
         (type == kBytes ? Varint(value.size()) : std::string()) + value;
}

// Event
constexpr int kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5, kSessionLog = 7;
// Summary, Summary.Value, SessionLog
constexpr int kValue = 1, kTag = 1, kSimpleValue = 2, kStatus = 1;
constexpr uint64_t kSessionStart = 1;

std::string Scalar(const std::string& tag, double value) {
  return Field(
      kValue, kBytes,
      Field(kTag, kBytes, tag) + Field(kSimpleValue, kFixed32, Raw(static_cast<float>(value))));
}

/// So that a run of zeros is no valid record.
uint32_t Masked(uint32_t crc) { return std::rotr(crc, 15) + 0xA282EAD8u; }

constexpr const char *kPrefix = "events.out.tfevents.", *kSuffix = ".cria";

/// Those of a run that is replaced.
void RemoveEvents(const fs::path& folder) {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kPrefix) && name.ends_with(kSuffix)) fs::remove(entry.path());
  }
}

double WallTime() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

uint32_t Crc32c(std::string_view bytes) {
  static const std::array<uint32_t, 256> kTable = [] {
    std::array<uint32_t, 256> table{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t crc = i;
      for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82F63B78u : 0);
      table[i] = crc;
    }
    return table;
  }();
  uint32_t crc = ~0u;
  for (const char c : bytes) crc = kTable[(crc ^ static_cast<uint8_t>(c)) & 0xFF] ^ crc >> 8;
  return ~crc;
}

EventLog::EventLog(const fs::path& folder, int64_t resumed_step) {
  fs::create_directories(folder);
  if (resumed_step == 0) RemoveEvents(folder);
  // TensorBoard reads a folder's files in the order of their names.
  int64_t second = static_cast<int64_t>(WallTime());
  do {
    path_ = folder / fmt::format("{}{}{}", kPrefix, second++, kSuffix);
  } while (fs::exists(path_));
  file_.reset(std::fopen(path_.c_str(), "wb"));
  if (!file_) throw Error(std::strerror(errno), path_.string(), "check the run's folder");
  Write(0, Field(kFileVersion, kBytes, "brain.Event:2"));
  if (resumed_step > 0) Restart(resumed_step + 1);
}

// Makes TensorBoard drop what it knows of this step and those behind it.
void EventLog::Restart(int64_t step) {
  Write(step, Field(kSessionLog, kBytes, Field(kStatus, kVarint, Varint(kSessionStart))));
}

void EventLog::OnRollback(const RollbackReport& r) {
  if (r.to_step >= 0) Restart(r.to_step + 1);
}

void EventLog::Write(int64_t step, const std::string& payload) {
  std::string event = Field(kWallTime, kFixed64, Raw(WallTime()));
  if (step > 0) event += Field(kStep, kVarint, Varint(static_cast<uint64_t>(step)));
  event += payload;
  const std::string length = Raw(static_cast<uint64_t>(event.size()));
  const std::string record =
      length + Raw(Masked(Crc32c(length))) + event + Raw(Masked(Crc32c(event)));
  if (std::fwrite(record.data(), 1, record.size(), file_.get()) != record.size() ||
      std::fflush(file_.get()) != 0) {
    throw Error(fmt::format("cannot write the events: {}", std::strerror(errno)), path_.string(),
                "free some disk space; --resume goes on from the last checkpoint");
  }
}

void EventLog::OnStep(const StepReport& r) {
  std::string values = Scalar("train/loss", r.loss) +
                       Scalar("train/learning_rate", r.learning_rate) +
                       Scalar("train/gradient_norm", r.gradient_norm) +
                       Scalar("train/tokens", static_cast<double>(r.tokens)) +
                       Scalar("speed/tokens_per_s", r.tokens_per_s);
  if (r.ceiling_share > 0) values += Scalar("speed/ceiling_share", r.ceiling_share);
  Write(r.step, Field(kSummary, kBytes, values));
}

void EventLog::OnValidation(const ValidationReport& r) {
  std::string values = Scalar("validation/loss", r.score.total.loss()) +
                       Scalar("validation/bits_per_byte", r.score.total.bits_per_byte());
  for (const auto& [name, score] : r.score.sources) {
    values += Scalar("validation/bits_per_byte/" + name, score.bits_per_byte());
  }
  Write(r.step, Field(kSummary, kBytes, values));
}

}  // namespace cria::train
