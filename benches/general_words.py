"""Precision, recall, F1 and average precision of general words, alone and with their members, on Caltech-101.

    python benches/general_words.py target/release/lumisift 101_ObjectCategories [STORE]

The first twenty photos of each class are used. A photo fits a general word if its class is one of those in KINDS.
"""

import json
import subprocess
import sys
from pathlib import Path

KINDS = {
    "mammal": "Leopards beaver cougar_body cougar_face dalmatian dolphin elephant gerenuk hedgehog kangaroo llama okapi panda "
    "platypus rhino wild_cat",
    "wild animal": "Leopards beaver cougar_body cougar_face crocodile crocodile_head elephant emu flamingo flamingo_head gerenuk "
    "hedgehog kangaroo okapi panda platypus rhino wild_cat",
    "insect": "ant butterfly dragonfly mayfly",
    "reptile": "crocodile crocodile_head hawksbill",
    "sea animal": "crab crayfish dolphin hawksbill lobster nautilus octopus sea_horse starfish",
    "crustacean": "crab crayfish lobster",
    "arachnid": "scorpion tick",
    "vehicle": "Motorbikes airplanes car_side ferry helicopter ketch schooner",
    "motor vehicle": "Motorbikes car_side",
    "aircraft": "airplanes helicopter",
    "watercraft": "ferry ketch schooner",
    "musical instrument": "accordion bass electric_guitar euphonium grand_piano mandolin saxophone",
    "string instrument": "bass electric_guitar mandolin",
    "wind instrument": "euphonium saxophone",
    "furniture": "chair windsor_chair",
    "plant": "bonsai joshua_tree lotus sunflower water_lilly",
    "tool": "scissors stapler wrench",
    "weapon": "cannon revolver",
    "electronics": "camera cellphone headphone laptop",
    "building": "minaret pagoda pyramid",
    "footwear": "inline_skate",
}
BIRDS = "emu flamingo flamingo_head ibis pigeon rooster"
KINDS["animal"] = " ".join([BIRDS, *(KINDS[kind] for kind in ("mammal", "insect", "reptile", "sea animal", "arachnid"))])
THRESHOLD = 0.2
PHOTOS = 20


def used(photo: dict) -> bool:
    path = Path(photo["path"])
    return path.parent.name != "BACKGROUND_Google" and int(path.stem.removeprefix("image_")) <= PHOTOS


def photos(program: str, folder: str, store: list[str], options: list[str]) -> list[dict]:
    labels = [part for word in KINDS for part in ("--label", word)]
    command = [program, *store, "sort", folder, *labels, "--format", "json", *options]
    result = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return [photo for photo in result["photos"] if used(photo)]


def figures(ranking: list[tuple[float, bool]]) -> tuple[float, float, float, float]:
    """P, R, F1 at the threshold, and average precision, of (match, fits) in any order."""
    fitting = sum(fits for _, fits in ranking)
    above = [fits for match, fits in ranking if match >= THRESHOLD]
    precision, recall = sum(above) / max(len(above), 1), sum(above) / fitting
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    found, total = 0, 0.0
    # The output has four decimals, so many low matches are equal: photos that do not fit come first, to be fair.
    for place, (_, fits) in enumerate(sorted(ranking, key=lambda one: (-one[0], one[1])), 1):
        if fits:
            found += 1
            total += found / place
    return precision, recall, f1, total / fitting


def measure(shown: list[dict]) -> list[tuple[float, float, float, float]]:
    rows = []
    for at, classes in enumerate(KINDS.values()):
        classes = set(classes.split())
        rows.append(figures([(p["labels"][at]["match"], Path(p["path"]).parent.name in classes) for p in shown]))
    return rows


def main() -> None:
    program, folder = sys.argv[1:3]
    store = ["--store", sys.argv[3]] if len(sys.argv) > 3 else []
    alone = measure(photos(program, folder, store, ["--no-expand"]))
    expanded = measure(photos(program, folder, store, []))
    means = [[sum(column) / len(rows) for column in zip(*rows)] for rows in (alone, expanded)]
    print("| label | P R F1 alone | P R F1 expanded | AP alone | AP expanded |\n|---|---|---|---:|---:|")
    for word, one, more in [*zip(KINDS, alone, expanded), ("**mean**", *means)]:
        triples = [" ".join(f"{value:.2f}" for value in row[:3]) for row in (one, more)]
        print(f"| {word} | {triples[0]} | {triples[1]} | {one[3]:.2f} | {more[3]:.2f} |")


if __name__ == "__main__":
    main()
