// Lists of words, found in the headers of thousands of public sources.
#include "corpus/formats/code/code_notice.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>

#include "base/ascii.h"
#include "corpus/formats/phrases.h"

namespace cria::corpus {
namespace {

bool HasAny(std::string_view text, std::initializer_list<std::string_view> words) {
  return HasOneOf(text, words);
}

// What only licences and notices of licences say.
constexpr std::string_view kLicenceWords[] = {"spdx-license-identifier",
                                              "licensed under",
                                              "@license",
                                              "@licence",
                                              "released under the",
                                              "under a bsd",
                                              "license file",
                                              "licensed to the",
                                              "mit license",
                                              "mit licence",
                                              "bsd license",
                                              "apache license",
                                              "public license",
                                              "-style license",
                                              "license terms",
                                              "license agreement",
                                              "permission is hereby granted",
                                              "permission to use, copy",
                                              "permission to copy",
                                              "permission is granted",
                                              "redistribution and use",
                                              "redistributions of source",
                                              "redistributions in binary",
                                              "may be used to endorse",
                                              "used to endorse or promote",
                                              "without specific prior written",
                                              "provided \"as is\"",
                                              "provided 'as is'",
                                              "provided 'as-is'",
                                              "provided ``as is",
                                              "provided as is",
                                              "\"as is\" basis",
                                              "express or implied",
                                              "expressed or implied",
                                              "held liable for",
                                              "merchantability",
                                              "is free software",
                                              "this is free software",
                                              "free software foundation",
                                              "received a copy of the gnu",
                                              "see the license for",
                                              "without restriction, including",
                                              "shall be included in all",
                                              "you may not use this file except",
                                              "the public domain",
                                              "unless required by applicable law",
                                              "above copyright notice",
                                              "this permission notice",
                                              "this copyright notice",
                                              "see copying",
                                              "/licenses/",
                                              "license for details",
                                              "proprietary and confidential",
                                              "altered source versions",
                                              "must not be misrepresented",
                                              "all advertising materials",
                                              "use of this source code is",
                                              "except as contained in this notice",
                                              "the terms of the gnu",
                                              "mit licensed",
                                              "the terms of the mit",
                                              "see license for"};

// What they say, too, but other comments as well: counts where the comment states one of the above.
constexpr std::string_view kWeakWords[] = {"license",
                                           "the file copying",
                                           "top directory of this distribution",
                                           "licence",
                                           "warrant",
                                           "in no event",
                                           "liable",
                                           "responsible for any",
                                           "file is part of",
                                           "library is part of",
                                           "program is part of",
                                           "copyright",
                                           "$header",
                                           "restrictions:",
                                           "the terms of the",
                                           "distributed under",
                                           "under the terms",
                                           "covered by",
                                           "governed by",
                                           "misrepresent",
                                           "endorse",
                                           "disclaim",
                                           "rights reserved"};

}  // namespace

// As in "Copyright 2010", "copyright (c)", "@copyright"; not "copyright notices are
// checked by this tool".
bool StatesCopyright(std::string_view lower) {
  for (size_t at = lower.find("copyright"); at != lower.npos;
       at = lower.find("copyright", at + 9)) {
    const std::string_view behind = lower.substr(at + 9, 24);
    if (at > 0 && std::isalpha(static_cast<unsigned char>(lower[at - 1])) != 0) continue;
    if (HasAny(behind,
               {"(c)", "\u00a9", "&copy;", "19", "20", " by ", "holder", ":", "all rights"})) {
      return true;
    }
    if (at == 0 || lower[at - 1] == '@' || lower[at - 1] == '\\') return true;
    const size_t line = lower.rfind('\n', at) + 1;  // npos + 1 is 0
    if (lower.substr(line, at - line).find_first_not_of(" \t\r") == lower.npos &&
        behind.starts_with(' '))
      return true;
  }
  return HasAny(lower, {"(c) 19", "(c) 20", "\u00a9 19", "\u00a9 20", "all rights reserved",
                        "(c) copyright"});
}

bool StatesLicence(std::string_view lower) { return HasOneOf(lower, kLicenceWords); }

bool StatesAuthor(std::string_view lower) {
  constexpr std::string_view kFields[] = {
      "@author",     "\\author",       ":author",     "author:",
      "authors:",    "author(s):",     "maintainer:", "maintainers:",
      "@maintainer", ":organization:", ":contact:",   "@copyright",
      "@license",    "@licence",       "written by ", "originally written by "};
  for (const std::string_view field : kFields) {
    if (lower.starts_with(field)) return true;
  }
  return lower.starts_with("created by ") && lower.find(" on ") != lower.npos;
}

bool StatesCopyrightFirst(std::string_view lower) {
  if (StartsWithAny(lower, {"(c) ", "\u00a9"})) return true;
  if (lower.starts_with('@')) lower.remove_prefix(1);
  constexpr std::string_view kCopyright = "copyright";
  if (!lower.starts_with(kCopyright)) return false;
  lower.remove_prefix(kCopyright.size());
  constexpr std::string_view kOwners[] = {"(c)", "\u00a9", "19", "20", "all rights"};
  return lower.starts_with(" by ") || HasOneOf(lower, kOwners);
}

bool HoldsLicenceWording(std::string_view lower) {
  constexpr std::string_view kWordings[] = {"permission is hereby granted",
                                            "this permission notice",
                                            "above copyright notice",
                                            "redistribution and use in source",
                                            "redistributions of source code",
                                            "redistributions in binary form",
                                            "this program is free software",
                                            "this library is free software",
                                            "is distributed in the hope that",
                                            "you should have received a copy of the gnu",
                                            "software is provided \"as is\"",
                                            "merchantability",
                                            "use of this source code is governed",
                                            "may be used to endorse or promote",
                                            "you may not use this file except",
                                            "unless required by applicable law",
                                            "spdx-license-identifier"};
  return HasOneOf(lower, kWordings) || lower.starts_with("@license");
}

bool MayHoldLicenceWording(std::string_view lower) {
  constexpr std::string_view kWordings[] = {
      "this file is part of", "software is provided by the",    "licensed under the",
      "released under the",   "distributed under the terms of", "apache.org/licenses/license-2"};
  return HasOneOf(lower, kWordings);
}

bool MayBelongToNotice(std::string_view lower) { return HasOneOf(lower, kWeakWords); }

}  // namespace cria::corpus
