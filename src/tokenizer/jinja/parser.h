// Tokens to a Tree, by Jinja2's grammar. What is not supported is refused by name.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/jinja/limits.h"
#include "tokenizer/jinja/tree.h"

namespace cria::tokenizer::jinja {

/// Throws Error naming `where` and the line.
std::unique_ptr<const Tree> Parse(std::string_view source, const std::string& where,
                                  const Limits& limits);

}  // namespace cria::tokenizer::jinja
