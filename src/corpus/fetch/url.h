// Web addresses, and the local names that files from them get. Knows http and https only; opens
// nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cria::corpus {

/// Longer addresses are refused: no server of dumps needs them.
inline constexpr size_t kMaxUrlBytes = 8192;

struct Url {
  std::string scheme;     ///< "http" or "https"
  std::string authority;  ///< host in small letters, with ":port" if one was written
  std::string target;     ///< path and query, from the '/' on; every byte is printable ASCII

  std::string text() const { return scheme + "://" + authority + target; }
};

/// Nothing if `text` is no http(s) address, holds a user name (it would be written into logs) or is
/// too long. The fragment is cut off, bytes that no address may hold are percent-encoded.
std::optional<Url> ParseUrl(std::string_view text);

/// The address with its last path component and query cut off; ends in '/'.
std::string FolderOfUrl(const Url& url);

/// A file name as it is written in listings ("a b#1.xml") as part of an address ("a%20b%231.xml");
/// '/' stays.
std::string EncodePath(std::string_view name);

/// host/path of an address as a relative file name; see SafeName. A query stays in the name.
std::string NameOfUrl(const Url& url);

/// A relative name that cannot leave its folder, nor hide, nor meet the fetcher's own files: no
/// "..", no leading '.' or '/', valid UTF-8, components up to 200 bytes, 1000 in all. Never empty.
/// Names that need none of this stay as they are.
std::string SafeName(std::string_view name);

}  // namespace cria::corpus
