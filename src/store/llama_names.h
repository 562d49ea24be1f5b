// What the formats call the tensors of a LLaMA. Meta's names are cria's own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cria::store {

enum class NamingStyle { kMeta, kHuggingFace, kGguf };

/// The name of the same tensor in another style: "layers.3.attention.wq.weight" is
/// "model.layers.3.self_attn.q_proj.weight" and "blk.3.attn_q.weight". Nothing if no LLaMA has it.
std::optional<std::string> TranslateName(std::string_view name, NamingStyle from, NamingStyle to);

}  // namespace cria::store
