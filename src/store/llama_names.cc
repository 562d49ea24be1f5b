// One table of names; a layer's number stands for '#'.
#include "store/llama_names.h"

#include <algorithm>

namespace cria::store {
namespace {

struct Names {
  std::string_view style[3];  // in the order of NamingStyle
};

// transformers, convert_llama_weights_to_hf.py; ggml, docs/gguf.md.
constexpr Names kNames[] = {
    {{"tok_embeddings.weight", "model.embed_tokens.weight", "token_embd.weight"}},
    {{"layers.#.attention_norm.weight", "model.layers.#.input_layernorm.weight",
      "blk.#.attn_norm.weight"}},
    {{"layers.#.attention.wq.weight", "model.layers.#.self_attn.q_proj.weight",
      "blk.#.attn_q.weight"}},
    {{"layers.#.attention.wk.weight", "model.layers.#.self_attn.k_proj.weight",
      "blk.#.attn_k.weight"}},
    {{"layers.#.attention.wv.weight", "model.layers.#.self_attn.v_proj.weight",
      "blk.#.attn_v.weight"}},
    {{"layers.#.attention.wo.weight", "model.layers.#.self_attn.o_proj.weight",
      "blk.#.attn_output.weight"}},
    {{"layers.#.ffn_norm.weight", "model.layers.#.post_attention_layernorm.weight",
      "blk.#.ffn_norm.weight"}},
    {{"layers.#.feed_forward.w1.weight", "model.layers.#.mlp.gate_proj.weight",
      "blk.#.ffn_gate.weight"}},
    {{"layers.#.feed_forward.w3.weight", "model.layers.#.mlp.up_proj.weight",
      "blk.#.ffn_up.weight"}},
    {{"layers.#.feed_forward.w2.weight", "model.layers.#.mlp.down_proj.weight",
      "blk.#.ffn_down.weight"}},
    {{"norm.weight", "model.norm.weight", "output_norm.weight"}},
    {{"output.weight", "lm_head.weight", "output.weight"}},
};

struct Pattern {
  std::string text;    // digits of the layer replaced by '#'
  std::string number;  // the digits
};

Pattern PatternOf(std::string_view name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (size_t i = 1; i < name.size(); ++i) {
    if (name[i - 1] != '.' || !is_digit(name[i])) continue;
    size_t end = i;
    while (end < name.size() && is_digit(name[end])) ++end;
    if (end == name.size() || name[end] != '.') continue;
    return {std::string(name.substr(0, i)) + "#" + std::string(name.substr(end)),
            std::string(name.substr(i, end - i))};
  }
  return {std::string(name), ""};
}

}  // namespace

std::optional<std::string> TranslateName(std::string_view name, NamingStyle from, NamingStyle to) {
  const Pattern pattern = PatternOf(name);
  for (const Names& names : kNames) {
    if (names.style[static_cast<int>(from)] != pattern.text) continue;
    std::string translated(names.style[static_cast<int>(to)]);
    const size_t at = translated.find('#');
    if (at != std::string::npos) translated.replace(at, 1, pattern.number);
    return translated;
  }
  return std::nullopt;
}

}  // namespace cria::store
