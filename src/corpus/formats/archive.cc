// libarchive's streaming reader with the filters that run in this process only: its catch-all
// switch would also start external programs.
#include "corpus/formats/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/utf8.h"

namespace cria::corpus {
namespace {

// Small archives may pack well; a bomb is one that is large as well.
constexpr int64_t kRatioGraceBytes = int64_t{16} << 20;
constexpr size_t kMaxNameBytes = 4096;

class Walk {
 public:
  Walk(std::string_view archive, const std::string& where, const ArchiveLimits& limits,
       const TakeMember& take, const LoseMember& lose)
      : packed_(archive), where_(where), limits_(limits), take_(take), lose_(lose) {}

  void Run() {
    if (packed_.empty()) return Lose("no_archive", 0, "no archive");
    // Fails only in a filter that has recognised its mark.
    if (!Open()) return Lose("damaged_archive", static_cast<int64_t>(packed_.size()), Fault());
    for (int64_t members = 0;; ++members) {
      archive_entry* entry = nullptr;
      const int status = archive_read_next_header(reader_.get(), &entry);
      if (status == ARCHIVE_EOF) return;
      if (status == ARCHIVE_FATAL) return End(members);
      if (members == limits_.max_members) {
        return Lose("too_many_members", UnreadBytes(), "too many members");
      }
      // A header that is damaged alone (ARCHIVE_FAILED) leaves the reader at the next one.
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        Lose("damaged_member", 0, Fault(), entry == nullptr ? "" : Name(entry));
        continue;
      }
      if (members == 0 && IsPlainFile()) return Lose("no_archive", 0, "no archive");
      if (!Member(entry)) return;
    }
  }

 private:
  struct Free {
    void operator()(archive* reader) const { archive_read_free(reader); }
  };

  bool Open() {
    archive* reader = reader_.get();
    archive_read_support_filter_gzip(reader);
    archive_read_support_filter_bzip2(reader);
    archive_read_support_filter_compress(reader);
    archive_read_support_filter_zstd(reader);
    archive_read_support_format_tar(reader);
    archive_read_support_format_zip(reader);
    // Bids lowest: takes what only is compressed, and needs the next line for an empty stream.
    archive_read_support_format_raw(reader);
    archive_read_support_format_empty(reader);
    return archive_read_open_memory(reader, packed_.data(), packed_.size()) == ARCHIVE_OK;
  }

  bool IsRaw() { return archive_format(reader_.get()) == ARCHIVE_FORMAT_RAW; }
  bool IsPlainFile() { return IsRaw() && archive_filter_count(reader_.get()) <= 1; }

  // After a fault that the reader cannot step over.
  void End(int64_t members) {
    const bool unknown = members == 0 && archive_filter_count(reader_.get()) <= 1 &&
                         archive_format(reader_.get()) == 0;
    unknown ? Lose("no_archive", 0, "no archive") : Lose("damaged_archive", UnreadBytes(), Fault());
  }

  // False if the walk ends here.
  bool Member(archive_entry* entry) {
    const std::string name = Name(entry);
    const auto type = archive_entry_filetype(entry);
    if (archive_entry_hardlink(entry) != nullptr || type == AE_IFLNK) {
      Lose("archive_link", 0, name + " is a link", name);
      return true;
    }
    if (type == AE_IFDIR) return true;
    if (type != AE_IFREG) {
      Lose("archive_device", 0, name + " is no regular file", name);
      return true;
    }
    const bool safe = IsRaw() || IsSafeMemberName(name);
    if (!safe) Lose("unsafe_name", archive_entry_size(entry), "unsafe name " + Shown(name), name);
    return Contents(name, archive_entry_size(entry), safe);
  }

