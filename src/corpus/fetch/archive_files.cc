// libxml2's pull reader: a depth of the nesting costs no stack, entities are not expanded.
#include "corpus/fetch/archive_files.h"

#include <fmt/format.h>
#include <libxml/xmlreader.h>

#include <charconv>
#include <climits>
#include <memory>

#include "base/error.h"
#include "base/utf8.h"

namespace cria::corpus {
namespace {

struct FreeReader {
  void operator()(xmlTextReader* reader) const { xmlFreeTextReader(reader); }
};

std::string_view View(const xmlChar* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

std::string Attribute(xmlTextReader* reader, const char* name) {
  xmlChar* value = xmlTextReaderGetAttribute(reader, reinterpret_cast<const xmlChar*>(name));
  std::string text(View(value));
  xmlFree(value);
  return text;
}

// One <file>: the text of its children, gathered while it is read.
struct Draft {
  ArchiveFile file;
  std::string field, text;
  bool for_members = false;

  void EndField() {
    if (field == "size") {
      int64_t size = -1;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
      if (error == std::errc() && end == text.data() + text.size()) file.size_bytes = size;
    } else if (field == "md5" || field == "sha1") {
      SetDigest(text, &file.digests);
    } else if (field == "private") {
      for_members = text == "true";
    }
    field.clear();
    text.clear();
  }
};

void ReadNode(xmlTextReader* reader, Draft* draft, std::vector<ArchiveFile>* files) {
  const int depth = xmlTextReaderDepth(reader);
  const std::string_view name = View(xmlTextReaderConstName(reader));
  switch (xmlTextReaderNodeType(reader)) {
    case XML_READER_TYPE_ELEMENT:
      if (depth == 1 && name == "file") {
        *draft = Draft();
        draft->file.name = Attribute(reader, "name");
      } else if (depth == 2) {
        draft->field = name;
        draft->text.clear();
      }
      break;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
      if (depth == 3) draft->text += View(xmlTextReaderConstValue(reader));
      break;
    case XML_READER_TYPE_END_ELEMENT:
      if (depth == 2) draft->EndField();
      if (depth != 1 || name != "file" || draft->file.name.empty() || draft->for_members) break;
      if (draft->file.name.ends_with("_files.xml")) {
        draft->file.digests = Digests();
        draft->file.size_bytes = -1;
      }
      files->push_back(std::move(draft->file));
      break;
    default:
      break;
  }
}

}  // namespace

bool IsArchiveListing(std::string_view text) {
  const std::string_view head = text.substr(0, 1000);
  const size_t begin = head.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return begin != std::string_view::npos && head[begin] == '<' &&
         head.find("<files>") != std::string_view::npos;
}

std::vector<ArchiveFile> ReadArchiveListing(std::string_view xml, const std::string& where) {
  if (xml.size() > INT_MAX) throw Error("too long for a listing", where, "check the file");
  // UTF-8 whatever it claims, and no NUL, which would make libxml2 guess at another encoding: where
  // a conversion fails it prints.
  if (!IsValidUtf8(xml) || xml.find('\0') != std::string_view::npos) {
    throw Error("damaged XML: no UTF-8", where, "fetch the listing again");
  }
  const std::unique_ptr<xmlTextReader, FreeReader> reader(
      xmlReaderForMemory(xml.data(), static_cast<int>(xml.size()), nullptr, "UTF-8",
                         XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
  CRIA_CHECK(reader != nullptr);
  std::vector<ArchiveFile> files;
  Draft draft;
  int more = 1;
  while ((more = xmlTextReaderRead(reader.get())) == 1) ReadNode(reader.get(), &draft, &files);
  if (more < 0) {
    throw Error("damaged XML",
                fmt::format("{} line {}", where, xmlTextReaderGetParserLineNumber(reader.get())),
                "fetch the listing again");
  }
  return files;
}

}  // namespace cria::corpus
