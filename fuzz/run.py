#!/usr/bin/env python3
"""Runs each fuzz target for a number of seconds of processor time, and prints a table of the results.

    fuzz/run.py SECONDS [NAME...] [--seeds FOLDER]...

The targets must be built first (`cargo +nightly fuzz build`). `LUMISIFT_CORPUS=FOLDER cargo test --test media` writes
seeds for the formats of which the repository has no files. Interesting inputs stay in fuzz/corpus, and findings in
fuzz/artifacts. The exit code is 1 if there was a finding.
"""
import argparse
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def tiff_like(head):
    return head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def brand(*names):
    return lambda head, name: head[4:8] == b"ftyp" and any(n in head[8:40] for n in names)


RAW = (".cr2", ".nef", ".dng", ".arw", ".pef", ".srw", ".iiq", ".3fr", ".nrw", ".sr2")

# A name, the target that reads such files, and the seeds of its kind.
RUNS = [
    ("HEIC", "decode", brand(b"heic", b"heix", b"mif1", b"msf1", b"hevc")),
    ("AVIF", "decode", brand(b"avif", b"avis")),
    ("JPEG XL", "decode", lambda head, name: head[:2] == b"\xff\x0a" or head[4:8] == b"JXL "),
    ("JPEG 2000", "decode", lambda head, name: head[4:6] == b"jP" or head[:4] == b"\xff\x4f\xff\x51"),
    ("TIFF", "decode", lambda head, name: tiff_like(head) and not name.endswith(RAW)),
    ("RAW", "decode", lambda head, name: name.endswith(RAW) or head[:8] == b"FUJIFILM" or b"crx " in head[8:40]
        or head[:4] in (b"IIU\0", b"IIRO", b"IIRS", b"MMOR") or head[6:10] == b"HEAP"),
    ("Photoshop", "decode", lambda head, name: head[:4] == b"8BPS"),
    ("OpenEXR and HDR", "decode", lambda head, name: head[:4] == b"\x76\x2f\x31\x01" or head[:2] == b"#?"),
    ("JPEG", "decode", lambda head, name: head[:3] == b"\xff\xd8\xff"),
    ("PNG", "decode", lambda head, name: head[:4] == b"\x89PNG"),
    ("BMP, DDS, GIF, ICO, PCX, PNM, QOI, SGI, TGA, WebP", "decode", lambda head, name: head[:2] in (b"BM", b"\x01\xda", b"\x0a\x05")
        or head[:4] in (b"DDS ", b"GIF8", b"\0\0\1\0", b"RIFF", b"qoif", b"\0\0\2\0") or re.match(rb"P[1-7]\s", head)),
    ("any of them by their first bytes", "containers", None),
    ("videos", "video", lambda head, name: head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide") and not brand(b"avif", b"heic", b"mif1")(head, name)),
    ("EXIF", "exif", lambda head, name: tiff_like(head)),
    ("XMP", "xmp", None),
    ("dates", "dates", None),
    ("Takeout", "takeout", None),
    ("model files", "checkpoint", None),
    ("queries", "query", None),
    ("label sets", "label_set", None),
    ("journals", "journal", None),
    ("manifests", "manifest", None),
]


def seeds_of(folders):
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.stat().st_size <= 1 << 20:
                with path.open("rb") as file:
                    yield path, file.read(64)


def run(name, target, wanted, seconds, folders):
    slug = re.sub(r"\W+", "-", name.lower())
    corpus = ROOT / "fuzz" / "corpus" / slug
    artifacts = ROOT / "fuzz" / "artifacts" / slug
    corpus.mkdir(parents=True, exist_ok=True)
    artifacts.mkdir(parents=True, exist_ok=True)
    if wanted:
        for path, head in seeds_of(folders):
            if wanted(head, path.name.lower()):
                shutil.copy(path, corpus / path.name)
    target_dir = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "fuzz" / "target"))
    program = target_dir / "x86_64-unknown-linux-gnu" / "release" / target
    log = artifacts / "log.txt"
    with log.open("w") as out:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        status = subprocess.run(
            [program, "-timeout=60", "-rss_limit_mb=4096", "-max_len=1048576", "-close_fd_mask=1", f"-artifact_prefix={artifacts}/", corpus],
            stdout=out, stderr=out,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5)),
        ).returncode
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    lines = log.read_text(errors="replace")
    runs = max([int(n) for n in re.findall(r"^#(\d+)", lines, re.M)], default=0)
    # A run without findings is ended by the limit of processor time.
    clean = "SUMMARY:" not in lines and spent >= seconds - 1
    print(f"| {name} | `{target}` | {len(list(corpus.iterdir()))} | {runs:,} | {spent:.0f} s | {'none' if clean else f'exit code {status}: {log}'} |", flush=True)
    return clean


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("seconds", type=int)
    arguments.add_argument("names", nargs="*", help="of readers, as in the table; all without a name")
    arguments.add_argument("--seeds", action="append", default=[], type=pathlib.Path, help="a folder of further seeds")
    given = arguments.parse_args()
    folders = [ROOT / "tests" / "fixtures", ROOT / "assets" / "samples", *given.seeds]
    print("| reader | target | inputs kept | runs | processor time | findings |\n|---|---|---:|---:|---:|---|", flush=True)
    clean = [
        run(name, target, wanted, given.seconds, folders)
        for name, target, wanted in RUNS
        if not given.names or name in given.names
    ]
    sys.exit(0 if all(clean) else 1)


if __name__ == "__main__":
    main()
