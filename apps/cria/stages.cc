// Stamps of finished stages and of interrupted ones, and the time and energy that they add up.
#include "stages.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <condition_variable>

#include "base/units.h"

namespace cria::app {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kMeterInterval(20);

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The stamp with this key, or null.
Json ReadStamp(const fs::path& path, const Json& key) {
  if (!fs::exists(path)) return nullptr;
  const Json stamp = ReadJson(path);
  return stamp.is_object() && stamp.value("key", Json()) == key ? stamp : Json(nullptr);
}

}  // namespace

Stages::Stages(fs::path folder, int total) : folder_(std::move(folder)), total_(total) {
  fs::create_directories(folder_);
  if (!meter_.available()) return;
  meter_reader_ = std::jthread([this](std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, kMeterInterval, [&] { return stop.stop_requested(); })) {
      std::scoped_lock reading(meter_mutex_);
      meter_.ReadJoules();
    }
  });
}

Stages::~Stages() = default;

bool Stages::UpToDate(const std::string& name, const Json& key,
                      const std::vector<fs::path>& products) const {
  for (const fs::path& product : products) {
    if (!fs::exists(product)) return false;
  }
  return !ReadStamp(StampPath(name), key).is_null();
}

void Stages::Run(const std::string& name, const Json& key, const std::vector<fs::path>& products,
                 const std::function<void()>& body) {
  StageRecord record{.name = name};
  const auto number = fmt::format("[{}/{}] {}", records_.size() + 1, total_, name);
  if (UpToDate(name, key, products)) {
    const Json stamp = ReadStamp(StampPath(name), key);
    record.seconds = JsonGetOr(stamp, "seconds", 0.0, StampPath(name).string());
    record.joules = JsonGetOr(stamp, "joules", 0.0, StampPath(name).string());
    record.skipped = true;
    spdlog::info("{}: unchanged, kept", number);
  } else {
    spdlog::info("{}", number);
    RunBody(name, key, body, &record);
  }
  records_.push_back(record);
}

void Stages::RunBody(const std::string& name, const Json& key, const std::function<void()>& body,
                     StageRecord* record) {
  const Json partial = ReadStamp(PartialPath(name), key);
  const std::string where = PartialPath(name).string();
  const double seconds_before = JsonGetOr(partial, "seconds", 0.0, where);
  const double joules_before = JsonGetOr(partial, "joules", 0.0, where);
  const auto joules_now = [this] {
    std::scoped_lock reading(meter_mutex_);
    return meter_.ReadJoules();
  };
  fs::remove(StampPath(name));
  const double joules_start = joules_now();
  const Clock::time_point start = Clock::now();
  const auto stamp = [&] {
    record->seconds_now = SecondsSince(start);
    record->seconds = seconds_before + record->seconds_now;
    record->joules = joules_before + joules_now() - joules_start;
    return Json{
        {"stage", name}, {"key", key}, {"seconds", record->seconds}, {"joules", record->joules}};
  };
  try {
    body();
  } catch (...) {
    WriteJson(PartialPath(name), stamp());
    throw;
  }
  WriteJson(StampPath(name), stamp());
  fs::remove(PartialPath(name));
  spdlog::info("      {} took {}", name, FormatSeconds(record->seconds_now));
}

}  // namespace cria::app
