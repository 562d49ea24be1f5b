// What the names that authors give to elements (class, id, role) say about their contents: site
// furniture or main text. Words are looked up, nothing is weighed here.
#pragma once

#include <cstdint>
#include <string_view>

#include "corpus/formats/html/html_tokens.h"

namespace cria::corpus {

/// A set of HtmlHint.
using HtmlHints = uint32_t;

enum HtmlHint : HtmlHints {
  kHintHidden = 1 << 0,      ///< not shown: hidden, display:none, aria-hidden
  kHintNavigation = 1 << 1,  ///< menus, breadcrumbs, page numbers, tables of contents
  kHintSide = 1 << 2,        ///< side columns, widgets, related and popular pages, teasers
  kHintFooter = 1 << 3,      ///< ends of sites and articles: copyright, tags, author boxes
  kHintHeader = 1 << 4,      ///< weak: of the site, or of the article
  kHintNotice = 1 << 5,      ///< cookies, newsletters, log-in, pop-ups
  kHintShare = 1 << 6,       ///< share, print and vote buttons
  kHintComments = 1 << 7,    ///< what readers wrote, and the form for it
  kHintAd = 1 << 8,          ///< advertisements, sponsored links
  kHintForm = 1 << 9,        ///< forms
  kHintMeta = 1 << 10,       ///< weak: byline, date, picture credit
  kHintMark = 1 << 11,       ///< marks in the text, small ones too: [edit], ¶, line numbers
  kHintContent = 1 << 12,    ///< "content", "post", "entry": weak
  kHintBody = 1 << 13,       ///< "article-body", "entry-content": holds the text alone
  kHintMain = 1 << 14,       ///< <main>, role=main
  kHintLead = 1 << 15,       ///< "standfirst", "excerpt", "teaser": sums the article up, or another
  kHintConsent = 1 << 16,    ///< the panels of a consent program
};

/// Hints of a start tag, from its name, its class, id, role, itemprop, style and hidden attributes.
HtmlHints HintsOf(const HtmlToken& tag);

/// Hints of the words in one class or id attribute ("post-content", "sideBar").
HtmlHints HintsOfNames(std::string_view names);

}  // namespace cria::corpus
