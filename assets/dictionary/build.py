#!/usr/bin/env python3
"""Writes dictionary.bin out of Unicode CLDR, names of OpenStreetMap's things, words.txt, more-words.txt and SCOWL.

    npm pack cldr-annotations-full@48.2.0 cldr-annotations-derived-full@48.2.0 @openstreetmap/id-tagging-schema@6.19.2
    pip download --no-deps opencc-python-reimplemented==0.1.7
    apt-get download wordnet-base scowl
    # each unpacked into a folder of its own; then, in the order of their names:
    ./build.py annotations annotations-derived id-tagging-schema opencc words/usr/share

A word's English is what words.txt says of it, else the name of the same emoji, else that of the same thing on a map,
else the English keyword that goes with the same emoji, else what more-words.txt says. Only Python's standard library is needed beside the packages,
and the same bytes come out each time (with one version of zlib). README.md describes the file.
"""

import collections
import json
import pathlib
import re
import sys
import unicodedata
import zlib

HERE = pathlib.Path(__file__).parent
# Languages in the order of the file; the names of their files in CLDR, and of their translations in OpenStreetMap's.
LANGUAGES = {
    "zh": (["zh", "zh-Hant"], ["zh-CN", "zh-TW"]),
    "ja": (["ja"], ["ja"]),
    "es": (["es"], ["es"]),
    "fr": (["fr"], ["fr"]),
    "de": (["de"], ["de"]),
    "pt": (["pt", "pt-PT"], ["pt-BR", "pt"]),
    "ru": (["ru"], ["ru"]),
    "hi": (["hi"], ["hi"]),
    "ar": (["ar"], ["ar"]),
    "it": (["it"], ["it"]),
    "nl": (["nl"], ["nl"]),
    "pl": (["pl"], ["pl"]),
    "tr": (["tr"], ["tr"]),
    "uk": (["uk"], ["uk"]),
    "ko": (["ko"], ["ko"]),
}
# Languages of the window, in which it names what photos show.
NAMED = {"zh", "ja", "es", "fr", "de"}
LATIN = {"es", "fr", "de", "pt", "it", "nl", "pl", "tr"}
COLUMNS = ["zh", "es", "fr", "de", "ja", "pt", "ru", "hi", "ar"]  # of words.txt and more-words.txt, after the English word
# Lexicographer files of WordNet whose nouns can be photographed: events, animals, artifacts, bodies, texts, food, places,
# people, phenomena, plants, substances, times.
SEEN = {"04", "05", "06", "08", "10", "13", "15", "17", "18", "19", "20", "27", "28"}
EVERYDAY, KNOWN = 50, 70  # sizes of SCOWL's lists: words that are always English, and words that may be
# Words that are younger than SCOWL's lists.
RECENT = """app bokeh covid drone ebook emoji facebook google gopro hashtag instagram ipad iphone lego meme minecraft
paywall podcast pokemon selfie selfies smartphone smartphones smartwatch snapchat spotify tiktok tweet twitter vlog
webcam webinar whatsapp wifi youtube zoom"""
LEAST, SHARE = 3, 1.0  # emoji of a keyword, and the part of the emoji of either that both have, if they are the same word
# What people call things for which the sources have a narrower or a longer name.
PLAIN = {
    "ewe": "sheep", "chipmunk": "squirrel", "blossom": "flower", "deciduous tree": "tree", "crescent moon": "moon",
    "cloud with rain": "rain", "cloud with snow": "snow", "beach with umbrella": "beach", "desert island": "island",
    "bridge area": "bridge", "cityscape": "city", "marketplace": "market", "hamlet": "village", "residential road": "street",
    "articulated lorry": "truck", "delivery truck": "truck", "railway car": "train", "cyclist": "bicycle rider",
    "shortcake": "cake", "cheese wedge": "cheese", "beer mug": "beer", "hot beverage": "coffee", "musical keyboard": "piano",
    "desktop computer": "computer", "timer clock": "timer", "wrapped gift": "gift", "page": "document", "billed cap": "cap",
    "baguette bread": "baguette", "meat on bone": "meat", "barber pole": "barber", "flat shoe": "ballerina shoe",
    "shoe store": "shoes", "identification card": "identity card", "honeybee": "bee", "lady beetle": "ladybird",
    "soccer": "football", "open book": "book", "mobile phone": "phone", "person with veil": "bride", "fishing pole": "fishing rod",
    "japanese post office": "post office",
}  # fmt: skip
LETTERS = {"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}
ARABIC = {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه"}


def fold(text):
    """As `fold` in src/engine/search/dictionary/fold.rs."""
    out = []
    for c in unicodedata.normalize("NFKC", text.lower()):
        code = ord(c)
        if 0x300 <= code <= 0x36F or 0x64B <= code <= 0x65F or c in "\u0640\u0670\u093c":
            continue
        if c in LETTERS:
            out.append(LETTERS[c])
        elif 0xC0 <= code <= 0x24F or 0x1E00 <= code <= 0x1EFF:
            out.append(unicodedata.normalize("NFD", c)[0])
        elif 0x30A1 <= code <= 0x30F6:
            out.append(chr(code - 0x60))
        elif c == "ё":
            out.append("е")
        elif c == "\u0901":
            out.append("\u0902")
        elif c in ARABIC:
            out.append(ARABIC[c])
        elif c in "-‐‑‒–・":
            out.append(" ")
        elif c in "’‘`´":
            out.append("'")
        else:
            out.append(c)
    return " ".join("".join(out).split())


def scowl(folder):
    """The smallest of SCOWL's lists that a word is in."""
    sizes = {}
    for path in sorted(folder.glob("*-words.*")):
        part, size = path.name.split("-words.")
        if part in ("english", "american", "british", "british_z") and int(size) <= KNOWN:
            for word in path.read_text(encoding="latin-1").split():
                # With and without its accents.
                for word in (word.lower(), fold(word)):
                    if word.isalpha():
                        sizes[word] = min(int(size), sizes.get(word, 99))
    return sizes


def photo_words():
    """What the program itself calls things in photos."""
    words = set()
    for name in ("photo-words.txt", "background-prompts.txt"):
        words.update(line.strip().lower() for line in open(HERE.parent / name, encoding="utf-8"))
    for line in open(HERE.parent / "lexicon" / "general.txt", encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            words.update(line.split(" = ")[0].strip().split(", "))
    return words


def photographed(folder, sizes):
    """English nouns whose first sense can be photographed."""
    seen, nouns = set(), set()
    for line in open(folder / "data.noun", encoding="ascii"):
        field = line.split()
        if not line.startswith("  ") and field[1] in SEEN:
            seen.add(field[0])
    for line in open(folder / "index.noun", encoding="ascii"):
        field = line.split()
        if not line.startswith("  ") and field[-int(field[2])] in seen:
            word = field[0].replace("_", " ")
            if all(part in sizes for part in word.replace("-", " ").split()):
                nouns.add(word)
    return nouns


class Sieve:
    """Which English texts are names of things in photos."""

    def __init__(self, share):
        self.sizes = scowl(share / "dict" / "scowl")
        self.nouns = photographed(share / "wordnet", self.sizes) | photo_words()

    def name(self, text):
        text = text.lower().strip()
        if text in self.nouns:
            return text
        for end, more in (("ies", "y"), ("es", ""), ("s", "")):
            if text.endswith(end) and text[: -len(end)] + more in self.nouns:
                return text
        words = text.split()
        last = words[-1] if words else ""
        known = all(word in self.sizes for word in words)
        return text if 1 < len(words) <= 3 and known and last in self.nouns else None


def emoji(folders, names):
    """Keywords and name of each emoji in a language."""
    found = {}
    for folder, inner in folders:
        for name in names:
            path = folder / inner / name / "annotations.json"
            if path.exists():
                data = json.load(open(path, encoding="utf-8"))
                data = data.get("annotations") or data["annotationsDerived"]
                for sign, entry in data["annotations"].items():
                    keywords, tts = found.setdefault(sign, (set(), set()))
                    keywords.update(entry.get("default", []))
                    tts.update(entry.get("tts", []))
    return found


def is_plain(sign):
    """No flag, no skin tone, no sign of a keyboard, no arrow or other symbol."""
    codes = [ord(c) for c in sign if ord(c) != 0xFE0F]
    toned = any(0x1F3FB <= code <= 0x1F3FF or 0x1F1E6 <= code <= 0x1F1FF for code in codes)
    return codes[0] > 0x22FF and not toned


def by_emoji(english, other, sieve):
    """What the names of emoji say, and what their keywords say."""
    names, keywords = collections.Counter(), collections.Counter()
    of_english, of_other = collections.defaultdict(set), collections.defaultdict(set)
    for sign in filter(is_plain, other):
        if sign not in english:
            continue
        for text in english[sign][1]:
            text = re.sub(r" (face|button)$", "", text.lower())
            if sieve.name(text):
                names.update((word, PLAIN.get(text, text)) for word in other[sign][1])
        for text in english[sign][0]:
            of_english[text].add(sign)
        for word in other[sign][0]:
            of_other[word].add(sign)
    for word, signs in of_other.items():
        if len(signs) < LEAST:
            continue
        best = None
        for text in {text for sign in signs for text in english[sign][0] if sieve.name(text)}:
            common = len(signs & of_english[text])
            share = common / max(len(signs), len(of_english[text]))
            best = max(best or (0, ""), (share, text))
        if best and best[0] >= SHARE:
            keywords[word, PLAIN.get(best[1], best[1])] += len(signs)
    return names, keywords


def by_map(folder, codes, sieve):
    """What the names of things on maps say."""
    found = collections.Counter()
    read = lambda code: json.load(open(folder / "dist/translations" / f"{code}.json", encoding="utf-8"))[code]
    english = read("en")["presets"]["presets"]
    for code in codes:
        for key, entry in read(code)["presets"]["presets"].items():
            name = english.get(key, {}).get("name", "")
            # Often what belongs to a thing is left out in one language and said in the other.
            name = re.sub(r" (grounds|building|area|feature|practitioner)$", "", re.sub(r"\(.*?\)", "", name).strip(), flags=re.I)
            if name.lower().endswith("vending machine"):
                continue
            ours = [sieve.name(part) for part in re.split(r"\s*/\s*", name)]
            theirs = re.sub(r"[(（].*?[)）]", "", entry.get("name", ""))
            # A name that stands for several things says of none what it is called.
            if len(ours) == 1 and ours[0] and not re.search(r"[/,;、／]", theirs):
                found[theirs.strip(), PLAIN.get(ours[0], ours[0])] += 1
    return found


def by_hand(name):
    """What a file written for Lumisift says: for each language, its words with the English of each."""
    found = collections.defaultdict(dict)
    for line in open(HERE / name, encoding="utf-8"):
        if line.startswith("#") or not line.strip():
            continue
        english, *cells = line.rstrip("\n").split("|")
        assert len(cells) == len(COLUMNS), line
        for language, cell in zip(COLUMNS, cells):
            for word in cell.split("/"):
                if word.strip():
                    found[language].setdefault(word.strip(), english)
    return found


def choose(language, sources, everyday):
    """For each word, what the first source that knows it says; nothing for words that are the same in English."""
    entries, plain, same = {}, {}, set()
    for source in sources:
        votes = collections.defaultdict(list)
        for (word, text), count in source.items():
            votes[word.strip()].append((-count, len(text), text))
        for word in sorted(votes):
            key, exact = fold(word), unicodedata.normalize("NFC", word.lower())
            is_word = key and not re.search(r"[0-9:;,!?()]", key) and len(key.split()) <= 4
            if not is_word or key in same:
                continue
            if source is not sources[0] and key == exact and key in everyday:
                # What an English word means elsewhere is said by hand or not at all.
                continue
            if language not in ("zh", "ja", "ko") and len(key) < 2:
                continue
            text = min(votes[word])[2]
            if key == text.lower() == exact:
                same.add(key)
            elif key not in entries:
                entries[key], plain[key] = text, exact
            elif entries[key] != text and exact not in (key, plain[key]):
                # Told apart by its accents.
                entries.setdefault(exact, text)
    return entries, plain


def called_by_hand(name):
    """For each language, what a file written for Lumisift calls each English thing, most usual word first."""
    found = collections.defaultdict(dict)
    for line in open(HERE / name, encoding="utf-8"):
        if not line.startswith("#") and line.strip():
            english, *cells = line.rstrip("\n").split("|")
            for language, cell in zip(COLUMNS, cells):
                if cell.strip():
                    words = [word.strip() for word in cell.split("/")]
                    found[language].setdefault(english.lstrip("~").lower(), words)
    return found


def names_of(hand, more, sources, entries, is_usual):
    """What each of the program's words is called: as words.txt says, else by the first word of more-words.txt that means
    nothing else, else by the most frequent word of the other sources that means it."""
    words = [line.strip() for line in open(HERE.parent / "photo-words.txt", encoding="utf-8")]
    found = {word: hand[word.lower()][0] for word in words if word.lower() in hand}
    for word in words:
        called = more.get(word.lower(), [])
        if word not in found and called:
            found[word] = next((name for name in called if entries.get(fold(name), "") == word), called[0])
    by_english = {word.lower(): word for word in words}
    for source in sources:
        best = {}
        for (word, text), count in source.items():
            english, word = by_english.get(text.lower()), word.strip()
            means = entries.get(fold(word), "").lstrip("~").lower()
            if english and english not in found and means == english.lower() and is_usual(word):
                rank = (-count, len(word), word)
                best[english] = min(best.get(english, rank), rank)
        found.update((english, word) for english, (*_, word) in best.items())
    check_distinct(words, found)
    # What is the same in English needs no name.
    return {english: word for english, word in found.items() if word.lower() != english.lower()}


def check_distinct(words, found):
    """Fails if two words have the same name: the window would show two groups of photos under it."""
    same = collections.defaultdict(list)
    for word in words:
        same[unicodedata.normalize("NFKC", found.get(word, word)).casefold()].append(word)
    same = {name: words for name, words in same.items() if len(words) > 1}
    if same:
        sys.exit(f"Words with the same name: {same}")


def main():
    full, derived, maps, opencc, share = map(pathlib.Path, sys.argv[1:])
    sys.path.insert(0, str(opencc))
    from opencc import OpenCC

    to_traditional, to_simple = OpenCC("s2tw"), OpenCC("t2s")
    sieve = Sieve(share)
    folders = [(full, "annotations"), (derived, "annotationsDerived")]
    english = emoji(folders, ["en"])
    hand, called = by_hand("words.txt"), called_by_hand("words.txt")
    more, called_more = by_hand("more-words.txt"), called_by_hand("more-words.txt")
    ours = {part for name in photo_words() for part in re.split(r"[^\w]+", name) if len(part) > 1} | set(RECENT.split())
    sieve.sizes.update(dict.fromkeys(ours, 0))
    everyday = {word for word, size in sieve.sizes.items() if size <= EVERYDAY}
    blocks, named = [], []
    for language, (cldr, osm) in LANGUAGES.items():
        names, keywords = by_emoji(english, emoji(folders, cldr), sieve)
        sources = [names, by_map(maps, osm, sieve), keywords]
        others = sources
        first, last = (
            collections.Counter({(word, text): 1 for word, text in words[language].items()}) for words in (hand, more)
        )
        sources = [first, *sources, last]
        if language == "zh":
            both = lambda word: {word, to_traditional.convert(word), to_simple.convert(word)}
            sources = [
                collections.Counter({(w, text): n for (word, text), n in source.items() for w in both(word)})
                for source in sources
            ]
        entries, plain = choose(language, sources, everyday)
        print(language, len(entries), "words", [len(source) for source in sources])
        if language in NAMED:
            is_usual = lambda word: language != "zh" or to_simple.convert(word) == word
            names = names_of(called[language], called_more[language], others, entries, is_usual)
            print(len(names), "names")
            named.append("\n".join([f"#names-{language}"] + [f"{word}\t{names[word]}" for word in sorted(names)]))
        accents = lambda key: f"\t{plain[key]}" if language in LATIN and plain.get(key, key) != key else ""
        blocks.append("\n".join([f"#{language}"] + [f"{key}\t{entries[key]}{accents(key)}" for key in sorted(entries)]))
    blocks += named
    rare = [word for word, size in sieve.sizes.items() if size > EVERYDAY]
    blocks.append("\n".join(["#english", *sorted(everyday)]))
    blocks.append("\n".join(["#rare", *sorted(rare)]))
    packed = zlib.compress(("\n".join(blocks) + "\n").encode(), 9)
    (HERE / "dictionary.bin").write_bytes(packed)
    print(len(packed), "bytes,", len(everyday), "everyday and", len(rare), "rarer English words")


if __name__ == "__main__":
    main()
