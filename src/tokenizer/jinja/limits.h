// Bounds of a chat template. Templates come with models of strangers: whatever they do ends soon,
// in bounded memory, and with an Error that names the line.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cria::tokenizer::jinja {

struct Limits {
  size_t max_template_bytes = 1 << 20;
  int max_nesting = 100;      ///< of blocks, and of brackets in an expression
  int max_tree_depth = 256;   ///< of one expression, chains such as a + b + c included
  int max_call_depth = 1000;  ///< of evaluation, macros included; a level is under 2 KiB of stack
  int64_t max_steps = 4'000'000;  ///< nodes evaluated, list elements, 64 bytes of text each
  size_t max_output_bytes = 4 << 20;
  size_t max_memory_bytes = 256 << 20;  ///< of all values made
  int64_t max_range = 100'000;          ///< as Jinja2's sandbox
};

}  // namespace cria::tokenizer::jinja
