#!/usr/bin/env python3
"""Builds lexicon.txt from general.txt, WordNet 3.0's nouns, SCOWL's word lists and excluded.txt.

    apt-get download wordnet-base scowl && for deb in *.deb; do dpkg -x $deb words; done
    assets/lexicon/build.py words/usr/share

General words and their members are chosen by hand in general.txt. WordNet adds the common synonyms of rare nouns, such
as "airport" for "aerodrome" and "lion" for "Panthera leo". Common words get no synonyms. excluded.txt removes what is
wrong in the result. The result does not depend on the order in which files are read.
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).parent
# Lexicographer files whose nouns can be photographed: animal, artifact, food, object, plant.
SEEN = {"05", "06", "13", "17", "20"}
MOST = 7  # members of a word
COMMON = 35  # size of SCOWL's lists up to which a word is common, so that it can be a member
KNOWN = 50  # size up to which a word is not rare, so that it needs no synonyms, and up to which names count
SIZES = (10, 20, 35, 40, 50)
WHO = ("people", "a child", "a dog", "a man", "a woman", "group of people")  # what stands in front of places


def read_wordnet(folder):
    """The synsets by offset, with file and words, and the offset of the first sense of each word."""
    synsets, first = {}, {}
    for line in open(folder / "data.noun", encoding="ascii"):
        if not line.startswith("  "):
            field = line.split("|")[0].split()
            synsets[field[0]] = (field[1], [field[4 + 2 * n].lower() for n in range(int(field[3], 16))])
    for line in open(folder / "index.noun", encoding="ascii"):
        if not line.startswith("  "):
            field = line.split()
            first[field[0]] = field[-int(field[2])]
    return synsets, first


def read_scowl(folder, languages, category, most):
    """The words of a category in SCOWL's lists up to a size."""
    words = set()
    for language in languages:
        for size in SIZES:
            path = folder / f"{language}-{category}.{size}"
            if size <= most and path.exists():
                words.update(word.lower() for word in path.read_text(encoding="latin-1").split())
    return words


def read_lines(name):
    for line in open(HERE / name, encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            yield line.strip()


def read_excluded():
    """Words that are left out everywhere, and pairs of a word and a member."""
    words, pairs = set(), set()
    for line in read_lines("excluded.txt"):
        word, equals, member = line.partition(" = ")
        if equals:
            pairs.add((word, member))
        else:
            words.update(line.split(", "))
    return words, pairs


def plain(word):
    """Whether people type a word: it is no number or abbreviation, and has at most two parts."""
    return word.replace("_", "").isalpha() and word.count("_") <= 1 and len(word) > 2


def scenes(member):
    """A member, or for "on + beach" the scenes in which something else stands in front of a beach."""
    at, plus, place = member.partition(" + ")
    return [f"{who} {at} the {place}" for who in WHO] if plus else [member]


def synonyms(folder):
    """The common synonyms of rare words."""
    synsets, first = read_wordnet(folder / "wordnet")
    scowl = folder / "dict" / "scowl"
    all_english = ("english", "american", "british")
    common = read_scowl(scowl, ("english", "american"), "words", COMMON)
    known = read_scowl(scowl, all_english, "words", KNOWN)
    names = read_scowl(scowl, all_english, "proper-names", KNOWN) | read_scowl(scowl, all_english, "upper", KNOWN)
    excluded, pairs = read_excluded()
    found = {}
    for word, offset in first.items():
        file, words = synsets[offset]
        label = word.replace("_", " ")
        rare = not any(part in known for part in word.split("_"))
        if file not in SEEN or not rare or not plain(word) or word in names or label in excluded:
            continue
        members = dict.fromkeys(w for w in words if w != word and w in common and first[w] == offset and plain(w))
        members = [m for m in members if m not in excluded and (label, m) not in pairs]
        if members:
            found[label] = members[:MOST]
    return found


def build(folder):
    entries = synonyms(folder)
    for line in read_lines("general.txt"):
        words, members = line.split(" = ")
        for word in words.split(", "):
            entries[word] = [scene for member in members.split(", ") for scene in scenes(member)][:MOST]
    return {word: members for word, members in entries.items() if members != ["-"]}


def main():
    entries = build(pathlib.Path(sys.argv[1]))
    lines = [f"{word}\t{', '.join(entries[word])}\n" for word in sorted(entries)]
    (HERE / "lexicon.txt").write_text("".join(lines), encoding="utf-8")
    print(len(lines), "words")


if __name__ == "__main__":
    main()
