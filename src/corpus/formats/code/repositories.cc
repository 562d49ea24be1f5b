// An archive is walked once for each pass of the tree; its losses are counted in the first.
#include "corpus/formats/code/repositories.h"

#include "corpus/formats/archive.h"
#include "corpus/formats/code/code_tree.h"

namespace cria::corpus {
namespace {

class ArchivedFiles : public CodeFiles {
 public:
  ArchivedFiles(const fs::path& archive, TextSink* sink) : archive_(archive), sink_(sink) {}

  void ForEach(const std::function<bool(std::string_view)>& wanted,
               const std::function<void(std::string_view, std::string_view)>& take) const override {
    const bool first = !counted_;
    counted_ = true;
    ForEachMember(
        archive_, {},
        [&](std::string_view name, std::string_view bytes) {
          if (wanted(name)) take(name, bytes);
        },
        [&](const Loss& loss) {
          if (first) sink_->Lose(loss);
        });
  }

 private:
  const fs::path& archive_;
  TextSink* sink_;
  mutable bool counted_ = false;
};

}  // namespace

void ReadRepositories(const fs::path& path, TextSink* sink) {
  if (fs::is_directory(path)) return ReadCodeFolder(path, {}, sink);
  ReadCodeTree(ArchivedFiles(path, sink), {}, sink);
}

}  // namespace cria::corpus
