// The switches of a LaTeX document (\newif, \newbool, \newtoggle), and where a branch ends.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cria::corpus {

class LatexConditions {
 public:
  /// \newif\ifname: false at first.
  void Declare(const std::string& name) { flags_["if" + name] = false; }

  /// \newbool{name} and \setbool{name}{..}: `key` is "ifname"; "toggle name" for a toggle.
  void Set(const std::string& key, bool value) { flags_[key] = value; }

  /// Value of the declared "ifname"; nothing for other words.
  std::optional<bool> Value(std::string_view word) const;

  /// "nametrue" or "namefalse" of a declared one; false for other words.
  bool Set(std::string_view word);

  /// Whether `word`, which is followed by text[end], is a switch of a class or package that is not
  /// here: "\ifappendix". Tests with their texts in braces are none.
  static bool IsUnknownSwitch(std::string_view word, std::string_view text, size_t end);

  /// One past the \fi, or with `stop_at_else` the \else, of the branch that begins at text[at];
  /// conditions inside it are passed. npos if the text ends before.
  size_t BranchEnd(std::string_view text, size_t at, bool at_is_letter, bool stop_at_else,
                   bool* at_else) const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, bool, Hash, std::equal_to<>> flags_;
};

}  // namespace cria::corpus
