// Addresses by hand (RFC 3986): what is needed is little, and names must be made safe anyway.
#include "corpus/fetch/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/hash.h"
#include "base/utf8.h"

namespace cria::corpus {
namespace {

constexpr size_t kMaxComponentBytes = 200, kMaxNameBytes = 1000, kKeptBytes = 150;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool IsAlnum(char c) { return (c >= '0' && c <= '9') || (Lower(c) >= 'a' && Lower(c) <= 'z'); }

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = Lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void AppendEncoded(char c, std::string* out) {
  fmt::format_to(std::back_inserter(*out), "%{:02X}", static_cast<unsigned char>(c));
}

// What may stand in path and query as it is; '%' too, as the text is an address already.
bool IsUrlByte(char c) {
  return IsAlnum(c) || std::string_view("-._~!$&'()*+,;=:@/?%[]").find(c) != std::string_view::npos;
}

bool IsHost(std::string_view host) {
  if (host.starts_with("[")) {  // IPv6
    return host.size() > 2 && host.ends_with("]") &&
           std::all_of(host.begin() + 1, host.end() - 1,
                       [](char c) { return HexValue(c) >= 0 || c == ':' || c == '.'; });
  }
  // Bytes above ASCII: an international name, which the HTTP library translates.
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return IsAlnum(c) || c == '-' || c == '.' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  });
}

bool IsAuthority(std::string_view authority) {
  const size_t bracket = authority.rfind(']');
  const size_t colon = authority.rfind(':');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)) {
    return IsHost(authority);
  }
  const std::string_view port = authority.substr(colon + 1);
  return IsHost(authority.substr(0, colon)) && !port.empty() && port.size() <= 5 &&
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string DecodePercent(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 &&
        HexValue(text[i + 2]) >= 0) {
      out += static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// The end stays, for it says what kind of file it is; a hash of the whole stands for the rest.
std::string Shorten(std::string_view text) {
  std::string_view tail = text.substr(text.size() - kKeptBytes);
  while (!tail.empty() && (tail[0] & 0xC0) == 0x80) tail.remove_prefix(1);
  return fmt::format("{:016x}-{}", Hash64(text), tail);
}

std::string SafeComponent(std::string_view raw) {
  std::string safe = RepairUtf8(raw);
  for (char& c : safe) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\' || c == '/') c = '_';
  }
  if (safe == "..") return "__";
  if (safe.starts_with('.')) safe[0] = '_';
  if (safe.size() > kMaxComponentBytes) safe = Shorten(safe);
  // The fetcher's own files stand beside: NAME.part, NAME.part.json and its temporary.
  for (const std::string_view own : {".part", ".part.json", ".part.json.cria.tmp"}) {
    if (safe.ends_with(own)) return safe + "_";
  }
  return safe;
}

}  // namespace

std::optional<Url> ParseUrl(std::string_view text) {
  if (text.size() > kMaxUrlBytes) return std::nullopt;
  Url url;
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon > 5) return std::nullopt;
  for (const char c : text.substr(0, colon)) url.scheme += Lower(c);
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  text.remove_prefix(colon + 3);
  text = text.substr(0, text.find('#'));
  const size_t end = std::min(text.find_first_of("/?"), text.size());
  for (const char c : text.substr(0, end)) url.authority += Lower(c);
  if (!IsAuthority(url.authority)) return std::nullopt;
  if (end == text.size() || text[end] != '/') url.target = "/";
  for (const char c : text.substr(end)) {
    if (IsUrlByte(c)) {
      url.target += c;
    } else {
      AppendEncoded(c, &url.target);
    }
  }
  return url;
}

std::string FolderOfUrl(const Url& url) {
  const std::string_view path = std::string_view(url.target).substr(0, url.target.find('?'));
  return url.scheme + "://" + url.authority + std::string(path.substr(0, path.rfind('/') + 1));
}

std::string EncodePath(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (IsAlnum(c) || std::string_view("-._~/").find(c) != std::string_view::npos) {
      out += c;
    } else {
      AppendEncoded(c, &out);
    }
  }
  return out;
}

std::string NameOfUrl(const Url& url) {
  std::string host = url.authority;
  std::replace(host.begin(), host.end(), ':', '_');
  const size_t query = std::min(url.target.find('?'), url.target.size());
  const std::string_view path = std::string_view(url.target).substr(0, query);
  std::string name = host;
  // Decoded by component: an encoded '/' or ".." is part of a name, not a step.
  for (size_t at = 0; at < path.size();) {
    const size_t end = std::min(path.find('/', at + 1), path.size());
    name += '/' + SafeComponent(DecodePercent(path.substr(at + 1, end - at - 1)));
    at = end;
  }
  if (path.ends_with('/')) name.replace(name.rfind('/'), std::string::npos, "/index.html");
  return SafeName(name + url.target.substr(query));
}

std::string SafeName(std::string_view name) {
  std::string safe;
  for (size_t at = 0; at <= name.size();) {
    const size_t end = std::min(name.find('/', at), name.size());
    const std::string_view component = name.substr(at, end - at);
    at = end + 1;
    if (component.empty() || component == ".") continue;
    if (!safe.empty()) safe += '/';
    safe += SafeComponent(component);
  }
  if (safe.empty()) return "_";
  if (safe == "fetched.jsonl") return "_fetched.jsonl";
  return safe.size() > kMaxNameBytes ? SafeComponent(Shorten(safe)) : safe;
}

}  // namespace cria::corpus
