// Each names its source. Those with tokens of their own write BOS themselves where the format has
// it.
#include "tokenizer/chat_templates.h"

#include "tokenizer/tokenizer.h"

namespace cria::tokenizer {
namespace {

// facebookresearch/llama, generation.py (chat_completion): [INST], <<SYS>>, each answer ends with
// EOS.
constexpr const char* kLlama2 = R"({%- if messages and messages[0].role == 'system' %}
{%- set system, turns = messages[0].content, messages[1:] %}
{%- else %}
{%- set system, turns = none, messages %}
{%- endif %}
{%- for message in turns %}
{%- if (message.role == 'user') != (loop.index0 % 2 == 0) %}
{{- raise_exception('roles must alternate: user, assistant, user, ... after an optional system message') }}
{%- endif %}
{%- if message.role == 'user' %}
{{- bos_token ~ '[INST] ' }}
{%- if loop.first and system is not none %}{{- '<<SYS>>\n' ~ system ~ '\n<</SYS>>\n\n' }}{% endif %}
{{- message.content|trim ~ ' [/INST]' }}
{%- else %}
{{- ' ' ~ message.content|trim ~ ' ' ~ eos_token }}
{%- endif %}
{%- endfor %})";

// meta-llama/llama3, llama/tokenizer.py (ChatFormat).
constexpr const char* kLlama3 = R"({{- bos_token }}
{%- for message in messages %}
{{- '<|start_header_id|>' ~ message.role ~ '<|end_header_id|>\n\n' ~ message.content|trim ~ '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %})";

// mistralai: instruct format; a system message goes before the first question.
constexpr const char* kMistral = R"({{- bos_token }}
{%- if messages and messages[0].role == 'system' %}
{%- set system, turns = messages[0].content ~ '\n\n', messages[1:] %}
{%- else %}
{%- set system, turns = '', messages %}
{%- endif %}
{%- for message in turns %}
{%- if (message.role == 'user') != (loop.index0 % 2 == 0) %}
{{- raise_exception('roles must alternate: user, assistant, user, ... after an optional system message') }}
{%- endif %}
{%- if message.role == 'user' %}
{{- '[INST] ' ~ (system if loop.first else '') ~ message.content ~ ' [/INST]' }}
{%- else %}
{{- ' ' ~ message.content|trim ~ eos_token }}
{%- endif %}
{%- endfor %})";

// OpenAI's ChatML, as SmolLM2, Qwen and many fine-tuned models use it.
constexpr const char* kChatMl = R"({%- for message in messages %}
{{- '<|im_start|>' ~ message.role ~ '\n' ~ message.content ~ '<|im_end|>\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{% endif %})";

// HuggingFaceH4/zephyr and TinyLlama-Chat: marks are plain text, turns end with EOS.
constexpr const char* kZephyr = R"({%- for message in messages %}
{{- '<|' ~ message.role ~ '|>\n' ~ message.content ~ eos_token ~ '\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|assistant|>\n' }}{% endif %})";

// lm-sys/FastChat, conversation.py (vicuna_v1.1).
constexpr const char* kVicuna = R"({%- if messages and messages[0].role == 'system' %}
{{- messages[0].content }}
{%- set turns = messages[1:] %}
{%- else %}
{{- "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers to the user's questions." }}
{%- set turns = messages %}
{%- endif %}
{%- for message in turns %}
{{- (' ASSISTANT: ' ~ message.content ~ eos_token) if message.role == 'assistant' else ' USER: ' ~ message.content }}
{%- endfor %}
{%- if add_generation_prompt %}{{- ' ASSISTANT:' }}{% endif %})";

// tatsu-lab/stanford_alpaca, train.py (PROMPT_DICT); later turns follow in the same form.
constexpr const char* kAlpaca = R"({%- if messages and messages[0].role == 'system' %}
{{- messages[0].content ~ '\n\n' }}
{%- set turns = messages[1:] %}
{%- else %}
{{- 'Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n' }}
{%- set turns = messages %}
{%- endif %}
{%- for message in turns %}
{{- ('### Response:' if message.role == 'assistant' else '### Instruction:') ~ '\n' ~ message.content ~ '\n\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '### Response:\n' }}{% endif %})";

// For base models: questions and answers, which texts of the web have too.
constexpr const char* kPlain = R"({%- for message in messages %}
{%- if message.role == 'user' %}{{- '\nQ: ' ~ message.content }}
{%- elif message.role == 'assistant' %}{{- '\nA: ' ~ message.content|trim }}
{%- else %}{{- message.content ~ '\n' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '\nA:' }}{% endif %})";

}  // namespace

const std::vector<BuiltInTemplate>& BuiltInTemplates() {
  static const std::vector<BuiltInTemplate> kTemplates = {
      {"llama2", kLlama2, {}},
      {"llama3", kLlama3, {}},
      {"mistral", kMistral, {}},
      {"chatml", kChatMl, {"<|im_end|>"}},
      {"zephyr", kZephyr, {"\n<|user|>"}},
      {"vicuna", kVicuna, {"USER:"}},
      {"alpaca", kAlpaca, {"### Instruction:"}},
      {"plain", kPlain, {"\n"}},
  };
  return kTemplates;
}

const BuiltInTemplate* FindBuiltInTemplate(std::string_view name) {
  for (const BuiltInTemplate& known : BuiltInTemplates()) {
    if (name == known.name) return &known;
  }
  return nullptr;
}

const BuiltInTemplate& GuessTemplate(const Tokenizer& tokenizer) {
  const auto has = [&](std::string_view text) {
    for (const AddedToken& token : tokenizer.added_tokens()) {
      if (token.text == text) return true;
    }
    return false;
  };
  const char* name = "plain";
  if (has("<|start_header_id|>") && has("<|eot_id|>")) {
    name = "llama3";
  } else if (has("<|im_start|>") && has("<|im_end|>")) {
    name = "chatml";
  } else if (has("[INST]") && has("[/INST]")) {
    name = "mistral";
  } else if (has("<|user|>") && has("<|assistant|>")) {
    name = "zephyr";
  }
  return *FindBuiltInTemplate(name);
}

}  // namespace cria::tokenizer
