// A closed interpreter for the pickles that torch.save writes. A pickle is a program; this one can
// build dictionaries, tuples, numbers, strings and tensor descriptions, and refuses everything
// else.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cria::store {

class Pickle {
 public:
  enum class Kind {
    kNone,
    kBool,
    kInt,
    kFloat,
    kString,
    kTuple,
    kList,
    kDict,
    kGlobal,   ///< text: "module name", one of the whitelist
    kStorage,  ///< items: the persistent id ('storage', class, key, location, numel, ...)
    kTensor,   ///< items: storage, offset, sizes, strides, ...
    kMark,
  };
  struct Node {
    Kind kind = Kind::kNone;
    int64_t number = 0;      ///< kBool, kInt
    std::string text;        ///< kString, kGlobal; raw bytes of an int above 64 bits
    std::vector<int> items;  ///< children; a dict alternates key, value
  };

  /// Runs one pickle at the front of `bytes`. Refused or malformed input throws Error at `where`.
  Pickle(std::span<const uint8_t> bytes, const std::string& where);

  const Node& root() const { return nodes_[root_]; }
  const Node& node(int id) const { return nodes_[id]; }
  /// Bytes used, up to and including STOP.
  size_t size_bytes() const { return at_; }

 private:
  [[noreturn]] void Fail(const std::string& what) const;
  template <class T>
  T Take();
  std::string TakeText(uint64_t size);
  std::string TakeLine();
  /// Counts nodes and children against a limit: copies of recalled objects could grow without end.
  void Spend(size_t n);
  int New(Kind kind, std::vector<int> items = {});
  void PushText(std::string text);
  void PushNumber(Kind kind, int64_t number);
  void PushGlobal(const std::string& module, const std::string& name);
  int Pop();
  std::vector<int> PopToMark();
  Node& Top();
  void Memoize(uint64_t key);
  void Recall(uint64_t key);
  void PushLong(uint64_t size);
  void PushPersistent();
  void Reduce();
  void SetItems(const std::vector<int>& items);
  void Run();
  bool Step(uint8_t opcode);
  bool StepNumber(uint8_t opcode);
  bool StepText(uint8_t opcode);
  bool StepContainer(uint8_t opcode);

  std::span<const uint8_t> bytes_;
  const std::string& where_;
  size_t at_ = 0;
  int root_ = 0;
  size_t spent_ = 0;
  std::vector<Node> nodes_;
  std::vector<int> stack_;
  std::vector<int> memo_;
};

}  // namespace cria::store
