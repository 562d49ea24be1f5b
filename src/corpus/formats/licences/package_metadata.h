// The licence that a package's own description declares: Cargo.toml, package.json, pyproject.toml
// and the like. Reads that one field, by lines or from JSON; no whole TOML.
#pragma once

#include <string>
#include <string_view>

namespace cria::corpus {

/// Whether a file of this name (no folder) may declare a licence.
bool IsPackageMetadata(std::string_view name);

/// SPDX expression of what the file `name` with these bytes declares; empty if nothing is declared
/// or recognised. Damaged files declare nothing.
std::string LicenceOfMetadata(std::string_view name, std::string_view bytes);

}  // namespace cria::corpus
