// Repositories and their licences, in memory and on disk.
#include "corpus/formats/code/code_tree.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/error.h"
#include "corpus/formats/licences/licence_map.h"
#include "corpus/formats/licences/package_metadata.h"

namespace cria::corpus {
namespace {

using List = std::vector<std::pair<std::string, std::string>>;

class ListFiles : public CodeFiles {
 public:
  explicit ListFiles(List files) : files_(std::move(files)) {}
  void ForEach(const std::function<bool(std::string_view)>& wanted,
               const std::function<void(std::string_view, std::string_view)>& take) const override {
    for (const auto& [path, bytes] : files_) {
      if (wanted(path)) take(path, bytes);
    }
  }

 private:
  List files_;
};

struct Texts : TextSink {
  std::map<std::string, RawText> texts;
  std::map<std::string, int64_t, std::less<>> lost;
  void Take(RawText text) override {
    const std::string part = text.part;
    EXPECT_TRUE(texts.emplace(part, std::move(text)).second);
  }
  void Lose(const Loss& loss) override { lost[std::string(loss.reason)] += loss.items; }
  std::string Licence(const std::string& part) const {
    const auto found = texts.find(part);
    return found == texts.end() ? "" : found->second.meta["licence"].get<std::string>();
  }
};

Texts Read(List files) {
  Texts texts;
  ReadCodeTree(ListFiles(std::move(files)), {}, &texts);
  return texts;
}

constexpr char kMit[] = "SPDX-License-Identifier: MIT";
constexpr char kApache[] = "SPDX-License-Identifier: Apache-2.0";
constexpr char kGpl[] = "SPDX-License-Identifier: GPL-3.0-only";

TEST(CodeTree, TheNearestLicenceHolds) {
  const Texts got = Read({{"r/a.c", "// Copyright 2010 X\n\nint a;\n"},
                          {"r/sub/b.c", "int b;\n"},
                          {"r/sub/LICENSE", kGpl},
                          {"r/sub/deep/COPYING", kApache},
                          {"r/sub/deep/c.py", "x = 1\n"},
                          {"r/LICENSE", kMit},
                          {"owner/q/LICENSE.md", kApache},
                          {"owner/q/src/d.go", "package d\n"},
                          {"owner/none/e.go", "package e\n"},
                          {"r/picture.png", "\x89PNG"}});
  ASSERT_EQ(got.texts.size(), 3u);
  EXPECT_EQ(got.texts.at("r/a.c").text, "int a;\n");
  EXPECT_EQ(got.texts.at("r/a.c").meta.dump(),
            R"({"licence":"MIT","repository":"r","path":"a.c","language":"C"})");
  EXPECT_EQ(got.Licence("r/sub/deep/c.py"), "Apache-2.0");
  EXPECT_EQ(got.texts.at("owner/q/src/d.go").meta["repository"], "owner/q");
  EXPECT_EQ(got.texts.at("owner/q/src/d.go").meta["path"], "src/d.go");
  const std::map<std::string, int64_t, std::less<>> lost = {{"licence_file", 1},
                                                            {"licence_not_allowed", 1},
                                                            {"licence_unknown", 1},
                                                            {"suffix_not_listed", 4}};
  EXPECT_EQ(got.lost, lost);
}

TEST(CodeTree, SeveralLicenceFiles) {
  EXPECT_EQ(Read({{"r/LICENSE-MIT", kMit}, {"r/LICENSE-APACHE", kApache}, {"r/a.rs", "fn a(){}"}})
                .Licence("r/a.rs"),
            "Apache-2.0 OR MIT");
  EXPECT_EQ(Read({{"r/LICENSE", kMit}, {"r/COPYING", kGpl}, {"r/a.rs", "fn a(){}"}})
                .lost["licence_not_allowed"],
            1);
  EXPECT_EQ(Read({{"r/LICENSE", kMit},
                  {"r/COPYING",
                   "Ask me before you do anything with this, and "
                   "I may say no or yes."},
                  {"r/a.rs", "fn a(){}"}})
                .lost["licence_not_allowed"],
            1);
  EXPECT_EQ(Read({{"r/LICENSE", kMit},
                  {"r/COPYRIGHT",
                   "Many people wrote this, over many years and "
                   "in many places."},
                  {"r/a.rs", "fn a(){}"}})
                .Licence("r/a.rs"),
            "MIT");
  EXPECT_EQ(Read({{"r/LICENSE-MIT", kMit},
                  {"r/UNLICENSE", "SPDX-License-Identifier: Unlicense"},
                  {"r/COPYING", "This project is dual-licensed under the Unlicense and MIT."},
                  {"r/a.rs", "fn a(){}"}})
                .Licence("r/a.rs"),
            "Unlicense OR MIT");
  EXPECT_EQ(Read({{"r/LICENSES/MIT.txt", kMit}, {"r/a.rs", "fn a(){}"}}).Licence("r/a.rs"), "MIT");
  EXPECT_EQ(Read({{"r/LICENSE", kMit},
                  {"r/COPYING", "SPDX-License-Identifier: GPL-2.0"},
                  {"r/Cargo.toml", "[package]\nlicense = \"MIT OR GPL-2.0\"\n"},
                  {"r/a.rs", "fn a(){}"}})
                .Licence("r/a.rs"),
            "MIT OR GPL-2.0");
}

TEST(CodeTree, WhoMayChooseSaysTheReadme) {
  const List files = {{"r/LICENSE", kMit}, {"r/COPYING", kGpl}, {"r/a.rs", "fn a(){}"}};
  List with_readme = files;
  with_readme.emplace_back("r/README.md", "R is dual-licensed under the MIT license or GPLv3.\n");
  EXPECT_EQ(Read(files).Licence("r/a.rs"), "");
  EXPECT_EQ(Read(with_readme).Licence("r/a.rs"), "GPL-3.0 OR MIT");
  with_readme.back().second = "R uses the dual-licensed BSD license or ISC license of Q.\n";
  EXPECT_EQ(Read(with_readme).Licence("r/a.rs"), "");
  // Names of files leave a choice, but not where GNU's licences are among them.
  EXPECT_EQ(Read({{"r/LICENSE-MIT", kMit}, {"r/LICENSE-GPL", kGpl}, {"r/a.rs", "fn a(){}"}})
                .Licence("r/a.rs"),
            "");
}

TEST(CodeTree, LicencesOfPartsAndLinks) {
  const std::string mit =
      "Permission is hereby granted, free of charge, to any person obtaining a copy of this "
      "software, to deal in the Software without restriction, including without limitation the "
      "rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies.\n\n"
      "The above copyright notice shall be included in all copies or substantial portions.\n\n";
  const Texts got =
      Read({{"r/LICENSE", mit + "The files in data/ are under the GNU GPL.\n"},
            {"r/LICENSES/GPL.txt", kGpl},
            {"r/sub/LICENSE", "../LICENSE"},
            {"r/sub/a.py", "a = 1\n"},
            {"r/data/b.py", "b = 1\n"},
            {"t/setup.py",
             "classifiers=[\n 'License :: OSI Approved :: MIT License',\n 'License :: "
             "OSI Approved :: GNU General Public License v3 (GPLv3)',\n]\n"},
            {"t/d.py", "d = 1\n"},
            {"u/LICENSE", kMit},
            {"u/package.json", R"({"license": "GPL-3.0"})"},
            {"u/e.js", "e()"}});
  EXPECT_EQ(got.Licence("r/sub/a.py"), "MIT");
  EXPECT_EQ(got.Licence("r/data/b.py"), "");
  EXPECT_EQ(got.Licence("t/d.py"), "");
  EXPECT_EQ(got.Licence("u/e.js"), "");
}

TEST(CodeTree, FilesThatContradictTheirRepository) {
  const Texts got =
      Read({{"r/LICENSE", kMit},
            {"r/a.c", "// Released under the terms of the GNU GPL, version 2.\nint a;\n"},
            {"r/b.py", "\"\"\"Frobs.\n\nThis module is licensed under the LGPL.\n\"\"\"\nb = 1\n"},
            {"r/c.c", "int c;\n// General Public License\n"},
            {"r/d.c", "// Dual licensed under the MIT license and the GPL.\nint d;\n"},
            {"q/LICENSE-MIT", kMit},
            {"q/COPYING", kGpl},
            {"q/README", "Dual licensed under MIT license and GPL.\n"},
            {"q/e.c", "// Licensed under both the MIT license and the GPLv3.\nint e;\n"},
            {"q/f.c", "// Licensed under the GPLv3.\nint f;\n"}});
  std::vector<std::string> kept;
  for (const auto& [part, text] : got.texts) kept.push_back(part);
  EXPECT_EQ(kept, std::vector<std::string>({"q/e.c", "r/c.c", "r/d.c"}));
}

// Where the notice stands does not matter, if it is a comment.
TEST(CodeTree, NoticesBehindCode) {
  const std::string words =
      "This program is free software; you can redistribute it and/or modify it under the terms of "
      "the GNU General Public License as published by the Free Software Foundation; version 2.";
  const std::string c = "/* " + words + " */\n", hash = "# " + words + "\n";
  const Texts got = Read({{"r/LICENSE", kMit},
                          {"r/a.c", "#ifdef HAVE_CONFIG_H\n#include \"config.h\"\n#endif\n" + c},
                          {"r/b.java", "package a.b;\n\n" + c + "class B {}\n"},
                          {"r/c.pl", "use strict;\n\n" + hash + "f();\n"},
                          {"r/d.go", "package a\n\n" + c},
                          {"r/e.py", "import os\n\n" + hash},
                          {"r/f.ts", "import {x} from 'y';\n" + c},
                          {"r/g.sh", "set -e\n" + hash},
                          {"r/h.html", "<p>It's</p>\n<body>\n<!-- " + words + " -->\n"},
                          {"r/i.tex", "\\documentclass{article}\n% " + words + "\n"},
                          {"r/j.js", "f('/*');\nx = `\n`; " + c},
                          {"r/k.cc", "int k; // it's\n" + c},
                          {"r/l.rs", "fn f<'a>() {}\n// SPDX-License-Identifier: GPL-2.0-only\n"},
                          // Comments of others' terms, and strings, state nothing.
                          {"r/m.py", "GPL = \"\"\"\n" + hash + "\"\"\"\n"},
                          {"r/n.js", "gpl = `\n" + c + "`;\n"},
                          {"r/o.sh", "cat <<EOF\n" + hash + "EOF\n"},
                          {"r/p.c", "s = \"" + c.substr(0, c.size() - 1) + "\";\nint p;\nint q;\n"},
                          {"r/q.cc", "s = R\"(\n" + c + ")\";\n"},
                          {"r/r.c", "int r;\n// Reads the General Public License.\n"}});
  std::vector<std::string> kept;
  for (const auto& [part, text] : got.texts) kept.push_back(part);
  EXPECT_EQ(kept,
            std::vector<std::string>({"r/m.py", "r/n.js", "r/o.sh", "r/p.c", "r/q.cc", "r/r.c"}));
}

TEST(CodeTree, TagsMeanWhatTheySay) {
  const Texts got = Read({{"r/LICENSE-MIT", kMit},
                          {"r/COPYING", kGpl},
                          {"r/Cargo.toml", "license = \"MIT OR GPL-3.0\"\n"},
                          {"r/a.c", "// SPDX-License-Identifier: MIT AND GPL-3.0-only\nint a;\n"},
                          {"r/b.c", "// SPDX-License-Identifier: MIT OR GPL-3.0-only\nint b;\n"},
                          {"r/c.c",
                           "// SPDX-License-Identifier: MIT\nint c;\n"
                           "// SPDX-License-Identifier: GPL-3.0-only\nint d;\n"},
                          {"r/d.c", "// Licensed under the MIT license and the GPL.\nint d;\n"}});
  std::vector<std::string> kept;
  for (const auto& [part, text] : got.texts) kept.push_back(part);
  EXPECT_EQ(kept, std::vector<std::string>({"r/b.c", "r/d.c"}));
}

TEST(CodeTree, ReadmesMakeNoRepository) {
  const Texts got = Read({{"README.md", "# My checkouts\n\n## License\n\nMIT license\n"},
                          {"a/x.py", "x = 1\n"},
                          {"b/.git", ""},
                          {"b/y.py", "y = 1\n"},
                          {"b/sub/.git", ""},
                          {"b/sub/u.py", "u = 1\n"},
                          {"b/README", "License\n=======\n\nThe BSD license.\n"},
                          {"c/package.json", "{\"license\": \"MIT\"}"},
                          {"c/z.js", "z()"},
                          {"d/README.md", "## License\n\nMIT license\n"},
                          {"d/.git", ""},
                          {"d/other/package.json", "{}"},
                          {"d/other/w.js", "w()"},
                          {"d/mine/v.js", "v()"}});
  EXPECT_EQ(got.Licence("a/x.py"), "");
  EXPECT_EQ(got.Licence("b/y.py"), "BSD");
  EXPECT_EQ(got.texts.at("b/y.py").meta["repository"], "b");
  EXPECT_EQ(got.Licence("b/sub/u.py"), "");
  EXPECT_EQ(got.Licence("c/z.js"), "MIT");
  EXPECT_EQ(got.Licence("d/other/w.js"), "");
  EXPECT_EQ(got.Licence("d/mine/v.js"), "MIT");
}

TEST(CodeTree, MetadataWhereNoLicenceFileIs) {
  const Texts got = Read({{"p/package.json", R"({"license": "MIT"})"},
                          {"p/i.js", "f()"},
                          {"q/.git/config", ""},
                          {"q/setup.cfg", "[metadata]\nlicense = BSD\n"},
                          {"q/.git/hooks/x.py", "y()"},
                          {"q/x.py", "y()"},
                          {"u/.git", ""},
                          {"u/x.py", "y()"}});
  EXPECT_EQ(got.Licence("p/i.js"), "MIT");
  EXPECT_EQ(got.Licence("q/x.py"), "BSD");
  EXPECT_EQ(got.texts.size(), 2u);
  EXPECT_EQ(got.lost.at("licence_unknown"), 1);
}

TEST(CodeTree, FilesUnderTheirOwnLicenceAndBadFiles) {
  const Texts got = Read({{"LICENSE", kMit},
                          {"a.c", "/* SPDX-License-Identifier: GPL-2.0-only */\nint a;"},
                          {"b.c", std::string("int\0b;", 6)},
                          {"c.c", "// caf\xe9\nint c;"},
                          {"\xff.c", "int f;"},
                          {"d.c", "// Copyright 2010 X\n"},
                          {"vendor/e.c", "int e;"}});
  ASSERT_EQ(got.texts.size(), 2u);
  EXPECT_EQ(got.texts.at("\ufffd.c").meta["path"], "\ufffd.c");
  EXPECT_EQ(got.texts.at("c.c").text, "// café\nint c;");
  EXPECT_EQ(got.texts.at("c.c").meta["repository"], "");
  const std::map<std::string, int64_t, std::less<>> lost = {{"licence_not_allowed", 1},
                                                            {"binary", 1},
                                                            {"empty", 1},
                                                            {"suffix_not_listed", 1},
                                                            {"vendored", 1}};
  EXPECT_EQ(got.lost, lost);
}

TEST(CodeTree, Folder) {
  const fs::path root = fs::path(testing::TempDir()) / "code_tree";
  fs::remove_all(root);
  fs::create_directories(root / "o/r/.git");
  fs::create_directories(root / "o/r/src");
  WriteFile(root / "o/r/LICENSE", kMit);
  WriteFile(root / "o/r/src/b.py", "b = 1\n");
  WriteFile(root / "o/r/src/a.py", "a = 1\n");
  WriteFile(root / "o/r/.git/x.py", "a = 1\n");
  fs::create_directory_symlink(root, root / "o/r/loop");
  fs::create_symlink("/nowhere", root / "o/r/dead.py");
  Texts got;
  ReadCodeFolder(root, {}, &got);
  ASSERT_EQ(got.texts.size(), 2u);
  EXPECT_EQ(got.texts.begin()->first, "o/r/src/a.py");
  EXPECT_EQ(got.texts.begin()->second.meta["repository"], "o/r");
  EXPECT_THROW(ReadCodeFolder(root / "none", {}, &got), Error);
  fs::remove_all(root);
}

TEST(CodeTree, DeepPathsAreNoTrouble) {
  std::string deep = "r/";
  for (int i = 0; i < 2000; ++i) deep += "a/";
  EXPECT_EQ(Read({{"r/LICENSE", kMit}, {deep + "x.c", "int x;"}}).texts.size(), 1u);
}

TEST(CodeTree, PackagesOfR) {
  const std::string owners = "YEAR: 2023\nCOPYRIGHT HOLDER: p authors\n";
  const Texts got = Read({{"p/LICENSE", owners},
                          {"p/LICENSE.md", kMit},
                          {"p/R/a.R", "a <- 1\n"},
                          {"q/LICENSE", owners},
                          {"q/DESCRIPTION", "Package: q\nLicense: MIT + file LICENSE\nURL: x\n"},
                          {"q/R/b.R", "b <- 1\n"},
                          {"r/LICENSE", owners},
                          {"r/DESCRIPTION", "Package: r\nLicense: GPL (>= 2) + file LICENSE\n"},
                          {"r/R/c.R", "c <- 1\n"},
                          {"s/LICENSE", owners + "You may not sell it.\n"},
                          {"s/DESCRIPTION", "Package: s\nLicense: file LICENSE\n"},
                          {"s/R/d.R", "d <- 1\n"},
                          {"t/LICENSE", owners},
                          {"t/R/e.R", "e <- 1\n"}});
  EXPECT_EQ(got.Licence("p/R/a.R"), "MIT");
  EXPECT_EQ(got.Licence("q/R/b.R"), "MIT");
  EXPECT_EQ(got.texts.size(), 2u);
}

TEST(PackageMetadata, Kinds) {
  EXPECT_EQ(LicenceOfMetadata("DESCRIPTION", "Package: x\nLicense: BSD_3_clause + file LICENSE\n"),
            "BSD-3-Clause");
  EXPECT_EQ(LicenceOfMetadata("DESCRIPTION", "License: MIT\n"), "");
  EXPECT_EQ(LicenceOfMetadata("Cargo.toml", "[package]\n license = \"MIT/Apache-2.0\" # x\n"),
            "MIT OR Apache-2.0");
  EXPECT_EQ(LicenceOfMetadata("pyproject.toml", "license = {text = \"BSD-3-Clause\"}\n"),
            "BSD-3-Clause");
  EXPECT_EQ(LicenceOfMetadata("pyproject.toml",
                              "license = {file = \"LICENSE\"}\nclassifiers = [\n  "
                              "\"License :: OSI Approved :: MIT License\",\n]\n"),
            "MIT");
  EXPECT_EQ(LicenceOfMetadata("package.json", R"({"licenses": [{"type": "MIT"}, "GPL-2.0"]})"),
            "MIT OR GPL-2.0");
  EXPECT_EQ(LicenceOfMetadata("METADATA", "Name: x\nLicense: Apache 2.0\n\nLicense: GPL\n"),
            "Apache-2.0");
  EXPECT_EQ(LicenceOfMetadata("setup.py", "setup(\n    license='MIT',\n"), "MIT");
  EXPECT_EQ(LicenceOfMetadata("setup.cfg", "[metadata]\nlicense_file = LICENSE\nlicense = BSD\n"),
            "BSD");
  for (const char* bytes : {"", "{", "[1]", "{\"license\": {\"type\": 3}}", "{\"license\": [[]]}",
                            "\xff\xfe", "{\"license\": \"SEE LICENSE IN x\"}"}) {
    EXPECT_EQ(LicenceOfMetadata("package.json", bytes), "") << bytes;
  }
}

}  // namespace
}  // namespace cria::corpus
