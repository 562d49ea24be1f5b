// One rendering: the values it made, what it may still use, and the line it stands at.
#pragma once

#include <ctime>
#include <deque>
#include <string>

#include "base/json.h"
#include "tokenizer/jinja/limits.h"
#include "tokenizer/jinja/value.h"

namespace cria::tokenizer::jinja {

class Session {
 public:
  Session(const Limits& limits, std::string where, std::tm now)
      : limits(limits), now(now), where_(std::move(where)), steps_left_(limits.max_steps) {}
  Session(const Session&) = delete;

  const Limits limits;
  const std::tm now;  ///< for strftime_now
  int line = 1;

  /// Throws Error that names the template and the line.
  [[noreturn]] void Fail(const std::string& what) const;
  [[noreturn]] void Fail(const std::string& what, const std::string& remedy) const;
  /// For what Jinja2 has and this does not.
  [[noreturn]] void Unsupported(const std::string& what) const;

  void Step(size_t count = 1) {
    steps_left_ -= static_cast<int64_t>(count);
    if (steps_left_ < 0) Fail("it takes too many steps");
  }
  /// Counts `bytes` as made, and the steps of making them.
  void Charge(size_t bytes);

  Value String(MarkedText text);
  /// Text of the template's own.
  Value String(std::string text) { return String(MarkedText(std::move(text), false)); }
  Value MakeList(std::vector<Value> items, bool tuple = false);
  Value MakeDict(std::vector<std::pair<Value, Value>> items);
  Value MakeNamespace();
  Loop* MakeLoop(const std::vector<Value>* items);
  const Macro* MakeMacro(const Macro& macro);

  /// Values of outside: every string is marked foreign.
  Value FromJson(const Json& json);

  /// Guards recursion over nested values and expressions.
  class Level {
   public:
    explicit Level(Session* session) : session_(session) {
      if (++session_->depth_ > session_->limits.max_call_depth) {
        --session_->depth_;  // the destructor does not run
        session_->Fail("it nests too deeply");
      }
    }
    ~Level() { --session_->depth_; }
    Level(const Level&) = delete;

   private:
    Session* session_;
  };

 private:
  std::string where_;
  int64_t steps_left_;
  size_t memory_bytes_ = 0;
  int depth_ = 0;
  std::deque<MarkedText> texts_;
  std::deque<List> lists_;
  std::deque<Dict> dicts_;
  std::deque<Namespace> namespaces_;
  std::deque<Loop> loops_;
  std::deque<Macro> macros_;
};

}  // namespace cria::tokenizer::jinja