  // Bytes of a member that is left out are counted too: they must be unpacked to be passed.
  bool Contents(const std::string& name, int64_t declared_bytes, bool wanted) {
    bytes_.clear();
    if (wanted && declared_bytes > 0) {
      bytes_.reserve(std::min({static_cast<size_t>(declared_bytes), size_t{1} << 24,
                               static_cast<size_t>(limits_.max_member_bytes)}));
    }
    bool fits = true;
    int64_t member_bytes = 0;
    for (;;) {
      const void* block = nullptr;
      size_t size = 0;
      int64_t offset = 0;
      const int status = archive_read_data_block(reader_.get(), &block, &size, &offset);
      if (status == ARCHIVE_EOF) break;
      if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        Lose("damaged_member", member_bytes, name + ": " + Fault(), name, bytes_);
        return status != ARCHIVE_FATAL;
      }
      total_bytes_ += static_cast<int64_t>(size);
      member_bytes += static_cast<int64_t>(size);
      if (TooMuch()) return false;
      // A sparse file jumps ahead; the hole is zeros, and may be as large as it likes.
      fits = fits && offset >= 0 && offset <= limits_.max_member_bytes &&
             static_cast<int64_t>(size) <= limits_.max_member_bytes - offset;
      if (!fits || !wanted) continue;
      if (static_cast<size_t>(offset) > bytes_.size()) {
        total_bytes_ += offset - static_cast<int64_t>(bytes_.size());
        bytes_.resize(static_cast<size_t>(offset));
      }
      bytes_.append(static_cast<const char*>(block), size);
    }
    if (!wanted) return true;
    if (!fits) {
      Lose("member_too_long", member_bytes, name + " is too long", name, bytes_);
    } else {
      take_(IsRaw() ? std::string_view() : std::string_view(name), bytes_);
    }
    return true;
  }

  bool TooMuch() {
    if (total_bytes_ > limits_.max_total_bytes) {
      Lose("archive_too_long", UnreadBytes(), "unpacks to too much");
      return true;
    }
    if (total_bytes_ > kRatioGraceBytes &&
        static_cast<double>(total_bytes_) >
            limits_.max_ratio * static_cast<double>(packed_.size())) {
      Lose("archive_bomb", UnreadBytes(),
           fmt::format("unpacks to more than {} times its size", limits_.max_ratio));
      return true;
    }
    return false;
  }

  // The bytes of a pax name are UTF-8 and those of an old header are as they are; which of the two
  // the library has kept depends on the locale, so the one that is there is taken.
  std::string Name(archive_entry* entry) {
    const char* name = archive_entry_pathname(entry);
    if (name == nullptr) name = archive_entry_pathname_utf8(entry);
    std::string text = name == nullptr ? "" : RepairUtf8(name);
    while (text.starts_with("./")) text.erase(0, 2);
    return text;
  }

  static std::string Shown(std::string_view name) {
    return fmt::format("{:?}", std::string(name.substr(0, 100)));
  }

  std::string Fault() {
    const char* text = archive_error_string(reader_.get());
    return text == nullptr ? "damaged" : RepairUtf8(text);
  }

  int64_t UnreadBytes() {
    const int64_t read = archive_filter_bytes(reader_.get(), -1);
    return std::max<int64_t>(0, static_cast<int64_t>(packed_.size()) - std::max<int64_t>(0, read));
  }

  void Lose(std::string_view reason, int64_t bytes, const std::string& why, std::string name = {},
            std::string_view excerpt = {}) {
    lose_({.reason = reason,
           .bytes = std::max<int64_t>(0, bytes),
           .why = why + " in " + where_,
           .part = std::move(name),
           .excerpt = excerpt});
  }

  std::string_view packed_;
  const std::string& where_;
  const ArchiveLimits& limits_;
  const TakeMember& take_;
  const LoseMember& lose_;
  std::unique_ptr<archive, Free> reader_{archive_read_new()};
  std::string bytes_;
  int64_t total_bytes_ = 0;
};

}  // namespace

bool IsSafeMemberName(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes || name[0] == '/') return false;
  if (name.size() >= 2 && name[1] == ':' && ((name[0] | 0x20) >= 'a' && (name[0] | 0x20) <= 'z')) {
    return false;
  }
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\') return false;
  }
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    if (name.substr(begin, end - begin) == "..") return false;
    begin = end + 1;
  }
  return true;
}

void ForEachMemberIn(std::string_view archive, const std::string& where,
                     const ArchiveLimits& limits, const TakeMember& take, const LoseMember& lose) {
  Walk(archive, where, limits, take, lose).Run();
}

void ForEachMember(const fs::path& archive, const ArchiveLimits& limits, const TakeMember& take,
                   const LoseMember& lose) {
  const MappedFile file(archive);
  ForEachMemberIn(file.text(), archive.string(), limits, take, lose);
}

}  // namespace cria::corpus
