// Wordings of the licences that a corpus may take, to tell what else stands in a licence file.
#pragma once

#include <array>
#include <string_view>

namespace cria::corpus {

extern const std::array<std::string_view, 5> kLicenceTexts;

}  // namespace cria::corpus
