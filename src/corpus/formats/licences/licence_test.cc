// Licences told apart: by their texts, by notices, by names; which may be taken.
#include "corpus/formats/licences/licence.h"

#include <gtest/gtest.h>

#include "corpus/formats/licences/licence_map.h"
#include "corpus/formats/licences/licence_name.h"
#include "corpus/formats/licences/licence_parts.h"
#include "corpus/formats/licences/licence_prose.h"
#include "corpus/formats/licences/licence_readme.h"
#include "corpus/formats/licences/licence_texts.h"

namespace cria::corpus {
namespace {

const std::string kMit =
    "The MIT License (MIT)\n\nCopyright (c) 2020 A. Person\n\nPermission is hereby granted, free "
    "of "
    "charge, to any person obtaining a copy\nof this software and associated documentation files "
    "(the \"Software\"), to deal\nin the Software without restriction, including without "
    "limitation "
    "the rights\nto use, copy, modify, merge, publish, distribute, sublicense, and/or sell\ncopies "
    "of the Software, and to permit persons to whom the Software is\nfurnished to do so, subject "
    "to "
    "the following conditions:\n\nThe above copyright notice and this permission notice shall be "
    "included in all\ncopies or substantial portions of the Software.\n\nTHE SOFTWARE IS PROVIDED "
    "\"AS IS\", WITHOUT WARRANTY OF ANY KIND\n";

const std::string kBsd2 =
    "Redistribution and use in source and binary forms, with or without modification, are "
    "permitted "
    "provided that the following conditions are met:\n 1. Redistributions of source code must "
    "retain the above copyright notice\n 2. Redistributions in binary form must reproduce the "
    "above "
    "copyright notice\n";
const std::string kName =
    "3. Neither the name of X nor the names of its contributors may be used to endorse or promote "
    "products derived from this software\n";
const std::string kAdvert =
    "4. All advertising materials mentioning features or use of this software must display the "
    "following acknowledgement\n";

TEST(Licence, PermissiveTexts) {
  EXPECT_EQ(LicenceOfText(kMit), "MIT");
  EXPECT_EQ(LicenceOfText(kMit + "Except as contained in this notice, the name of the X Consortium "
                                 "shall not be used in advertising"),
            "X11");
  EXPECT_EQ(LicenceOfText(kBsd2), "BSD-2-Clause");
  EXPECT_EQ(LicenceOfText(kBsd2 + kName), "BSD-3-Clause");
  EXPECT_EQ(LicenceOfText(kBsd2 + kName + kAdvert), "BSD-4-Clause");
  EXPECT_EQ(LicenceOfText(kLicenceTexts[3]), "Apache-2.0");
  EXPECT_EQ(LicenceOfText(kLicenceTexts[2]), "Apache-2.0");
  // Comment marks and line breaks do not matter.
  std::string commented = " * ";
  for (const char c : kBsd2) commented += c == ' ' ? std::string("\n * ") : std::string(1, c);
  EXPECT_EQ(LicenceOfText(commented), "BSD-2-Clause");
  EXPECT_EQ(LicenceOfText("BSD"), "BSD");
  EXPECT_EQ(LicenceOfText("Released under the MIT license"), "MIT");
}

TEST(Licence, OthersAreToldApart) {
  EXPECT_EQ(LicenceOfText(kMit + "The Software shall be used for Good, not Evil."), "JSON");
  EXPECT_EQ(LicenceOfText(kMit + kBsd2), "BSD-2-Clause AND MIT");
  EXPECT_EQ(
      LicenceOfText("Permission to use, copy, modify, and/or distribute this software for any "
                    "purpose with or without fee is hereby granted, provided that the above "
                    "copyright notice and this permission notice appear in all copies."),
      "ISC");
  EXPECT_EQ(LicenceOfText("This program is free software; you can redistribute it and/or modify it "
                          "under the terms of the GNU General Public License as published by the "
                          "Free Software Foundation; either version 2 of the License, or (at your "
                          "option) any later version."),
            "GPL-2.0-or-later");
  EXPECT_EQ(
      LicenceOfText("You can redistribute it under the terms of the GNU Lesser General Public "
                    "License as published by the Free Software Foundation, version 2.1."),
      "LGPL-2.1-only");
  EXPECT_EQ(LicenceOfText("This is free and unencumbered software released into the public domain. "
                          "Anyone is free to copy, modify, publish, use"),
            "Unlicense");
  EXPECT_EQ(LicenceOfText("All your rights are reserved and you may do nothing at all with this, "
                          "says the owner of it, who is not known"),
            "");
  EXPECT_EQ(LicenceOfText(std::string(2 << 20, 'x')), "");
}

TEST(Licence, FurtherConditionsAreSeen) {
  EXPECT_EQ(LicenceOfText(kMit + "\nYou may not use the software in a commercial product."),
            "LicenseRef-other AND MIT");
  EXPECT_EQ(LicenceOfText(kMit + "\n\"Commons Clause\" License Condition v1.0"),
            "LicenseRef-Commons-Clause AND MIT");
  EXPECT_FALSE(IsAllowedLicence("LicenseRef-other AND MIT"));
  EXPECT_EQ(LicenceOfText("Contributors: A. Person, B. Person and all who sent patches.\n" + kMit),
            "MIT");
}

// What stands behind a licence may be about parts; the parts' own licences do not hold for the
// rest.
TEST(Licence, PartsDoNotRefuseTheRest) {
  const std::string data =
      "\n====\n\nSome of the data in testdata/ is licensed differently:\n\n - x.jpeg is licensed "
      "under the Creative Commons Attribution 3.0 license.\n";
  EXPECT_FALSE(IsAllowedLicence(LicenceOfText(kMit + data)));
  const LicenceStatement said = ReadLicence(kMit + data);
  EXPECT_EQ(said.licence, "MIT");
  ASSERT_EQ(said.parts.size(), 1u);
  EXPECT_EQ(said.parts[0].paths, std::vector<std::string>({"testdata/"}));
  EXPECT_FALSE(IsAllowedLicence(said.parts[0].licence));
  // Bundled libraries, one behind the other, and the licence behind a list of them.
  const std::string gpl = "This library is under the GNU General Public License, version 2.\n";
  EXPECT_EQ(ReadLicence(kMit + "\nX bundles third-party libraries:\n\n- Y, located at deps/y:\n\n" +
                        gpl + "\n- Z:\n\n" + gpl)
                .licence,
            "MIT");
  EXPECT_EQ(
      ReadLicence("This license applies to all parts that are not externally maintained "
                  "libraries.\n\n - Y, located in lib/y, under the GNU GPL.\n\nThey have their "
                  "own terms, which may differ from the terms below.\n\n" +
                  kBsd2 + kName)
          .licence,
      "BSD-3-Clause");
}

TEST(Licence, HeadingsOfPathsBeginParts) {
  const LicenceStatement said = ReadLicence(
      kMit +
      "\n----\nThe software includes a number of subcomponents with separate copyright notices and "
      "license terms.\n\n----\nFor the m4/ax_x.m4 and sub/m4/ax_x.m4 components:\n\n# Copying and "
      "distribution of this file, with or without modification, are permitted in any medium "
      "without royalty provided the copyright notice and this notice are preserved.\n\n----\nFor "
      "lib/win/pair.cpp\n\n/* This code is Free Software. It may be copied freely, subject only to "
      "the restrictions that the author is relieved from all responsibilities. */\n\n----\nFor "
      "lib/stdint.h\n\n" +
      kBsd2);
  EXPECT_EQ(said.licence, "MIT");
  std::vector<std::string> paths;
  for (const LicenceStatement::Part& part : said.parts) {
    paths.insert(paths.end(), part.paths.begin(), part.paths.end());
  }
  EXPECT_EQ(paths, std::vector<std::string>({"m4/ax_x.m4", "sub/m4/ax_x.m4", "lib/win/pair.cpp"}));
  // No heading: it names no path, or goes on.
  EXPECT_FALSE(IsAllowedLicence(
      ReadLicence(kMit +
                  "\nFor commercial use, ask.\n\nThe GNU General Public License, version 3.\n")
          .licence));
}

TEST(Licence, PartsOfNoPlaceRefuseTheWhole) {
  for (const std::string rest :
       {"Parts of this software are licensed under the GNU General Public License, version 3.",
        "Some files of the project are for non-commercial use only.",
        "All other files are under the GNU General Public License, version 2.",
        "\"Commons Clause\" License Condition v1.0\n\nYou may not sell what third-party libraries "
        "bundled here do.",
        "This software contains third party code under the Elastic License."}) {
    EXPECT_FALSE(IsAllowedLicence(ReadLicence(kMit + "\n" + rest + "\n").licence)) << rest;
  }
}

TEST(Licence, Choices) {
  const std::string unlicense =
      "This is free and unencumbered software released into the public domain.\n";
  EXPECT_EQ(ReadLicence("Available under two licenses -- choose whichever you prefer.\n\n" + kMit +
                        "\n" + unlicense)
                .licence,
            "MIT OR Unlicense");
  EXPECT_EQ(ReadLicence(kMit + "\n" + unlicense).licence, "MIT AND Unlicense");
  // GNU's "at your option" is about versions.
  EXPECT_FALSE(IsAllowedLicence(
      LicenceOfText(kMit + "under the terms of the GNU General Public License as published by the "
                           "FSF; either version 2, or (at your option) any later version.")));
  EXPECT_FALSE(IsAllowedLicence(LicenceOfText(
      "Covered by a dual license under the Server Side Public License and the Elastic License, or "
      "an Apache License 2.0 compatible license, as noted in each header of it.")));
}

TEST(Licence, NoticesOfFiles) {
  EXPECT_EQ(ReadNotice("Frobs. This file is licensed under both the BSD-style license and the "
                       "GPLv2. You may select one of the above-listed licenses.")
                .licence,
            "BSD OR GPL");
  EXPECT_EQ(ReadNotice("Licensed under the LGPL.").licence, "LGPL");
  EXPECT_EQ(ReadNotice("A parser for python and mit scheme, and of public domain books.").licence,
            "");
  EXPECT_EQ(ReadNotice("Copyright X. Proprietary and confidential.").licence,
            "LicenseRef-commercial");
}

TEST(LicenceProse, Readmes) {
  EXPECT_EQ(
      LicenceOfReadme("# X\n\nGPL\n\n## License\n\nThis is under the MIT license.\n\n## Y\n\nGPL\n")
          .licence,
      "MIT");
  EXPECT_EQ(LicenceOfReadme("X\n=\n\nLicence\n-------\n\nApache 2.0\n").licence, "Apache-2.0");
  EXPECT_EQ(LicenceOfReadme("# License\n\nCode: MIT license. Data: CC BY-NC.\n").licence,
            "MIT AND CC-BY");
  EXPECT_EQ(LicenceOfReadme("# License server\n\nIt hands out the MIT license.\n\n# Use\n").licence,
            "MIT");
  EXPECT_EQ(LicenceOfReadme("# Use\n\nThe MIT license is one of many.\n").licence, "");
  const ReadmeStatement dual =
      LicenceOfReadme("X is dual-licensed under [BSD](LICENSE) OR [GPLv2](COPYING).");
  ASSERT_EQ(dual.choices.size(), 1u);
  EXPECT_EQ(dual.choices[0], std::vector<std::string>({"BSD", "GPL"}));
}

TEST(LicenceReadme, OnlySectionsOfTheProjectCount) {
  const auto licence = [](const char* text) { return LicenceOfReadme(text).licence; };
  EXPECT_EQ(licence("# X\n\n## License\n\nX is under the GPL-3.0 license.\n\n## Licenses of "
                    "dependencies\n\nThe MIT License\n"),
            "GPL-3.0");
  EXPECT_FALSE(IsAllowedLicence(
      licence("License\n-------\nProprietary. All rights reserved.\n\nThird party licenses\n"
              "--------------------\nfoo: MIT license\n")));
  EXPECT_EQ(licence("## License\n\nMIT\n\n## Data license\n\nCC-BY-NC, creative commons\n"), "MIT");
  EXPECT_EQ(licence("# Data tools\n\n### License: ###\n\nThe GNU GPL.\n"), "GPL");
  EXPECT_EQ(licence("# X\n\n## Bundled\n\n### License of Y\n\nMIT license\n"), "");
  EXPECT_EQ(licence("## License of logo and fonts\n\nThe MIT license\n"), "");
  // Further sections hold as well, and subheadings are of their section.
  EXPECT_EQ(licence("## License\n\nThe MIT license.\n\n## Licensing\n\nAlso GNU GPL.\n"),
            "MIT AND GPL");
  EXPECT_EQ(licence("## License\n\n### Server\n\nThe GNU GPL.\n\n### Client\n\nThe MIT license.\n"),
            "MIT AND GPL");
  EXPECT_EQ(
      licence("## License\n\n### Code\n\nMIT license\n\n### Logo\n\nGNU GPL\n\n## Use\n\nGPL"),
      "MIT");
  EXPECT_EQ(licence("X\n=\n\nLicense\n-------\n\nMIT license\n\nServer\n~~~~~~\n\nGNU GPL\n\nUse\n"
                    "---\n\nISC license\n"),
            "MIT AND GPL");
  EXPECT_EQ(licence("## License of code and documentation\n\nGNU GPL\n\n## License\n\nMIT\n"),
            "GPL AND MIT");
  EXPECT_TRUE(
      LicenceOfReadme("# X\n\n## Third-party licenses\n\nfoo is dual licensed under the MIT "
                      "license or GPLv2.\n")
          .choices.empty());
}

TEST(LicenceProse, DeniedChoices) {
  for (const char* text :
       {"This is no longer dual licensed under MIT and GPLv3; it is GPLv3 only.",
        "It was dual licensed under the MIT license and the GPL.",
        "X is not available under either of these licenses.",
        "Formerly dual-licensed\nunder MIT and GPL.", "It is dual licensed, for members only.",
        "There is no dual license any more."}) {
    EXPECT_FALSE(OffersChoice(text)) << text;
    EXPECT_TRUE(LicenceOfReadme(text).choices.empty()) << text;
    EXPECT_FALSE(IsAllowedLicence(LicenceOfText(text))) << text;
  }
  for (const char* text :
       {"It is not finished. It is dual licensed under MIT and GPLv3.",
        "Dual licensed under MIT or GPL-2.0-only.", "Dual licensed. Only some of it works."}) {
    EXPECT_TRUE(OffersChoice(text)) << text;
  }
  EXPECT_EQ(LicenceOfDeclaration("This is no longer dual-licensed under MIT and GPL"), "");
}

TEST(LicenceParts, NamedPaths) {
  EXPECT_TRUE(FitsNamedPath("src/regex/tre.c", "src/regex/tre*"));
  EXPECT_TRUE(FitsNamedPath("docs/a.md",
                            "docs"
                            "/"));
  EXPECT_TRUE(FitsNamedPath("deps/y/z.c", "deps/y"));
  EXPECT_FALSE(FitsNamedPath("deps/yy/z.c", "deps/y"));
  EXPECT_TRUE(FitsNamedPath("a/b/dtoa.c", "dtoa.c"));
  EXPECT_FALSE(FitsNamedPath("a/b/xdtoa.c", "dtoa.c"));
}

TEST(Licence, HostileTextTakesLinearTime) {
  for (const std::string piece : {"parts of a/b.c\n\n", "license gpl ", "except\n\nparts of x\n\n",
                                  "SPDX-License-Identifier: (", "# License\n", "a/b/c/d "}) {
    std::string text = kMit;
    while (text.size() < 300000) text += piece;
    ReadLicence(text);
    LicenceOfReadme(text);
    ReadNotice(text.substr(0, 32768));
  }
}

TEST(Licence, OneSentence) {
  EXPECT_EQ(
      LicenceOfText("This project is dual-licensed under the Unlicense and MIT licenses.\n\nYou "
                    "may use this code under the terms of either license.\n"),
      "Unlicense OR MIT");
  EXPECT_EQ(LicenceOfText("This is licensed under terms that I made up, and under no other terms "
                          "at all."),
            "");
}

TEST(Licence, SpdxTags) {
  EXPECT_EQ(LicenceOfText("/* SPDX-License-Identifier: (GPL-2.0-only OR MIT) */\nint x;"),
            "(GPL-2.0 OR MIT)");
  EXPECT_EQ(LicenceOfText("# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n"),
            "Apache-2.0 WITH LLVM-exception");
  EXPECT_EQ(LicenceOfDeclaration("MIT WITH \xff"), "");
}

TEST(Licence, ManyPartsAreRefusedAtOnce) {
  std::string text = kMit;
  for (int i = 0; i < 20000; ++i) {
    text += "\nThe files in lib/" + std::to_string(i) + "/ are under the GNU GPL, version 2.\n";
  }
  const LicenceStatement said = ReadLicence(text);
  EXPECT_TRUE(said.parts.empty());
  EXPECT_FALSE(IsAllowedLicence(said.licence));
}

TEST(Licence, Files) {
  for (const char* name :
       {"LICENSE", "LICENCE", "COPYING", "License.txt", "LICENSE-MIT", "LICENSE.md", "COPYING.Xiph",
        "LICENSE.leveldb", "LICENSE-APACHE-2.0", "COPYING.LESSER", "MIT-LICENSE", "MIT-LICENSE.txt",
        "UNLICENSE", "license_BSD.rst", "COPYRIGHT"}) {
    EXPECT_TRUE(IsLicenceFile(name)) << name;
  }
  for (const char* name : {"license.py", "licenses.go", "LICENSE.json", "NOTICE", "README", "lic",
                           "LICENSE-3RD-PARTY", "ThirdPartyLicense.txt", "LICENSE-docs",
                           "LICENSE.html", "licensed", "copying.cc", "LICENSE.spdx.xml", ""}) {
    EXPECT_FALSE(IsLicenceFile(name)) << name;
  }
}

TEST(LicenceName, Declarations) {
  EXPECT_EQ(LicenceOfDeclaration("MIT/Apache-2.0"), "MIT OR Apache-2.0");
  EXPECT_EQ(LicenceOfDeclaration("Apache License (2.0)"), "Apache-2.0");
  EXPECT_EQ(LicenceOfDeclaration("OSI Approved :: MIT License"), "MIT");
  EXPECT_EQ(LicenceOfDeclaration("New BSD License"), "BSD-3-Clause");
  EXPECT_EQ(LicenceOfDeclaration("GNU LGPL v2.1 or later"), "LGPL-2.1-or-later");
  EXPECT_EQ(LicenceOfDeclaration("GPLv3+"), "GPL-3.0-or-later");
  EXPECT_EQ(
      LicenceOfDeclaration("This project is dual-licensed under the Unlicense and MIT licenses."),
      "Unlicense OR MIT");
  EXPECT_EQ(LicenceOfDeclaration("MIT OR Nothing-1.0"), "MIT OR LicenseRef-other");
  for (const char* none : {"", "SEE LICENSE IN x", "UNLICENSED", "MIT OR", "Dual License", "()",
                           "MIT (Non-Commercial)"}) {
    EXPECT_EQ(LicenceOfDeclaration(none), "") << none;
  }
}

TEST(LicenceName, JoinedOnesKeepTheirMeaning) {
  EXPECT_EQ(JoinedLicences({"MIT OR GPL-2.0", "ISC"}, "AND"), "(MIT OR GPL-2.0) AND ISC");
  EXPECT_EQ(JoinedLicences({"MIT AND GPL-2.0", "ISC"}, "OR"), "(MIT AND GPL-2.0) OR ISC");
  EXPECT_EQ(JoinedLicences({"MIT OR GPL-2.0"}, "AND"), "MIT OR GPL-2.0");
  EXPECT_EQ(JoinedLicences({}, "AND"), "");
}

TEST(LicenceName, Allowed) {
  for (const char* yes : {"MIT", "MIT OR GPL-3.0", "(MIT AND BSD-3-Clause) OR GPL-2.0",
                          "Apache-2.0 WITH LLVM-exception", "MIT AND (GPL-2.0 OR Apache-2.0)"}) {
    EXPECT_TRUE(IsAllowedLicence(yes)) << yes;
  }
  for (const char* no :
       {"", "GPL-3.0", "MIT AND GPL-3.0", "MIT OR", "(MIT", "MIT)", "OR MIT", "()", "MIT MIT OR",
        "GPL-2.0 OR MIT AND ISC", "ISC", "mit license", "BSD-3-Clause-No-Nuclear-License"}) {
    EXPECT_FALSE(IsAllowedLicence(no)) << no;
  }
  std::string deep(100000, '(');
  EXPECT_FALSE(IsAllowedLicence(deep + "MIT"));
  EXPECT_TRUE(IsAllowedLicence(deep + "MIT" + std::string(100000, ')')));
}

TEST(LicenceMap, PagesThatTakeInTheLicenceAreNone) {
  LicenceMap map;
  map.AddFile("LICENSE", kMit);
  map.AddFile("docs/license.md", "# BSD-3-Clause License\n\n```{literalinclude} ../LICENSE\n```\n");
  map.AddFile("pages/LICENSE.md", "title: JSON-Fortran License\n\n{!LICENSE!}\n");
  EXPECT_EQ(map.Find("docs/a.md").licence, "MIT");
  EXPECT_EQ(map.Find("pages/a.pl").licence, "MIT");
}

}  // namespace
}  // namespace cria::corpus
