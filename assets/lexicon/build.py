#!/usr/bin/env python3
"""Builds lexicon.txt out of WordNet 3.0's nouns, SCOWL's lists of common words and general.txt.

    apt-get download wordnet-base scowl && for deb in *.deb; do dpkg -x $deb words; done
    assets/lexicon/build.py words/usr/share

For every noun whose first sense can be photographed it takes the words of the same meaning, and, where enough of its
kinds are among the commonest words to tell that it is a general one, the commonest of those. What general.txt says of a
word, chosen by hand, stands in place of that. Nothing depends on the order in which files are read.
"""

import collections
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
# Lexicographer files whose nouns can be photographed: animal, artifact, body, food, object, phenomenon, plant.
SEEN = {"05", "06", "08", "13", "17", "19", "20"}
MOST = 7  # members of a word
LEAST = 3  # very common kinds that make a word a general one
VERY_COMMON, COMMON = 20, 35  # sizes of SCOWL's lists
WHO = ("people", "a child", "a dog", "a man", "a woman", "group of people")  # what stands in front of places
DEEP = 4  # steps from a word to a kind of it


def read(folder):
    """Synsets by offset: file, words, hyponyms; senses of a word in their order; how often each sense was tagged."""
    synsets, senses, counts = {}, {}, collections.Counter()
    for line in open(folder / "data.noun", encoding="ascii"):
        if line.startswith("  "):
            continue
        field = line.split("|")[0].split()
        words = [field[4 + 2 * n] for n in range(int(field[3], 16))]
        at = 4 + 2 * len(words) + 1
        pointers = [field[at + 4 * n : at + 4 * n + 3] for n in range(int(field[at - 1]))]
        kinds = [offset for symbol, offset, part in pointers if symbol == "~" and part == "n"]
        synsets[field[0]] = (field[1], words, kinds)
    for line in open(folder / "index.noun", encoding="ascii"):
        if not line.startswith("  "):
            field = line.split()
            senses[field[0]] = field[-int(field[2]) :]
    for line in open(folder / "cntlist.rev", encoding="ascii"):
        key, sense, count = line.split()
        word, rest = key.split("%")
        if rest.startswith("1:") and word in senses and int(sense) <= len(senses[word]):
            counts[word, senses[word][int(sense) - 1]] = int(count)
    return synsets, senses, counts


def common_words(folder):
    """The smallest of SCOWL's lists that a word is in."""
    sizes = {}
    for size in (35, 20, 10):
        for part in ("english", "american"):
            path = folder / f"{part}-words.{size}"
            if path.exists():
                sizes.update((word, size) for word in path.read_text(encoding="latin-1").split())
    return sizes


def plain(word):
    """Whether a word is one that people type: no name, number or abbreviation."""
    return word.islower() and word.replace("_", "").isalpha() and word.count("_") <= 1 and len(word) > 2


def scenes(member):
    """A member, or of "on + beach" the scenes in which something else stands in front of a beach."""
    at, plus, place = member.partition(" + ")
    return [f"{who} {at} the {place}" for who in WHO] if plus else [member]


def build(folder):
    synsets, senses, counts = read(folder / "wordnet")
    sizes = common_words(folder / "dict" / "scowl")

    def spoken(offset):
        """The word of a meaning that is used most, if it means this before all else."""
        _, words, _ = synsets[offset]
        best = max(words, key=lambda word: (counts[word, offset], -words.index(word)))
        return best if plain(best) and senses.get(best, [""])[0] == offset else None

    def kinds_of(offset):
        found, wave, seen = [], [offset], {offset}
        for _ in range(DEEP):
            wave = [kind for at in wave for kind in synsets[at][2] if kind not in seen and not seen.add(kind)]
            found += wave
        return found

    entries = {}
    for word, offsets in senses.items():
        offset = offsets[0]
        file, words, _ = synsets[offset]
        if file not in SEEN or not plain(word):
            continue
        same = [w for w in words if w != word and senses.get(w, [""])[0] == offset and sizes.get(w, 99) <= COMMON]
        kinds = {}
        for kind in kinds_of(offset):
            name = spoken(kind)
            if name and synsets[kind][0] in SEEN and sizes.get(name, 99) <= COMMON:
                kinds[name] = (sizes[name], -counts[name, kind], name)
        kinds = sorted(kinds, key=kinds.get)
        general = sum(sizes[name] <= VERY_COMMON for name in kinds) >= LEAST
        members = same + (kinds if general else [])
        members = [member.replace("_", " ") for member in dict.fromkeys(members) if member != word]
        if members:
            entries[word.replace("_", " ")] = members[:MOST]
    for line in open(HERE / "general.txt", encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            words, members = line.strip().split(" = ")
            for word in words.split(", "):
                entries[word] = [scene for member in members.split(", ") for scene in scenes(member)][:MOST]
    return entries


def main():
    entries = build(pathlib.Path(sys.argv[1]))
    lines = [f"{word}\t{', '.join(entries[word])}\n" for word in sorted(entries) if entries[word] != ["-"]]
    (HERE / "lexicon.txt").write_text("".join(lines), encoding="utf-8")
    print(len(lines), "words")


if __name__ == "__main__":
    main()
