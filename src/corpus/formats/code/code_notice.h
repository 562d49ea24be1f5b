// Tells the words of copyright and licence notices from other comments in sources.
#pragma once

#include <string_view>

namespace cria::corpus {

/// All take text in lower case. "Copyright 2010 ...", "(c) 2010", not "copyright checks".
bool StatesCopyright(std::string_view lower);
/// Words that only licences and notices of licences hold. Line breaks must be spaces.
bool StatesLicence(std::string_view lower);
/// Words that notices hold, but other comments as well.
bool MayBelongToNotice(std::string_view lower);

/// The same two for comments that document: a line that begins with a copyright, and what no text
/// but a licence or its notice says.
bool StatesCopyrightFirst(std::string_view lower);
bool HoldsLicenceWording(std::string_view lower);
/// What notices say, but documentation as well: counts beside a copyright or a wording.
bool MayHoldLicenceWording(std::string_view lower);

/// A line that names who wrote the file: "@author X", "Authors: ...", "Created by X on ...".
bool StatesAuthor(std::string_view lower);

}  // namespace cria::corpus
