"""How well `lumisift overview` finds screenshots, documents, receipts and memes, on labelled pictures.

    python benches/heaps/flags.py PROGRAM DIR [OPTION...]

DIR has a folder for each kind, named screenshot, document, receipt or meme, and others for pictures that are none
of these. Folders in them are read too. Options, such as --threads 1, are passed to `lumisift overview`.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

KINDS = ("screenshot", "document", "receipt", "meme")


def main():
    program, folder, *options = sys.argv[1:]
    folder = Path(folder).resolve()

    def kinds(paths):
        return Counter(Path(path).resolve().relative_to(folder).parts[0] for path in paths)

    total = kinds(path for path in folder.rglob("*") if path.is_file())
    print("| flag | pictures | threshold | precision | recall | F1 | wrong, by kind |")
    print("|---|---:|---:|---:|---:|---:|---|")
    for kind in KINDS:
        command = [program, "overview", folder, "--list", kind, "--format", "json", *options]
        answer = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        found = kinds(photo["path"] for photo in answer["photos"])
        right = found.pop(kind, 0)
        wrong_count = sum(found.values())
        precision = right / max(1, right + wrong_count)
        recall = right / max(1, total[kind])
        f1 = 2 * right / max(1, right + wrong_count + total[kind])
        wrong = ", ".join(f"{other} {count}" for other, count in found.most_common())
        row = [kind, total[kind], f"{answer['threshold']:.2f}", f"{precision:.2f}", f"{recall:.2f}", f"{f1:.2f}", wrong]
        print("|", " | ".join(map(str, row)), "|", flush=True)


if __name__ == "__main__":
    main()
