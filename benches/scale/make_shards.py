"""Makes small real pictures in shards: crops and scalings of photos, as tars in img2dataset's layout and as Parquet tables.

    python benches/scale/make_shards.py --out DIR --pictures 24000 --shards 24 PHOTO_FOLDER...

DIR/tar/NNNNN.tar has KEY.jpg, KEY.txt and KEY.json for each picture. DIR/parquet/NNNNN.parquet has the same in the columns
`key`, `bytes` and `caption`, and DIR/all.parquet has the rows of all shards. A few pictures are damaged, as in any crawl.
The same arguments give the same bytes.
"""

import argparse
import io
import json
import pathlib
import random
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

SCHEMA = pa.schema({"key": pa.string(), "bytes": pa.binary(), "caption": pa.string()})
SIDE = 96
# One of this many pictures cannot be read.
DAMAGED_EVERY = 150


def picture(photos, chance):
    """A square crop of a photo as a JPEG. Its side is between a quarter of the shorter side and all of it."""
    name, photo = chance.choice(photos)
    side = chance.randint(min(photo.size) // 4, min(photo.size))
    left, top = (chance.randint(0, length - side) for length in photo.size)
    square = photo.resize((SIDE, SIDE), Image.Resampling.BILINEAR, (left, top, left + side, top + side))
    if chance.random() < 0.5:
        square = square.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    jpeg = io.BytesIO()
    square.save(jpeg, "JPEG", quality=chance.randint(70, 95))
    return name, jpeg.getvalue()


def add(tar, name, content):
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", nargs="+", type=pathlib.Path)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--pictures", type=int, default=24_000)
    parser.add_argument("--shards", type=int, default=24)
    args = parser.parse_args()
    paths = sorted({path for folder in args.photos for path in folder.glob("*.jpg")}, key=lambda path: (path.name, path))
    photos = [(path.stem, Image.open(path).convert("RGB")) for path in paths]
    if not photos:
        parser.error("there are no *.jpg in these folders")
    for kind in ("tar", "parquet"):
        (args.out / kind).mkdir(parents=True, exist_ok=True)
    everything = None
    for shard in range(args.shards):
        chance = random.Random(shard)
        first, end = (args.pictures * at // args.shards for at in (shard, shard + 1))
        rows = {"key": [], "bytes": [], "caption": []}
        with tarfile.open(args.out / "tar" / f"{shard:05}.tar", "w", format=tarfile.USTAR_FORMAT) as tar:
            for number in range(first, end):
                key = f"{number:09}"
                caption, content = picture(photos, chance)
                if number % DAMAGED_EVERY == DAMAGED_EVERY - 1:
                    content = content[: len(content) // 8]
                add(tar, f"{key}.jpg", content)
                add(tar, f"{key}.txt", caption.encode())
                add(tar, f"{key}.json", json.dumps({"key": key, "caption": caption, "status": "success"}).encode())
                for column, value in zip(rows, (key, content, caption)):
                    rows[column].append(value)
        table = pa.table(rows, SCHEMA)
        pq.write_table(table, args.out / "parquet" / f"{shard:05}.parquet", row_group_size=256)
        everything = everything or pq.ParquetWriter(args.out / "all.parquet", table.schema)
        everything.write_table(table, row_group_size=256)
    everything.close()
    print(f"{args.pictures} pictures in {args.shards} shards of {len(photos)} photos")


if __name__ == "__main__":
    main()
