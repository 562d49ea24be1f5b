// Targets around the raw dumps of a corpus: what a reader hands out is valid UTF-8 and no larger
// than its bound.
#pragma once

#include <cstdint>
#include <span>

namespace cria::fuzz {

void WebArchive(std::span<const uint8_t> input);
void WebPage(std::span<const uint8_t> input);
void MediaWiki(std::span<const uint8_t> input);
void Arxiv(std::span<const uint8_t> input);
void StackExchange(std::span<const uint8_t> input);
void Gutenberg(std::span<const uint8_t> input);
/// One source file, its first line its path.
void SourceFile(std::span<const uint8_t> input);
void Arpa(std::span<const uint8_t> input);
void FetchList(std::span<const uint8_t> input);

}  // namespace cria::fuzz
