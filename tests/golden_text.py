#!/usr/bin/env python3
"""The program itself against text that a reference printed: golden_text.py DATA COMMAND...

DATA is the folder of the test data, COMMAND how `cria` is called (an emulator before it, perhaps).
Exit status 77 when the data is not there."""
import json
import pathlib
import subprocess
import sys

SKIPPED = 77


def main() -> int:
    folder, command = pathlib.Path(sys.argv[1]) / "models/stories260K", sys.argv[2:]
    if not folder.is_dir():
        print(f"skipped: test data not present: {folder}")
        return SKIPPED
    faults = 0
    for item in json.loads((folder / "golden_generate.json").read_text())["generations"]:
        count = len(item["output_ids"]) - len(item["prompt_ids"])
        run = subprocess.run(
            [*command, "generate", str(folder / "stories260K.bin"), "--tokenizer",
             str(folder / "tok512.bin"), "--precision", "f32", "--temperature", "0", "--max-gen-len",
             str(count), "--prompt", item["prompt"]], capture_output=True, text=True)
        if run.returncode != 0 or run.stdout != item["text"] + "\n":
            print(f"prompt {item['prompt']!r}: exit status {run.returncode}\nprinted:  {run.stdout!r}\n"
                  f"expected: {item['text']!r}\n{run.stderr}", file=sys.stderr)
            faults += 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
