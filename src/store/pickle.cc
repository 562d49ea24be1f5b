// The opcodes of protocols 2 to 5 that torch uses, on a bounded stack.
#include "store/pickle.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "base/error.h"

namespace cria::store {
namespace {

// What a checkpoint of tensors needs; nothing that runs code.
const std::set<std::string>& Whitelist() {
  static const std::set<std::string> names = {
      "torch._utils _rebuild_tensor_v2",
      "torch._utils _rebuild_parameter",
      "collections OrderedDict",
      "torch HalfStorage",
      "torch BFloat16Storage",
      "torch FloatStorage",
      "torch DoubleStorage",
      "torch IntStorage",
      "torch LongStorage",
      "torch ByteStorage",
  };
  return names;
}

// Nodes and children of one pickle, some 100 MB. A 65B release has twenty thousand.
constexpr size_t kMaxNodes = size_t{1} << 20;
constexpr size_t kMaxName = 200;  // of a global's module or name

}  // namespace

Pickle::Pickle(std::span<const uint8_t> bytes, const std::string& where)
    : bytes_(bytes), where_(where) {
  Run();
}

void Pickle::Fail(const std::string& what) const {
  throw Error("refused pickle: " + what, fmt::format("{}, pickle offset {}", where_, at_),
              "the file is damaged, hostile or not a plain checkpoint of tensors");
}

template <class T>
T Pickle::Take() {
  if (bytes_.size() - at_ < sizeof(T)) Fail("cut short");
  T value;
  std::memcpy(&value, bytes_.data() + at_, sizeof(T));
  at_ += sizeof(T);
  return value;
}

std::string Pickle::TakeText(uint64_t size) {
  if (size > bytes_.size() - at_) Fail("text longer than the file");
  std::string text(reinterpret_cast<const char*>(bytes_.data() + at_), size);
  at_ += size;
  return text;
}

std::string Pickle::TakeLine() {
  const auto begin = bytes_.begin() + at_;
  const auto end = std::find(begin, bytes_.end(), '\n');
  if (end == bytes_.end() || end - begin > static_cast<ptrdiff_t>(kMaxName)) Fail("bad name");
  std::string text(begin, end);
  at_ += text.size() + 1;
  return text;
}

void Pickle::Spend(size_t n) {
  spent_ += n;
  if (spent_ > kMaxNodes) Fail("too large");
}

int Pickle::New(Kind kind, std::vector<int> items) {
  Spend(1 + items.size());
  nodes_.push_back({kind, 0, {}, std::move(items)});
  return static_cast<int>(nodes_.size()) - 1;
}

void Pickle::PushText(std::string text) {
  stack_.push_back(New(Kind::kString));
  nodes_.back().text = std::move(text);
}

void Pickle::PushNumber(Kind kind, int64_t number) {
  stack_.push_back(New(kind));
  nodes_.back().number = number;
}

void Pickle::PushGlobal(const std::string& module, const std::string& name) {
  const std::string full = module + " " + name;
  if (!Whitelist().contains(full)) {
    Fail(fmt::format("it asks for \"{}.{}\", which a checkpoint of tensors does not need", module,
                     name));
  }
  stack_.push_back(New(Kind::kGlobal));
  nodes_.back().text = full;
}

int Pickle::Pop() {
  if (stack_.empty() || nodes_[stack_.back()].kind == Kind::kMark) Fail("stack underflow");
  const int id = stack_.back();
  stack_.pop_back();
  return id;
}

std::vector<int> Pickle::PopToMark() {
  size_t mark = stack_.size();
  while (mark > 0 && nodes_[stack_[mark - 1]].kind != Kind::kMark) --mark;
  if (mark == 0) Fail("no mark");
  std::vector<int> items(stack_.begin() + mark, stack_.end());
  stack_.resize(mark - 1);
  return items;
}

Pickle::Node& Pickle::Top() {
  if (stack_.empty()) Fail("stack underflow");
  return nodes_[stack_.back()];
}

void Pickle::Memoize(uint64_t key) {
  Top();
  if (key > std::min(bytes_.size(), kMaxNodes)) Fail("memo index too large");
  if (key >= memo_.size()) memo_.resize(key + 1, -1);
  memo_[key] = stack_.back();
}

void Pickle::Recall(uint64_t key) {
  if (key >= memo_.size() || memo_[key] < 0) Fail("unknown memo index");
  stack_.push_back(memo_[key]);
}

void Pickle::PushLong(uint64_t size) {
  const std::string raw = TakeText(size);
  if (size > 8) {
    stack_.push_back(New(Kind::kInt));
    nodes_.back().text = raw;
    return;
  }
  uint64_t value = size > 0 && (raw.back() & 0x80) != 0 ? ~uint64_t{0} : 0;  // two's complement
  std::memcpy(&value, raw.data(), size);
  PushNumber(Kind::kInt, static_cast<int64_t>(value));
}

void Pickle::PushPersistent() {
  const Node& id = nodes_[Pop()];
  const auto kind = [&](size_t i) { return nodes_[id.items[i]].kind; };
  if (id.kind != Kind::kTuple || id.items.size() < 5 || kind(0) != Kind::kString ||
      nodes_[id.items[0]].text != "storage" || kind(1) != Kind::kGlobal ||
      kind(2) != Kind::kString || kind(3) != Kind::kString || kind(4) != Kind::kInt) {
    Fail("a persistent id that is not a tensor storage");
  }
  Spend(id.items.size());
  stack_.push_back(New(Kind::kStorage, std::vector<int>(id.items)));
}

// By index: New moves the nodes, and a copy of recalled arguments could cost the file's length for
// every few bytes of it.
void Pickle::Reduce() {
  const int called_with = Pop();
  const Node function = nodes_[Pop()];
  const Node& arguments = nodes_[called_with];
  if (function.kind != Kind::kGlobal || arguments.kind != Kind::kTuple) Fail("bad call");
  if (function.text == "collections OrderedDict") {
    const int list = arguments.items.empty() ? -1 : arguments.items[0];
    stack_.push_back(New(Kind::kDict));
    if (list < 0) return;
    Spend(nodes_[list].items.size());
    for (const int pair : std::vector<int>(nodes_[list].items)) {
      if (nodes_[pair].kind != Kind::kTuple || nodes_[pair].items.size() != 2) Fail("bad pair");
      SetItems(std::vector<int>(nodes_[pair].items));
    }
  } else if (function.text == "torch._utils _rebuild_tensor_v2") {
    if (arguments.items.size() < 4) Fail("bad tensor");
    Spend(arguments.items.size());
    stack_.push_back(New(Kind::kTensor, std::vector<int>(arguments.items)));
  } else if (function.text == "torch._utils _rebuild_parameter") {
    if (arguments.items.empty()) Fail("bad parameter");
    stack_.push_back(arguments.items[0]);
  } else {
    Fail("a call of " + function.text);
  }
}

void Pickle::SetItems(const std::vector<int>& items) {
  Node& dict = Top();
  if (dict.kind != Kind::kDict || items.size() % 2 != 0) Fail("bad dictionary");
  Spend(items.size());
  dict.items.insert(dict.items.end(), items.begin(), items.end());
}

void Pickle::Run() {
  while (true) {
    const uint8_t opcode = Take<uint8_t>();
    if (opcode == '.') {  // STOP
      root_ = Pop();
      return;
    }
    if (!Step(opcode) && !StepNumber(opcode) && !StepText(opcode) && !StepContainer(opcode)) {
      --at_;
      Fail(fmt::format("opcode 0x{:02x}, which torch's checkpoints do not use", opcode));
    }
  }
}

bool Pickle::Step(uint8_t opcode) {
  switch (opcode) {
    case 0x80:  // PROTO
      if (Take<uint8_t>() > 5) Fail("unknown protocol");
      return true;
    case 0x95:
      Take<uint64_t>();
      return true;  // FRAME
    case '(':
      stack_.push_back(New(Kind::kMark));
      return true;
    case '0':
      Pop();
      return true;
    case 'q':
      Memoize(Take<uint8_t>());
      return true;
    case 'r':
      Memoize(Take<uint32_t>());
      return true;
    case 0x94:
      Memoize(memo_.size());
      return true;  // MEMOIZE
    case 'h':
      Recall(Take<uint8_t>());
      return true;
    case 'j':
      Recall(Take<uint32_t>());
      return true;
    case 'Q':
      PushPersistent();
      return true;
    case 'R':
      Reduce();
      return true;
    case 'b':  // BUILD: attributes of an OrderedDict (its _metadata); no meaning here
      Pop();
      if (Top().kind != Kind::kDict) Fail("attributes on something else than a dictionary");
      return true;
    case 'c': {
      const std::string module = TakeLine();
      PushGlobal(module, TakeLine());
      return true;
    }
    case 0x93: {  // STACK_GLOBAL
      const int name = Pop(), module = Pop();
      for (const int id : {name, module}) {
        const Node& node = nodes_[id];
        if (node.kind != Kind::kString || node.text.size() > kMaxName) Fail("bad global");
      }
      PushGlobal(std::string(nodes_[module].text), std::string(nodes_[name].text));
      return true;
    }
    default:
      return false;
  }
}

bool Pickle::StepNumber(uint8_t opcode) {
  switch (opcode) {
    case 'N':
      stack_.push_back(New(Kind::kNone));
      return true;
    case 0x88:
      PushNumber(Kind::kBool, 1);
      return true;
    case 0x89:
      PushNumber(Kind::kBool, 0);
      return true;
    case 'J':
      PushNumber(Kind::kInt, Take<int32_t>());
      return true;
    case 'K':
      PushNumber(Kind::kInt, Take<uint8_t>());
      return true;
    case 'M':
      PushNumber(Kind::kInt, Take<uint16_t>());
      return true;
    case 0x8a:
      PushLong(Take<uint8_t>());
      return true;
    case 'G':  // BINFLOAT, big-endian; not used by tensors
      Take<uint64_t>();
      stack_.push_back(New(Kind::kFloat));
      return true;
    default:
      return false;
  }
}

bool Pickle::StepText(uint8_t opcode) {
  switch (opcode) {
    case 'X':
      PushText(TakeText(Take<uint32_t>()));
      return true;  // BINUNICODE
    case 0x8c:
      PushText(TakeText(Take<uint8_t>()));
      return true;  // SHORT_BINUNICODE
    case 0x8d:
      PushText(TakeText(Take<uint64_t>()));
      return true;  // BINUNICODE8
    case 'U':
      PushText(TakeText(Take<uint8_t>()));
      return true;  // SHORT_BINSTRING
    case 'T':
      PushText(TakeText(Take<uint32_t>()));
      return true;  // BINSTRING
    default:
      return false;
  }
}

bool Pickle::StepContainer(uint8_t opcode) {
  switch (opcode) {
    case '}':
      stack_.push_back(New(Kind::kDict));
      return true;
    case ']':
      stack_.push_back(New(Kind::kList));
      return true;
    case ')':
      stack_.push_back(New(Kind::kTuple));
      return true;
    case 't': {
      std::vector<int> items = PopToMark();
      stack_.push_back(New(Kind::kTuple, std::move(items)));
      return true;
    }
    case 0x85:
    case 0x86:
    case 0x87: {  // TUPLE1..3
      std::vector<int> items(opcode - 0x84);
      for (size_t i = items.size(); i-- > 0;) items[i] = Pop();
      stack_.push_back(New(Kind::kTuple, std::move(items)));
      return true;
    }
    case 's': {
      const int value = Pop(), key = Pop();
      SetItems({key, value});
      return true;
    }
    case 'u':
      SetItems(PopToMark());
      return true;
    case 'a':
    case 'e': {
      const std::vector<int> items = opcode == 'a' ? std::vector<int>{Pop()} : PopToMark();
      Node& list = Top();
      if (list.kind != Kind::kList) Fail("bad list");
      Spend(items.size());
      list.items.insert(list.items.end(), items.begin(), items.end());
      return true;
    }
    default:
      return false;
  }
}

}  // namespace cria::store
