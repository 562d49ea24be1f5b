"""Text out of HTML by Python's tools, on pages with marked main text (bench/corpus/main_text.sh says
which), scored as main_text_bench scores: shingles of four words, means over the pages.

peer_html.py FOLDER TOOL    TOOL: readability, html2text, bs4, lxml. Prints MB/s and F1.
Only the tool is timed, on decoded pages. readability looks for the main text as cria does; the others
give all text of a page, which is less work for a worse end. 3: the tool is not installed."""
import collections
import gzip
import json
import pathlib
import re
import sys
import time

SHINGLE = 4


def readability_text():
    import logging
    import lxml.html
    import readability
    logging.disable(logging.CRITICAL)
    return lambda html: lxml.html.fromstring(readability.Document(html).summary()).text_content()


def html2text_text():
    import html2text
    converter = html2text.HTML2Text()
    converter.ignore_links = converter.ignore_images = True
    converter.body_width = 0
    return converter.handle


def bs4_text():
    import bs4
    return lambda html: bs4.BeautifulSoup(html, "lxml").get_text("\n")


def lxml_text():
    import lxml.etree
    import lxml.html

    def text(html: str) -> str:
        tree = lxml.html.fromstring(html.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))
        lxml.etree.strip_elements(tree, "script", "style", lxml.etree.Comment, with_tail=False)
        return tree.text_content()
    return text


TOOLS = {"readability": readability_text, "html2text": html2text_text, "bs4": bs4_text, "lxml": lxml_text}


def shingles(text: str) -> collections.Counter:
    words = re.findall(r"\w+", text)
    return collections.Counter(tuple(words[i:i + SHINGLE])
                               for i in range(max(1, len(words) - SHINGLE + 1)) if words)


def main() -> None:
    if len(sys.argv) != 3 or sys.argv[2] not in TOOLS:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    try:
        extract = TOOLS[sys.argv[2]]()
    except ImportError:
        sys.exit(3)
    truth = json.loads((folder / "ground-truth.json").read_text())
    seconds, size = 0.0, 0
    precision, recall = [], []
    for page, marked in truth.items():
        html = gzip.decompress((folder / "html" / f"{page}.html.gz").read_bytes()).decode(errors="replace")
        size += len(html.encode())
        start = time.perf_counter()
        try:
            text = extract(html)
        except Exception:  # a tool may fail on a page: it gave no text
            text = ""
        seconds += time.perf_counter() - start
        given, wanted = shingles(text), shingles(marked["articleBody"])
        both = sum((given & wanted).values())
        if given:
            precision.append(both / given.total())
        if wanted:
            recall.append(both / wanted.total())
    p, r = (sum(x) / max(1, len(x)) for x in (precision, recall))
    print(f"{size / seconds / 1e6:.3f} {2 * p * r / (p + r) if p + r else 0.0:.3f}")


if __name__ == "__main__":
    main()
