"""How decoding at a small scale changes the starter's vectors.

    python benches/drift.py target/release/lumisift DIR    # 4 GB in DIR; needs Pillow, numpy, safetensors

The photos of assets/samples are enlarged and grain is added. Each is saved as baseline and as progressive JPEG, and as
the bitmap that Pillow decodes from it in full. The script prints the cosine between the vector of a JPEG and that of
its bitmap: the lowest and the mean over the photos.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import load_file

SHORT_SIDES = (1200, 2000)  # decoded at a half and at a quarter
QUALITIES = (40, 85, 90, 92)
GRAIN = 6  # of 255, the standard deviation
KINDS = {"baseline": False, "progressive": True}


def make(folder: Path) -> None:
    noise = np.random.default_rng(0)
    for kind in (*KINDS, "full"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
    for sample in sorted(Path(__file__).parent.glob("../assets/samples/*.jpg")):
        picture = Image.open(sample).convert("RGB")
        for side in SHORT_SIDES:
            scale = side / min(picture.size)
            large = picture.resize([round(n * scale) for n in picture.size], Image.Resampling.BICUBIC)
            grain = noise.normal(0, GRAIN, (large.height, large.width, 1))
            large = Image.fromarray((np.asarray(large) + grain).clip(0, 255).astype("uint8"))
            for quality in QUALITIES:
                name = f"{sample.stem}-{side}-{quality}"
                for kind, progressive in KINDS.items():
                    large.save(folder / kind / f"{name}.jpg", quality=quality, progressive=progressive)
                with Image.open(folder / "baseline" / f"{name}.jpg") as saved:
                    saved.save(folder / "full" / f"{name}.bmp")


def vectors(program: str, folder: Path, kind: str) -> dict:
    out = folder / f"{kind}.safetensors"
    command = [program, "--model", "starter", "--precision", "f32", "--store", folder / "store"]
    subprocess.run([*command, "embed", folder / kind, "--out", out], check=True, capture_output=True)
    names = sorted(path.stem for path in (folder / kind).iterdir())
    return dict(zip(names, load_file(out)["embeddings"], strict=True))


def main() -> None:
    program, folder = sys.argv[1], Path(sys.argv[2])
    make(folder)
    full = vectors(program, folder, "full")
    for kind in KINDS:
        ours = vectors(program, folder, kind)
        for side in SHORT_SIDES:
            for quality in QUALITIES:
                names = [name for name in full if name.endswith(f"-{side}-{quality}")]
                cosines = np.array([ours[name] @ full[name] for name in names])
                print(f"{kind:11} {side} quality {quality}: lowest {cosines.min():.4f}, mean {cosines.mean():.4f}")


main()
