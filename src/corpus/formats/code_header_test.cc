// What is cut from the tops of real kinds of files, and what must stay.
#include "corpus/formats/code_header.h"

#include <gtest/gtest.h>

namespace cria::corpus {
namespace {

std::string Cut(std::string_view text, std::string_view path) {
  return WithoutCodeHeader(text, path);
}

TEST(CodeHeader, WholeCommentsGo) {
  EXPECT_EQ(Cut("/*\n * Copyright (c) 2010 A. Person\n *\n * All rights reserved.\n */\n\n#include "
                "<x.h>\n",
                "a.c"),
            "#include <x.h>\n");
  EXPECT_EQ(Cut("// SPDX-License-Identifier: MIT\r\n\r\nint x;\r\n", "a.cc"), "int x;\r\n");
  EXPECT_EQ(Cut("# Copyright 2010 B\n# Licensed under the MIT license.\nimport x\n", "a.py"),
            "import x\n");
  EXPECT_EQ(Cut("<!-- Copyright 2010 -->\n<p/>\n", "a.xml"), "<p/>\n");
  EXPECT_EQ(Cut("-- Copyright (C) 2010\nselect 1;\n", "a.sql"), "select 1;\n");
  EXPECT_EQ(Cut("{-\nCopyright (c) 2010\n\nAll rights reserved.\n-}\nmodule X where\n", "a.hs"),
            "module X where\n");
  EXPECT_EQ(Cut("--[[ Copyright 2010 ]]\nreturn 1\n", "a.lua"), "return 1\n");
  EXPECT_EQ(Cut("% Copyright 2010\n\\x\n", "a.tex"), "\\x\n");
  EXPECT_EQ(Cut("! Copyright 2010\nprogram x\n", "a.f90"), "program x\n");
  EXPECT_EQ(Cut("C     Copyright 2010\n      CALL X\n", "a.f"), "      CALL X\n");
  EXPECT_EQ(Cut("@rem Copyright 2010\r\nREM All rights reserved\r\ndir\r\n", "a.bat"), "dir\r\n");
  EXPECT_EQ(Cut("..\n   Copyright 2010\n\n   All rights reserved.\n\nTitle\n", "a.rst"), "Title\n");
  EXPECT_EQ(Cut("/* Copyright 2010 */", "a.c"), "");
}

TEST(CodeHeader, WhatMachinesReadStays) {
  EXPECT_EQ(
      Cut("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# Copyright 2010 A\n\nx = 1\n", "a.py"),
      "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\nx = 1\n");
  EXPECT_EQ(Cut("// Copyright 2010 The Go Authors. All rights reserved.\n\n//go:build linux\n// "
                "+build linux\n\npackage x\n",
                "a.go"),
            "//go:build linux\n// +build linux\n\npackage x\n");
  EXPECT_EQ(Cut("# Copyright 2010\n# frozen_string_literal: true\nputs 1\n", "a.rb"),
            "# frozen_string_literal: true\nputs 1\n");
  EXPECT_EQ(Cut("<?php\n/* Copyright 2010 */\necho 1;\n", "a.php"), "<?php\necho 1;\n");
  EXPECT_EQ(Cut("#ifndef X_H\n#define X_H\n// Copyright 2010\n#include <y>\n#endif\n", "a.h"),
            "#ifndef X_H\n#define X_H\n#include <y>\n#endif\n");
  EXPECT_EQ(Cut("{-# LANGUAGE X #-}\n-- Copyright 2010\nmodule Y\n", "a.hs"),
            "{-# LANGUAGE X #-}\nmodule Y\n");
}

TEST(CodeHeader, CommentsThatSaySomethingElseStay) {
  for (const char* text :
       {"// Parses the copyright notices of packages.\nint x;\n", "#include <x>\n#include <y>\n",
        "/** Reads licences from a file. */\nint x;\n", "/* eslint-disable */\nx();\n",
        "# This file is the test suite, not covered by the runner\nx\n",
        "int x;\n// Copyright 2010\n", "/* Copyright 2010 */ int x;\n", "/* Copyright 2010", "",
        "\n", "//", "/**/", "# a\n\n# b\n"}) {
    EXPECT_EQ(Cut(text, "a.cc"), text);
  }
  EXPECT_EQ(Cut("# a\n\n# b\nx\n", "a.py"), "# a\n\n# b\nx\n");
  EXPECT_EQ(Cut("# Copyright 2010\n", "a.json"), "# Copyright 2010\n");  // comments unknown
  EXPECT_EQ(Cut("\"\"\"Copyright 2010\"\"\"\n", "a.rb"), "\"\"\"Copyright 2010\"\"\"\n");
}

TEST(CodeHeader, ParagraphsOfOtherTextStay) {
  EXPECT_EQ(
      Cut("/* frob.c - frobnicates\n *\n * Copyright (C) 2010 A\n *\n * Permission is hereby "
          "granted, free of charge\n *\n * Usage:\n * =====\n *\n *   frob FILE\n */\nint x;\n",
          "frob.c"),
      "/* frob.c - frobnicates\n *\n * Usage:\n * =====\n *\n *   frob FILE\n */\nint x;\n");
  EXPECT_EQ(Cut("# Copyright 2010 A\n#           and B\n# Makes all.\nall:\n", "Makefile"),
            "# Makes all.\nall:\n");
  EXPECT_EQ(Cut("/* Copyright 2010 A\n *\n * Says hello. */\nint x;\n", "a.c"),
            "/*\n * Says hello. */\nint x;\n");
  EXPECT_EQ(Cut("// a.cc: text\n//\n// This file is part of Y.\n//\n// Y is free software; see\n// "
                "COPYING.\n\n// Next.\nint x;\n",
                "a.cc"),
            "// a.cc: text\n\n// Next.\nint x;\n");
}

TEST(CodeHeader, DocstringsLoseTheirNotice) {
  EXPECT_EQ(
      Cut("# -*- coding: utf-8 -*-\n\"\"\"\n    x.y\n    ~~~\n\n    Frobs.\n\n    :copyright: "
          "2010 A,\n                see AUTHORS.\n    :license: BSD, see LICENSE.\n\"\"\"\nx = "
          "1\n",
          "a.py"),
      "# -*- coding: utf-8 -*-\n\"\"\"\n    x.y\n    ~~~\n\n    Frobs.\n\"\"\"\nx = 1\n");
  EXPECT_EQ(Cut("\"\"\"Frobs.\n\nAuthor: A\nLicense: MIT\n\nUse: frob(x)\n\"\"\"\nx = 1\n", "a.py"),
            "\"\"\"Frobs.\n\nUse: frob(x)\n\"\"\"\nx = 1\n");
  EXPECT_EQ(
      Cut("'''\nCopyright (c) 2010 A\n\nPermission is hereby granted, free of charge\n'''\n\nx "
          "= 1\n",
          "a.py"),
      "x = 1\n");
  EXPECT_EQ(Cut("\"\"\"\n/* Copyright (c) 2023 A\n   Written by B */\n/*\n   Redistribution and "
                "use in source "
                "and binary forms\n*/\n\"\"\"\n\nx = 1\n",
                "a.py"),
            "x = 1\n");
  EXPECT_EQ(Cut("\"\"\"\nTitle\n*****\n\nText.\n\nCopyright 2010 A\n\"\"\"\nx = 1\n", "a.py"),
            "\"\"\"\nTitle\n*****\n\nText.\n\"\"\"\nx = 1\n");
  EXPECT_EQ(Cut("#!/usr/bin/python\nr\"\"\"Copyright 2010 A.\"\"\"\nx = 1\n", "a.py"),
            "#!/usr/bin/python\nx = 1\n");
  for (const char* text :
       {"\"\"\"Finds the MIT license of a file, and its :author: field.\"\"\"\nx = 1\n",
        "\"\"\"Frobs.\n\nAuthor: A\n\"\"\"\n", "\"\"\"Copyright 2010\"\"\" + x\n",
        "\"\"\"Copyright", "x = 1\n\"\"\"Copyright 2010\"\"\"\n",
        "\"\"\"a\"\"\"\n\"\"\"Copyright 2010\"\"\"\n", "    \"\"\"Copyright 2010\"\"\"\n",
        "\"Copyright 2010\"\n"}) {
    EXPECT_EQ(Cut(text, "a.py"), text);
  }
}

TEST(CodeHeader, AuthorsGoWithTheNotice) {
  EXPECT_EQ(
      Cut("//\n//  X.m\n//  Y\n//\n//  Created by A on 1/2/13.\n//  Copyright 2013 A.\n//\n\nint "
          "x;\n",
          "X.m"),
      "//\n//  X.m\n//  Y\n\nint x;\n");
  EXPECT_EQ(
      Cut("# Authors: A <a@b>\n#          B <b@c>\n# License: BSD 3 clause\n# Copyright 2010\n\nx "
          "= 1\n",
          "a.py"),
      "x = 1\n");
  EXPECT_EQ(Cut("/**\n * Frobs.\n *\n * @author A\n * @license MIT\n */\nf();\n", "a.js"),
            "/**\n * Frobs.\n */\nf();\n");
  EXPECT_EQ(Cut("# Author: A\nx = 1\n", "a.py"), "# Author: A\nx = 1\n");
}

TEST(CodeHeader, CommentsAtTheTop) {
  EXPECT_EQ(CommentsAtTop("// a\n#include <x>\n/* b */\nint c; // d\n", "a.cc"), "// a\n/* b */\n");
  EXPECT_EQ(CommentsAtTop("\"\"\"a\"\"\"\n# b\nc\n# d\n", "a.py"), "\"\"\"a\"\"\"\n# b\n");
}

TEST(CodeHeader, HostileInputIsLinear) {
  for (const char* piece : {"/*", "/* Copyright 2010 */\n", "// Copyright\n", "//\n", "\n",
                            "// copyright copyright", "#ifndef x\n", "//a"}) {
    std::string text;
    while (text.size() < 2000000) text += piece;
    EXPECT_LE(Cut(text, "a.cc").size(), text.size()) << piece;
  }
}

}  // namespace
}  // namespace cria::corpus
