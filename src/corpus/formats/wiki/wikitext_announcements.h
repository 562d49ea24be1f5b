// Sentences that announce a table or a list: without it they say nothing.
#pragma once

#include <string_view>

namespace cria::corpus {

/// "The following table shows the members.", in the languages of LLaMA's Wikipedia and some more.
bool AnnouncesWikitextTable(std::string_view sentence);

}  // namespace cria::corpus
