// What stands before the root element of an XML file: whether it declares entities, which can make
// a short file a huge text. For readers of dumps, which expand none.
#pragma once

#include <cstddef>
#include <string_view>

namespace cria::corpus {

inline constexpr size_t kMaxXmlPrologBytes = size_t{64} << 10;

struct XmlProlog {
  enum class State {
    kRoot,      ///< `root` is where the root element begins
    kMore,      ///< it goes on behind `head`
    kEntities,  ///< the document type declares entities, or may: it refers to parameter entities
    kNoXml,     ///< something else than markup
    kTooLong,   ///< it does not end within kMaxXmlPrologBytes: what it declares is not known
  };
  State state = State::kNoXml;
  size_t root = 0;
};

/// Looks at the front of a file, which may begin with a byte order mark. A <!DOCTYPE> without an
/// internal subset passes, as does one whose subset has elements, attributes, notations, comments
/// and processing instructions only: what an external subset declares is never loaded.
XmlProlog ReadXmlProlog(std::string_view head);

}  // namespace cria::corpus
