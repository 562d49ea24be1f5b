// Folders and names, as linguist's vendor.yml has them, but for those that as often hold a
// project's own work: cache/, env/, testdata/, test/fixtures/, .github/, *.d.ts.
#include "corpus/formats/code/code_vendored.h"

#include <algorithm>
#include <string>

#include "base/ascii.h"

namespace cria::corpus {
namespace {

template <size_t N>
bool IsOneOf(std::string_view text, const std::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Whatever stands in them.
constexpr std::string_view kFolders[] = {"vendor",
                                         "vendors",
                                         "vendored",
                                         "_vendor",
                                         "third_party",
                                         "third-party",
                                         "thirdparty",
                                         "3rdparty",
                                         "3rd_party",
                                         "3rd-party",
                                         "node_modules",
                                         "bower_components",
                                         "godeps",
                                         "pods",
                                         "carthage",
                                         "site-packages",
                                         "dist-packages",
                                         "jspm_packages",
                                         "_vendored_packages",
                                         "extern",
                                         "external",
                                         "externals",
                                         "bundled",
                                         "dist",
                                         "ace-builds",
                                         "mathjax",
                                         "extjs",
                                         "tiny_mce",
                                         "flow-typed",
                                         "puphpet",
                                         "admin_media",
                                         "xvba_modules",
                                         "bootstrap-datepicker",
                                         "sparkle",
                                         "font-awesome",
                                         "fontawesome"};
// At the root of a repository only.
constexpr std::string_view kRootFolders[] = {"deps", "dependencies", "debian"};
// Libraries that people copy into their trees, where they keep such things.
constexpr std::string_view kLibraries[] = {"unity",     "googletest", "googlemock", "gtest",
                                           "gmock",     "catch2",     "doctest",    "cmocka",
                                           "criterion", "munit",      "greatest",   "rapidjson",
                                           "tinyxml",   "tinyxml2",   "pugixml"};
constexpr std::string_view kHolders[] = {"test",       "tests", "testing",      "t",   "lib",
                                         "libs",       "deps",  "dependencies", "ext", "contrib",
                                         "submodules", "extra", "libraries"};

bool HasVendoredFolder(std::string_view lower) {
  std::string_view before;
  for (bool root = true;; root = false) {
    const size_t slash = lower.find('/');
    if (slash == lower.npos) return false;
    const std::string_view folder = lower.substr(0, slash);
    if (IsOneOf(folder, kFolders) || (root && IsOneOf(folder, kRootFolders))) return true;
    if (IsOneOf(folder, kLibraries) && IsOneOf(before, kHolders)) return true;
    // What Sphinx and its kin put beside the text.
    const bool of_docs = before == "doc" || before == "docs";
    if (of_docs && StartsWithAny(folder, {"_build", "_themes", "_static", "_templates"}))
      return true;
    // Documentation as jazzy makes it for Xcode and Dash.
    if (folder.ends_with(".docset") || (of_docs && folder == "docsets")) return true;
    if (before == ".yarn" && StartsWithAny(folder, {"releases", "plugins", "sdks", "versions"}))
      return true;
    before = folder;
    lower.remove_prefix(slash + 1);
  }
}

// "jquery.js", "jquery-3.1.slim.js", "jquery.ui.css": the name, and behind it a version or parts.
bool IsLibraryFile(std::string_view lower) {
  const size_t slash = lower.rfind('/');
  const std::string_view name = slash == lower.npos ? lower : lower.substr(slash + 1);
  constexpr std::string_view kNames[] = {"cpplint.py",
                                         "erlang.mk",
                                         "dotnet-install.ps1",
                                         "dotnet-install.sh",
                                         "catch.hpp",
                                         "catch_amalgamated.cpp",
                                         "catch_amalgamated.hpp",
                                         "gtest-all.cc",
                                         "gmock-gtest-all.cc",
                                         "yahoo-dom-event.js",
                                         "ckeditor.js",
                                         "mochikit.js",
                                         "normalize.css",
                                         "chart.js",
                                         "pdf.worker.js",
                                         "leaflet.js",
                                         "typeahead.jquery.js",
                                         "lunr.min.js",
                                         "jazzy.js",
                                         "jazzy.css",
                                         "jazzy.search.js"};
  if (IsOneOf(name, kNames) || name.ends_with("-vsdoc.js") || name.ends_with(".intellisense.js"))
    return true;
  if (!name.ends_with(".js") && !name.ends_with(".css")) return false;
  for (const std::string_view library :
       {"jquery",      "bootstrap",  "modernizr",    "knockout",    "mootools",
        "prototype",   "angular",    "d3",           "react",       "html5shiv",
        "cordova",     "foundation", "font-awesome", "fontawesome", "animate",
        "materialize", "bulma",      "skeleton",     "underscore",  "backbone",
        "lodash",      "ember",      "dojo",         "yui",         "vue"}) {
    if (!name.starts_with(library)) continue;
    std::string_view rest = name.substr(library.size());
    rest.remove_suffix(rest.ends_with(".css") ? 4 : 3);
    const bool version = rest.size() > 2 && (rest[0] == '-' || rest[0] == '.') &&
                         (IsDigit(rest[1]) || (rest[1] == 'v' && IsDigit(rest[2])));
    constexpr std::string_view kPlain[] = {"jquery",  "bootstrap", "modernizr", "mootools",
                                           "angular", "d3",        "dojo",      "font-awesome"};
    const bool plain = IsOneOf(library, kPlain);
    if (version || (rest.empty() && plain)) return true;
    if (library == "jquery" && (rest[0] == '.' || rest[0] == '-')) return true;
  }
  return false;
}

}  // namespace

bool IsVendored(std::string_view path) {
  const std::string lower = LowerAscii(path);
  return HasVendoredFolder(lower) || IsLibraryFile(lower);
}

}  // namespace cria::corpus
