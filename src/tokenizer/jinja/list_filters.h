// The filters of lists and dictionaries.
#pragma once

#include "tokenizer/jinja/builtins.h"

namespace cria::tokenizer::jinja {

/// False if there is no such filter here.
bool ApplyListFilter(Session* session, const std::string& name, const Value& input,
                     const CallArguments& arguments, Value* result);

}  // namespace cria::tokenizer::jinja
