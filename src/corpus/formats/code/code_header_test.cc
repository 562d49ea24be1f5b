// What is cut from the tops of real kinds of files, and what must stay.
#include "corpus/formats/code/code_header.h"

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

TEST(CodeHeader, DocumentationOfCodeIsNoNotice) {
  for (const char* text :
       {"\"\"\"Frobs.\n\nReleased under the hood as one process, it waits\nfor the "
        "others.\n\"\"\"\n",
        "\"\"\"Reads.\n\nThis reader handles files released under the MIT license and also all "
        "others.\n\nCalled by all.\n\"\"\"\n",
        "\"\"\"Checks.\n\nlicense: str\n    The one to look for.\n\"\"\"\n",
        "\"\"\"Checks.\n\nLicense: which licence to check, one of\n    mit, bsd\n\"\"\"\n",
        "\"\"\"Copyright lines are left out by this tool.\n\nThis file is part of the "
        "tests.\n\"\"\"\n"}) {
    EXPECT_EQ(Cut(text, "a.py"), text);
  }
  EXPECT_EQ(Cut("\"\"\"Frobs.\n\nCopyright A and B, 2010.\n\nIt is licensed under the MIT "
                "license.\n\nlicense: str\n    The one.\n\"\"\"\nx\n",
                "a.py"),
            "\"\"\"Frobs.\n\nlicense: str\n    The one.\n\"\"\"\nx\n");
  EXPECT_EQ(
      Cut("\"\"\"Frobs.\n\nLicense: BSD 3-clause, see\n    LICENSE.txt for details.\n\"\"\"\n",
          "a.py"),
      "\"\"\"Frobs.\n\"\"\"\n");
}

TEST(CodeHeader, BehindImportsOfScripts) {
  EXPECT_EQ(Cut("load(\"//:defs.bzl\", \"x\")\n# Copyright 2011 Google Inc.  All rights "
                "reserved.\n# Author: sameb@google.com (Sam Berlin)\n\njava_library()\n",
                "BUILD.bazel"),
            "load(\"//:defs.bzl\", \"x\")\njava_library()\n");
  EXPECT_EQ(
      Cut("from __future__ import annotations\n# Copyright 2011 Google Inc.\n\nx = 1\n", "a.py"),
      "from __future__ import annotations\nx = 1\n");
  EXPECT_EQ(Cut("load(\"x\")\n# Loads what Copyright checks need.\ny()\n", "BUILD.bazel"),
            "load(\"x\")\n# Loads what Copyright checks need.\ny()\n");
}

TEST(CodeHeader, ANameOfAFileIsNoComment) {
  EXPECT_EQ(Cut("//\n//  OfflineRetrier.swift\n//\n//  Copyright (c) 2019 Alamofire Software "
                "Foundation\n//\n//  Permission is hereby granted, free of charge, to any person "
                "obtaining a copy\n//  of this software.\n//\n\nimport Foundation\n",
                "OfflineRetrier.swift"),
            "import Foundation\n");
  // Without a notice it stays, and so does what says more.
  EXPECT_EQ(Cut("//\n//  X.swift\n//\n\nimport Foundation\n", "X.swift"),
            "//\n//  X.swift\n//\n\nimport Foundation\n");
  EXPECT_EQ(Cut("// Retries (see x.y).\n// Copyright 2019 A.\n\nimport F\n", "X.swift"),
            "// Retries (see x.y).\n\nimport F\n");
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
  EXPECT_EQ(Cut("\"  Copyright: Copyright 2010 A\n\"           and B\n\"     Version: 4.6\nset x\n",
                "a.vim"),
            "\"     Version: 4.6\nset x\n");
}

