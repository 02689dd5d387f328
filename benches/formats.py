"""Compares reading pictures of each format with Pillow, on one core, and colours with LittleCMS.

    python3 benches/formats.py speed DIR [FILE...]
    python3 benches/formats.py colour DIR

Needs Pillow, pillow-heif and numpy. The pictures are written to DIR (300 MB). Both sides read a file to a thumbnail of
512 pixels as JPEG and a crop of 224 pixels, each in a process of its own. The times are those of the fastest of three
rounds, and the memory is what a process used beyond its size at startup. FILEs are measured in addition to the generated
pictures.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3

PILLOW = """
import io, sys, time
from PIL import Image, ImageOps
try:
    import pillow_heif; pillow_heif.register_heif_opener()
except ImportError:
    pass
Image.MAX_IMAGE_PIXELS = None
def peak():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
Image.init()
before, best = peak(), 1e9
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    with Image.open(sys.argv[1]) as image:
        image.draft("RGB", (448, 448))
        image = ImageOps.exif_transpose(image).convert("RGB")
    small = image.copy(); small.thumbnail((512, 512), Image.BICUBIC); small.save(io.BytesIO(), "JPEG", quality=85)
    side = 224 / min(image.size)
    image.resize((round(image.width * side), round(image.height * side)), Image.BICUBIC)
    best = min(best, time.perf_counter() - start)
print(best * 1000, peak() - before)
"""


def ours():
    """Builds the benchmark's program in release mode."""
    build = ["cargo", "bench", "--bench", "formats", "--no-run", "--message-format", "json"]
    out = subprocess.run(build, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    messages = [json.loads(line) for line in out.splitlines()]
    return next(m["executable"] for m in messages if m.get("executable") and m["target"]["name"] == "formats")


def on_one_core(command):
    done = subprocess.run(["taskset", "-c", "0", *command], capture_output=True, text=True)
    if done.returncode:
        return None
    milliseconds, kilobytes = done.stdout.split()
    return float(milliseconds), float(kilobytes) / 1024


def photo(width, height, seed=7):
    """A picture with edges, gradients and a little grain, as photos have."""
    import numpy as np
    from PIL import Image

    names = sorted((ROOT / "assets/samples").glob("*.jpg"))
    picture = Image.new("RGB", (width, height))
    across = 4
    for tile in range(across * across):
        with Image.open(names[tile % len(names)]) as sample:
            size = (width // across, height // across)
            picture.paste(sample.convert("RGB").resize(size, Image.BICUBIC), (tile % across * size[0], tile // across * size[1]))
    grain = np.random.default_rng(seed).normal(0, 3, (height, width, 1))
    return Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype("uint8"))


def made(folder):
    """Pictures of twelve megapixels in the formats that Pillow writes."""
    import numpy as np
    import pillow_heif
    from PIL import Image

    pillow_heif.register_heif_opener()
    kinds = {
        "jpeg": ("jpg", {"quality": 90}),
        "jpeg, progressive": ("jpg", {"quality": 90, "progressive": True}),
        "png": ("png", {"compress_level": 4}),
        "webp": ("webp", {"quality": 85}),
        "tiff, deflate": ("tif", {"compression": "tiff_adobe_deflate"}),
        "tiff, lzw": ("tif", {"compression": "tiff_lzw"}),
        "heic": ("heic", {"quality": 85}),
        "avif": ("avif", {"quality": 80, "speed": 8}),
        "jpeg 2000": ("jp2", {"quality_mode": "rates", "quality_layers": [12]}),
        "bmp": ("bmp", {}),
        "tga": ("tga", {}),
        "gif": ("gif", {}),
    }
    picture = None
    for name, (ending, options) in kinds.items():
        path = folder / f"{name.replace(', ', '-').replace(' ', '-')}.{ending}"
        if not path.exists():
            picture = picture or photo(4000, 3000)
            picture.save(path, **options)
        yield name, path
    deep = folder / "png-16.png"
    if not deep.exists():
        values = (np.asarray(picture or photo(4000, 3000)).astype("uint16") * 257)[:, :, 1]
        Image.fromarray(values).save(deep)
    yield "png, 16 bit grey", deep


def speed(folder, more):
    program = ours()
    rows = list(made(folder)) + [(Path(file).name, Path(file)) for file in more]
    print("| picture | Lumisift, ms | MB | Pillow, ms | MB | ratio |\n|---|---|---|---|---|---|")
    for name, path in rows:
        left = on_one_core([program, "time", path, str(ROUNDS)])
        right = on_one_core([sys.executable, "-c", PILLOW, str(path), str(ROUNDS)])
        cells = [f"{v[0]:.0f} | {v[1]:.0f}" if v else "not read | " for v in (left, right)]
        ratio = f"{right[0] / left[0]:.2f}" if left and right else ""
        print(f"| {name} | {cells[0]} | {cells[1]} | {ratio} |", flush=True)


def colour(folder):
    import numpy as np
    from PIL import Image, ImageCms

    program = ours()
    subprocess.run([program, "profiles", folder], check=True)
    srgb = ImageCms.createProfile("sRGB")
    picture = photo(1200, 900)
    print("| profile | in | mean difference of 255 | 99 of 100 below |\n|---|---|---|---|")
    for profile in ["p3", "adobe", "prophoto", "swapped"]:
        icc = (folder / f"{profile}.icc").read_bytes()
        for ending in ["png", "tif", "webp", "jpg"]:
            path = folder / f"{profile}.{ending}"
            lossless = {"lossless": True} if ending == "webp" else {"quality": 95, "subsampling": 0} if ending == "jpg" else {}
            picture.save(path, icc_profile=icc, **lossless)
            with tempfile.TemporaryDirectory() as out:
                png = os.path.join(out, "ours.png")
                subprocess.run([program, "pixels", path, png], check=True)
                got = np.asarray(Image.open(png)).astype(int)
            with Image.open(path) as image:
                plain = image.convert("RGB")
            source = ImageCms.ImageCmsProfile(str(folder / f"{profile}.icc"))
            intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
            want = ImageCms.profileToProfile(plain, source, srgb, renderingIntent=intent, outputMode="RGB")
            gap = np.abs(got - np.asarray(want).astype(int))
            print(f"| {profile} | {ending} | {gap.mean():.2f} | {np.percentile(gap, 99):.0f} |", flush=True)


if __name__ == "__main__":
    what, folder, *rest = sys.argv[1:] or ["", "."]
    os.makedirs(folder, exist_ok=True)
    match what:
        case "speed":
            speed(Path(folder), rest)
        case "colour":
            colour(Path(folder))
        case _:
            print(__doc__)
