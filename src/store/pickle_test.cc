// Plain values; code, damage and amplification are refused.
#include "store/pickle.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "store/test_folder.h"

namespace cria::store {
namespace {

Pickle RunPickle(const std::string& bytes) {
  return Pickle({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, "test");
}

// std::string with embedded NULs.
template <size_t N>
std::string Raw(const char (&text)[N]) {
  return std::string(text, N - 1);
}

TEST(PickleTest, ReadsPlainValues) {
  const Pickle pickle =
      RunPickle(Raw("\x80\x02}q\x00(X\x01\x00\x00\x00"
                    "aK\x07X\x01\x00\x00\x00"
                    "bJ\xff\xff\xff\xffu."));
  ASSERT_EQ(pickle.root().kind, Pickle::Kind::kDict);
  ASSERT_EQ(pickle.root().items.size(), 4u);
  EXPECT_EQ(pickle.node(pickle.root().items[1]).number, 7);
  EXPECT_EQ(pickle.node(pickle.root().items[3]).number, -1);
  EXPECT_EQ(RunPickle(Raw("\x8a\x02\xff\xff.")).root().number, -1);
  EXPECT_EQ(RunPickle(Raw("\x8a\x02\xe9\x03.")).root().number, 1001);
  EXPECT_EQ(RunPickle(Raw("\x8a\x00.")).root().number, 0);
}

TEST(PickleTest, CodeIsRefusedByName) {
  const std::string message = MessageOf<Error>([] {
    RunPickle(
        Raw("\x80\x02"
            "cposix\nsystem\n(X\x02\x00\x00\x00lstR."));
  });
  EXPECT_NE(message.find("posix.system"), std::string::npos) << message;
  for (const std::string& bad : {
           Raw("\x80\x04\x8c\x08"
               "builtins\x8c\x04"
               "eval\x93."),  // STACK_GLOBAL
           Raw("\x80\x02"
               "ctorch._utils\n_rebuild_tensor_v2\n)R."),  // no arguments
           Raw("\x80\x02"
               "ctorch\nHalfStorage\n)R."),        // call of a class
           Raw("\x80\x02(i__builtin__\nexit\n."),  // INST
           Raw("\x80\x02(cos\nsystem\no."),        // OBJ
           Raw("\x80\x02)\x81."),                  // NEWOBJ
           Raw("\x80\x02"
               "K\x01Q."),    // persistent id that is a number
           Raw("\x82\x01."),  // EXT1
       }) {
    EXPECT_THROW(RunPickle(bad), Error);
  }
}

TEST(PickleTest, MalformedInputIsRefused) {
  for (const std::string& bad : {
           Raw(""),
           Raw("\x80"),
           Raw("\x80\x09."),
           Raw("."),
           Raw("(."),
           Raw("t."),
           Raw("u."),
           Raw("}K\x01s."),
           Raw("q\x00."),
           Raw("h\x00."),
           Raw("X\xff\xff\xff\xff."),
           Raw("\x8a\xff."),
           Raw("Nr\xff\xff\xff\x7f."),
           Raw("}(K\x01u."),
           Raw("Na."),
           Raw("R."),
           Raw("\x8d\xff\xff\xff\xff\xff\xff\xff\xff."),
           Raw("cabc"),
           Raw("}Nb"),
       }) {
    EXPECT_THROW(RunPickle(bad), Error) << testing::PrintToString(bad);
  }
}

// A list of 4096 pairs handed to OrderedDict again and again would need 4096 times its length.
TEST(PickleTest, AmplificationIsBounded) {
  std::string bomb = Raw("](");
  for (int i = 0; i < 4096; ++i) bomb += Raw("K\x01K\x01\x86");
  bomb += Raw("eq\x00");
  for (int i = 0; i < 20000; ++i) bomb += Raw("ccollections\nOrderedDict\nh\x00\x85R");
  EXPECT_THROW(RunPickle(bomb + "."), Error);
}

// A few bytes per object of some hundred.
TEST(PickleTest, NumberOfObjectsIsBounded) {
  EXPECT_NO_THROW(RunPickle(std::string(1000, 'N') + "."));
  EXPECT_THROW(RunPickle(std::string(size_t{2} << 20, 'N') + "."), Error);
}

}  // namespace
}  // namespace cria::store