TEST(CodeHeader, RegionsGoWithTheirNotice) {
  const std::string notice =
      "// Copyright (c) 2010 A\r\n//\r\n// Licensed under the MIT license.\r\n";
  EXPECT_EQ(Cut("#region License\r\n" + notice + "#endregion\r\n\r\nusing System;\r\n", "a.cs"),
            "using System;\r\n");
  EXPECT_EQ(Cut("\xef\xbb\xbf\n#if !HAVE_X\n\n#region License, Terms and Author(s)\n//\n// Lib\n// "
                "Copyright (c) 2007-9 A, B. All rights reserved.\n//\n//  Author(s):\n//\n//      "
                "A, http://a.example\n//\n// This library is free software.\n//\n#endregion\nusing "
                "X;\n",
                "a.cs")
                .find("Copyright"),
            std::string::npos);
  EXPECT_EQ(
      Cut("#region License\n// Lib\n//\n// Copyright 2010 A\n//\n//     B, who helped\n#endregion\n"
          "using X;\n",
          "a.cs"),
      "using X;\n");
  EXPECT_EQ(
      Cut("#if !HAVE_X\n#region Copyright\n/* Copyright 2010 A */\n#endregion\nusing X;\n", "a.cs"),
      "#if !HAVE_X\nusing X;\n");
  EXPECT_EQ(
      Cut("using System;\n\n#region License\n" + notice + "#endregion\n\nclass A {}\n", "a.cs"),
      "using System;\n\nclass A {}\n");
  EXPECT_EQ(Cut("#Region \"License\"\n' Copyright 2010 A\n#End Region\nClass A\n", "a.vb"),
            "Class A\n");
  for (const char* text :
       {"#region Usings\nusing X;\n#endregion\nclass A {}\n", "#region A\n// Frobs.\n#endregion\n",
        "#region License\n// Copyright 2010\nclass A {}\n#endregion\n", "#region\n#endregion\n",
        "#region License\n"}) {
    EXPECT_EQ(Cut(text, "a.cs"), text);
  }
}

TEST(CodeHeader, NoticesBelowTheFirstStatements) {
  EXPECT_EQ(
      Cut("package a.b;\n\n/*\n * Copyright 2010 A\n *\n * Licensed under the Apache License\n "
          "*/\n\nimport c.D;\n\n/** Frobs. */\nclass E {}\n",
          "E.java"),
      "package a.b;\n\nimport c.D;\n\n/** Frobs. */\nclass E {}\n");
  EXPECT_EQ(
      Cut("'use strict'\nimport a from 'a';\nconst b = require('b');\n\n/**\n * @license MIT\n "
          "*/\nf();\n",
          "a.mjs"),
      "'use strict'\nimport a from 'a';\nconst b = require('b');\n\nf();\n");
  EXPECT_EQ(
      Cut("<?php\n\ndeclare(strict_types=1);\n\nnamespace A;\n\n/**\n * Frobs.\n *\n * "
          "@copyright 2010 B\n * @license   MIT\n */\nclass C {}\n",
          "C.php"),
      "<?php\n\ndeclare(strict_types=1);\n\nnamespace A;\n\n/**\n * Frobs.\n */\nclass C {}\n");
  // What documents may speak of licences there.
  for (const char* text :
       {"package a;\n\n/** Finds the license file of a package, or the public domain. */\nclass B "
        "{}\n",
        "//! Parses every license header, MIT license and others.\nfn a() {}\n",
        "import a;\nint b;\n// Copyright 2010 C\n", "package a;\nint b; /* Copyright 2010 */\n"}) {
    EXPECT_EQ(Cut(text, "a.java"), text);
  }
}

TEST(CodeHeader, CommentsOfFurtherLanguages) {
  EXPECT_EQ(Cut("=begin\nCopyright (c) 2010 A\n\nAll rights reserved.\n=end\n\nputs 1\n", "a.rb"),
            "puts 1\n");
  EXPECT_EQ(
      Cut("//! Copyright 2010 A\n//! SPDX-License-Identifier: MIT\n\n//! Frobs.\nuse b;\n", "a.rs"),
      "//! Frobs.\nuse b;\n");
  EXPECT_EQ(Cut("(* Copyright 2010 A *)\nlet x = 1\n", "a.ml"), "let x = 1\n");
  EXPECT_EQ(Cut("{ Copyright 2010 A }\nunit X;\n", "x.pas"), "unit X;\n");
  EXPECT_EQ(Cut("{$mode objfpc}\nunit X;\n", "x.pas"), "{$mode objfpc}\nunit X;\n");
  EXPECT_EQ(Cut("{$mode objfpc}\n{\n  Copyright 2010 A\n}\nunit X;\n", "x.pas"),
            "{$mode objfpc}\nunit X;\n");
  EXPECT_EQ(Cut("\" Copyright 2010 A\nset x\n", "a.vim"), "set x\n");
  EXPECT_EQ(Cut("%% Copyright 2010 A\n-module(a).\n", "a.erl"), "-module(a).\n");
  EXPECT_EQ(Cut("Title\n=====\n\n<!--\n-----\n\nCopyright 2010 A\n\n-----\n-->\n\nText.\n", "a.md"),
            "Title\n=====\n\nText.\n");
  EXPECT_EQ(Cut("# Title\n\n<!-- Licensed under the MIT license -->\n\nText.\n", "a.md"),
            "# Title\n\nText.\n");
  EXPECT_EQ(
      Cut("-- |\n-- Module      : A.B\n-- Copyright   : (c) 2010 C\n--               2011 D\n-- "
          "License     : BSD3\n-- Maintainer  : c@d.example\n-- Stability   : stable\n--\n-- "
          "Frobs.\nmodule A.B where\n",
          "B.hs"),
      "-- |\n-- Module      : A.B\n--\n-- Frobs.\nmodule A.B where\n");
  EXPECT_EQ(Cut("-- | Copyright : (c) 2010 C\n-- License : BSD3\n--\n-- Frobs.\nmodule A where\n",
                "A.hs"),
            "-- |\n-- Frobs.\nmodule A where\n");
  EXPECT_EQ(Cut("{- | Copyright : (c) 2010 C\nLicense : BSD3-style\n\nFrobs.\n-}\nmodule A where\n",
                "A.hs"),
            "{- |\nFrobs.\n-}\nmodule A where\n");
  EXPECT_EQ(
      Cut("\"\"\"Frobs.\n\nPermission is hereby granted, free of charge\n\nThe above copyright "
          "notice and this permission notice\n\nTHE SOFTWARE IS PROVIDED \"AS IS\"\n\"\"\"\nx = "
          "1\n",
          "a.py"),
      "\"\"\"Frobs.\n\"\"\"\nx = 1\n");
}

