// Codes, and the names of folders and files that say them.
#include "corpus/language.h"

#include <fmt/format.h>

#include <cctype>

namespace cria::corpus {
namespace {

constexpr std::string_view kCodes =
    " aa ab af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da "
    "de "
    "dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz "
    "ia "
    "id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln "
    "lo "
    "lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi "
    "pl "
    "ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti "
    "tk "
    "tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu ";

}  // namespace

bool IsLanguageCode(std::string_view code) {
  return code.size() == 2 && kCodes.find(fmt::format(" {} ", code)) != kCodes.npos;
}

std::string NormalizeLanguage(std::string_view name) {
  if (name == "C" || name == "POSIX") return "en";
  if (name.size() > 2 && std::string_view("-_@.").find(name[2]) == std::string_view::npos)
    return "";
  std::string code(name.substr(0, 2));
  for (char& c : code) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return IsLanguageCode(code) ? code : "";
}

std::string LanguageFromPath(std::string_view path) {
  std::string_view folders = path.substr(0, path.rfind('/') + 1);
  while (!folders.empty()) {
    const size_t end = folders.find('/');
    const std::string_view folder = folders.substr(0, end);
    if (folder.size() <= 2 || folder.size() == 5 || folder.find('@') != folder.npos) {
      const std::string code = NormalizeLanguage(folder);
      if (!code.empty()) return code;
    }
    folders.remove_prefix(end + 1);
  }
  std::string_view file = path.substr(path.rfind('/') + 1);
  for (size_t dot = file.find('.'); dot != file.npos; dot = file.find('.', dot + 1)) {
    const size_t next = file.find('.', dot + 1);
    if (next == file.npos) break;
    const std::string code = NormalizeLanguage(file.substr(dot + 1, next - dot - 1));
    if (!code.empty()) return code;
  }
  return "";
}

}  // namespace cria::corpus
