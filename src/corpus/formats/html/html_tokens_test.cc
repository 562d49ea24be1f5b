// The tokenizer against the WHATWG rules that change what a reader sees, and against bad bytes.
#include "corpus/formats/html/html_tokens.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <iterator>
#include <random>
#include <string>

namespace cria::corpus {
namespace {

// One line per token: "<name attr=value", "/name", "!comment", "?doctype", text as it is,
// "=literal".
std::string Tokens(std::string_view html) {
  HtmlTokens tokens(html);
  HtmlToken token;
  std::string out;
  while (tokens.Next(&token)) {
    switch (token.kind) {
      case HtmlToken::Kind::kText:
        out += token.literal ? "=" : "";
        break;
      case HtmlToken::Kind::kStart:
        out += "<";
        break;
      case HtmlToken::Kind::kEnd:
        out += "/";
        break;
      case HtmlToken::Kind::kComment:
        out += "!";
        break;
      case HtmlToken::Kind::kDoctype:
        out += "?";
        break;
    }
    out += token.bytes;
    for (const HtmlAttribute& attribute : token.attributes) {
      out += fmt::format(" {}={}", attribute.name, attribute.value);
    }
    if (token.closes_itself) out += " /";
    out += '\n';
  }
  return out;
}

TEST(HtmlTokens, TagsAndText) {
  EXPECT_EQ(Tokens("<!DOCTYPE html><P Class=a>x<br/>y</p >z"),
            "?DOCTYPE html\n<P Class=a\nx\n<br /\ny\n/p\nz\n");
  EXPECT_EQ(Tokens("\xef\xbb\xbf<b>"), "<b\n");
  EXPECT_EQ(Tokens(""), "");
}

TEST(HtmlTokens, Attributes) {
  EXPECT_EQ(Tokens("<a href = 'x y' b=\"<>\" c d=1/2 /e=f>"), "<a href=x y b=<> c= d=1/2 e=f\n");
  EXPECT_EQ(Tokens("<a b=>x"), "<a b=\nx\n");
  EXPECT_EQ(Tokens("<a =b=c>"), "<a =b=c\n");
  HtmlTokens tokens("<div CLASS='one' class='two' hidden>");
  HtmlToken token;
  ASSERT_TRUE(tokens.Next(&token));
  EXPECT_EQ(token.tag, HtmlTag::kDiv);
  EXPECT_EQ(token.Attribute("class"), "one");
  EXPECT_TRUE(token.Has("hidden"));
  EXPECT_FALSE(token.Has("id"));
}

TEST(HtmlTokens, ManyAttributesAreCut) {
  std::string html = "<a";
  for (int i = 0; i < 1000; ++i) html += fmt::format(" a{}=b", i);
  html += ">x";
  HtmlTokens tokens(html);
  HtmlToken token;
  ASSERT_TRUE(tokens.Next(&token));
  EXPECT_EQ(token.attributes.size(), HtmlTokens::kMaxAttributes);
  ASSERT_TRUE(tokens.Next(&token));
  EXPECT_EQ(token.bytes, "x");
}

TEST(HtmlTokens, WhatIsNoTagIsText) {
  EXPECT_EQ(Tokens("1 < 2 <3 a<-b << </"), "1 < 2 <3 a<-b << </\n");
  EXPECT_EQ(Tokens("a</>b</ c>d<?php x ?>e"), "a\nb\n! c\nd\n!php x ?\ne\n");
}

TEST(HtmlTokens, Comments) {
  EXPECT_EQ(Tokens("a<!-- b <p> --c -- > -->d"), "a\n! b <p> --c -- > \nd\n");
  EXPECT_EQ(Tokens("<!-->a<!--->b<!--c--!>d<!----->e"), "!\na\n!\nb\n!c\nd\n!-\ne\n");
  EXPECT_EQ(Tokens("<!x>a<!-- never ended"), "!x\na\n! never ended\n");
}

TEST(HtmlTokens, RawText) {
  EXPECT_EQ(Tokens("<style>a<b>&amp;</STYLE x>y"), "<style\n=a<b>&amp;\n/STYLE x=\ny\n");
  EXPECT_EQ(Tokens("<title>a<b></titles></title>"), "<title\na<b></titles>\n/title\n");
  EXPECT_EQ(Tokens("<script>if (a</b/) '</scrip'</script>x"),
            "<script\n=if (a</b/) '</scrip'\n/script\nx\n");
  EXPECT_EQ(Tokens("<textarea></textarea><plaintext></plaintext>"),
            "<textarea\n/textarea\n<plaintext\n=</plaintext>\n");
  EXPECT_EQ(Tokens("<noscript><p>x</noscript>"), "<noscript\n<p\nx\n/noscript\n");
}

TEST(HtmlTokens, ScriptsThatWriteScripts) {
  EXPECT_EQ(Tokens("<script><!-- <script>x</script> --> y</script>z"),
            "<script\n=<!-- <script>x</script> --> y\n/script\nz\n");
  EXPECT_EQ(Tokens("<script><!-- x</script>z"), "<script\n=<!-- x\n/script\nz\n");
  EXPECT_EQ(Tokens("<script><!-- <script>x</script>z"), "<script\n=<!-- <script>x</script>z\n");
}

TEST(HtmlTokens, CdataIsTextOnlyWhereItExists) {
  EXPECT_EQ(Tokens("<![CDATA[a>b]]>"), "![CDATA[a\nb]]>\n");
  EXPECT_EQ(Tokens("<svg><![CDATA[a>&b]]></svg>"), "<svg\n=a>&b\n/svg\n");
  EXPECT_EQ(Tokens("<?xml version='1.0'?><p><![CDATA[a]]>"), "!xml version='1.0'?\n<p\n=a\n");
  // In SVG <style/> and <title> are elements like others.
  EXPECT_EQ(Tokens("<svg><style/><title><b></svg>"), "<svg\n<style /\n<title\n<b\n/svg\n");
}

TEST(HtmlTokens, TheEndOfThePageSwallowsAnUnfinishedTag) {
  EXPECT_EQ(Tokens("a<b c='d> e"), "a\n");
  EXPECT_EQ(Tokens("a<b"), "a\n");
  EXPECT_EQ(Tokens("a</b"), "a\n");
}

TEST(HtmlTokens, EveryTagHasItsName) {
  EXPECT_EQ(HtmlTagOf("a"), HtmlTag::kA);
  EXPECT_EQ(HtmlTagOf("blockquote"), HtmlTag::kBlockquote);
  EXPECT_EQ(HtmlTagOf("optgroup"), HtmlTag::kOptgroup);
  EXPECT_EQ(HtmlTagOf("ul"), HtmlTag::kUl);
  EXPECT_EQ(HtmlTagOf("xmp"), HtmlTag::kXmp);
  EXPECT_EQ(HtmlTagOf("blink"), HtmlTag::kUnknown);
}

// Random marks: every view lies in the page and the tokens come in its order.
TEST(HtmlTokens, RandomMarks) {
  std::mt19937 random(1);
  const std::string_view marks[] = {"<", ">", "/", "!",       "--", "a",   "script", "'",    "\"",
                                    "=", " ", "?", "[CDATA[", "]]", "svg", "title",  "\xff", "&"};
  for (int round = 0; round < 3000; ++round) {
    std::string html;
    for (uint32_t i = random() % 60; i > 0; --i) html += marks[random() % std::size(marks)];
    HtmlTokens tokens(html);
    HtmlToken token;
    const char* at = html.data();
    size_t count = 0;
    while (tokens.Next(&token)) {
      ASSERT_GE(token.bytes.data(), at) << html;
      ASSERT_LE(token.bytes.data() + token.bytes.size(), html.data() + html.size()) << html;
      at = token.bytes.data() + token.bytes.size();
      ASSERT_LE(++count, html.size()) << html;
    }
  }
}

}  // namespace
}  // namespace cria::corpus