TEST(CodeHeader, SentencesBesideTheNoticeStay) {
  EXPECT_EQ(Cut("-- Makes the tables of users.\n-- Licensed under the MIT license.\nselect 1;\n",
                "a.sql"),
            "-- Makes the tables of users.\nselect 1;\n");
  EXPECT_EQ(Cut("REM Copyright 2010 A\r\nREM Licensed under the MIT license.\r\nREM Cleans the "
                "tree.\r\ndir\r\n",
                "a.bat"),
            "REM Cleans the tree.\r\ndir\r\n");
  EXPECT_EQ(Cut("! Solves a system.\n! This code is distributed\n! under the terms of the MIT "
                "license.\n! Uses pivots.\nend\n",
                "a.F90"),
            "! Solves a system.\n! Uses pivots.\nend\n");
  EXPECT_EQ(Cut("' Copyright 2010 A\n' Sorts a list.\n' Licensed under the MIT license.\nSub A\n",
                "a.vb"),
            "' Sorts a list.\nSub A\n");
  EXPECT_EQ(Cut("% Draws arrows.\n% This work is released under the LPPL;\n% see the file "
                "COPYING.\n\\x\n",
                "a.tex"),
            "% Draws arrows.\n\\x\n");
}

TEST(CodeHeader, FramesGoWithTheirNotice) {
  EXPECT_EQ(Cut("# ==========\n#   Frob Project\n#   Copyright (c) 2010 A\n#   [Released under MIT "
                "License.]\n# ==========\n\nputs 1\n",
                "a.rb"),
            "#   Frob Project\n\nputs 1\n");
  EXPECT_EQ(
      Cut("/*\n      __  __\n   ___\\ \\/ /_\n  / _ \\\\  /|\n  \\___/_/\\_\\\n            |_| XML "
          "parser\n\n   Copyright (c) 2000 A\n   Licensed under the MIT license:\n*/\nint x;\n",
          "a.c"),
      "int x;\n");
}

TEST(CodeHeader, CommentsAtTheTop) {
  EXPECT_EQ(CommentsAtTop("package a;\n/** Reads the GPL. */\nclass B {}\n", "B.java"), "");
  EXPECT_EQ(CommentsAtTop("/// Reads the GPL.\nclass B {}\n", "B.cs"), "");
  EXPECT_EQ(CommentsAtTop("/// Reads the GPL.\nclass B {}\n", "B.cs", true),
            "/// Reads the GPL.\n");
  EXPECT_EQ(CommentsAtTop("// a\n#include <x>\n/* b */\nint c; // d\n", "a.cc"), "// a\n/* b */\n");
  EXPECT_EQ(CommentsAtTop("\"\"\"a\"\"\"\n# b\nc\n# d\n", "a.py"), "\"\"\"a\"\"\"\n# b\n");
}

TEST(CodeHeader, HostileInputIsLinear) {
  for (const char* piece :
       {"/*", "/* Copyright 2010 */\n", "// Copyright\n", "//\n", "\n", "// copyright copyright",
        "#ifndef x\n", "//a", "#region\n", "#region\n#endregion\n", "import a;\n",
        "/// Copyright 2010\n", "// Licensed under the MIT license.\n//\n// Frobs.\n//\n"}) {
    std::string text;
    while (text.size() < 2000000) text += piece;
    EXPECT_LE(Cut(text, "a.cc").size(), text.size()) << piece;
  }
}

}  // namespace
}  // namespace cria::corpus
