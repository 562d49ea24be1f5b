// Chapters out of a module made here, and damaged ones.
#include "corpus/formats/packages/sword.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>

#include "base/error.h"

namespace cria::corpus {
namespace {

struct Module {
  std::string bzs, bzv, bzz;
};

std::string U32(uint32_t value) { return std::string(reinterpret_cast<const char*>(&value), 4); }

Module Make(const std::vector<std::string>& verses) {
  Module module;
  std::string text;
  for (const std::string& verse : verses) {
    const auto size = static_cast<uint16_t>(verse.size());
    module.bzv += U32(0) + U32(static_cast<uint32_t>(text.size())) +
                  std::string(reinterpret_cast<const char*>(&size), 2);
    text += verse;
  }
  uLongf packed = compressBound(text.size());
  module.bzz.resize(packed);
  compress(reinterpret_cast<Bytef*>(module.bzz.data()), &packed,
           reinterpret_cast<const Bytef*>(text.data()), text.size());
  module.bzz.resize(packed);
  module.bzs =
      U32(0) + U32(static_cast<uint32_t>(packed)) + U32(static_cast<uint32_t>(text.size()));
  return module;
}

TEST(Sword, ChaptersOfVerses) {
  const Module m =
      Make({"", "<chapter n=\"1\" osisID=\"G.1\" sID=\"G.1\"/>",
            "<w lemma=\"x\">In the</w> beginning,<note>n</note> x &amp; y. ",
            "<div sID=\"a\" type=\"x-p\"/>Next.", "<chapter osisID=\"G.2\" sID=\"G.2\"/>",
            "<l level=\"1\">Verse one</l> <l level=\"1\">two</l>"});
  EXPECT_EQ(ReadSwordText(m.bzs, m.bzv, m.bzz, "x"),
            (std::vector<std::string>{"In the beginning, x & y.\n\nNext.", "Verse one\ntwo"}));
}

TEST(Sword, DamageIsAnError) {
  Module m = Make({"text"});
  EXPECT_THROW(ReadSwordText(m.bzs, m.bzv, m.bzz.substr(0, 5), "x"), Error);
  EXPECT_THROW(ReadSwordText("", m.bzv, m.bzz, "x"), Error);
  m.bzv[4] = 100;
  EXPECT_THROW(ReadSwordText(m.bzs, m.bzv, m.bzz, "x"), Error);
}

}  // namespace
}  // namespace cria::corpus
