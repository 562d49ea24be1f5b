"""Token shards of this repository's own documentation, for tests of the program."""
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEXTS = sorted((ROOT / "docs").glob("*.md"))
RECIPE = f"""
name = "docs"
seed = 1
[corpus.holdout]
min_bytes = 4000
[corpus.filters]
max_document_bytes = 3000
[[source]]
name = "docs"
kind = "documentation"
path = "{ROOT / 'docs'}"
files = ["*.md"]
reader = "markdown"
language = "en"
"""


def make(command: list[str], at: pathlib.Path) -> None:
    """Makes corpus, tokenizer.model and shards in the folder `at`."""
    (at / "recipe.toml").write_text(RECIPE)
    for words in (["corpus", "build", at / "recipe.toml", "--out", at / "corpus"],
                  ["tokenizer", "train", "--vocab-size", 512, "--out", at / "tokenizer.model",
                   *[word for path in TEXTS for word in ("--input", path)]],
                  ["tokenize", at / "corpus", "--tokenizer", at / "tokenizer.model", "--out",
                   at / "shards"]):
        run = subprocess.run([*command, *map(str, words), "--quiet"], capture_output=True, text=True)
        assert run.returncode == 0, f"cria {words}\n{run.stdout}\n{run.stderr}"
