"""Runs the peers for comparison, on the same machine and in the same run.

    python -m venv v && v/bin/pip install torch transformers onnx onnxruntime pillow numpy
    v/bin/python peers.py model  DIR            # a full-size ViT-B/32 CLIP with random weights: Hugging Face layout + ONNX f32 and int8
    v/bin/python peers.py photos DIR [N]        # N 12-megapixel JPEGs made from assets/samples (every third one progressive)
    v/bin/python peers.py encode DIR            # images/s of the image tower: torch, ONNX Runtime f32 and int8, batches 1-32
    v/bin/python peers.py folder DIR PHOTOS     # images/s from files to embeddings, as the usual Python tools do it
    v/bin/python peers.py table  DIR MODEL PHOTOS  # one table: this program, the peers and the ratio; benches/peers.sh calls it
    v/bin/python peers.py ranking DIR MODEL PHOTOS # rankings of photos by 20 texts, eight bits against full precision: Spearman's rho
    v/bin/python peers.py embed  DIR PHOTOS OUT # reference embeddings (float32 .npy + names .txt) of the same weights, for parity
Random weights cost the same as real ones, but say nothing about quality.
"""
import glob, os, random, sys, time
from concurrent.futures import ThreadPoolExecutor
import numpy as np

THREADS = os.cpu_count()


def make_model(d):
    import torch
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel
    from onnxruntime.quantization import QuantType, quantize_dynamic
    torch.manual_seed(0)
    os.makedirs(d, exist_ok=True)
    m = CLIPModel(CLIPConfig()).eval()
    for p in m.parameters():                      # a wider spread than the default, so that embeddings of different photos differ
        if p.dim() > 1: torch.nn.init.normal_(p, std=0.03)
    m.save_pretrained(d); CLIPImageProcessor().save_pretrained(d)
    import shutil
    shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/fixtures/clip-tokenizer.json"), f"{d}/tokenizer.json")

    class Visual(torch.nn.Module):
        def __init__(self):
            super().__init__(); self.clip = m.requires_grad_(False)
        def forward(self, x):
            return self.clip.visual_projection(self.clip.vision_model(x).pooler_output)
    torch.onnx.export(Visual().eval(), (torch.randn(2, 3, 224, 224),), f"{d}/visual.onnx", input_names=["x"], output_names=["y"],
                      dynamic_axes={"x": {0: "b"}, "y": {0: "b"}}, dynamo=False)
    quantize_dynamic(f"{d}/visual.onnx", f"{d}/visual-int8.onnx", weight_type=QuantType.QInt8)


def make_photos(d, n):
    from PIL import Image
    random.seed(7)
    src = sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../assets/samples/*.jpg")))
    os.makedirs(d, exist_ok=True)
    for k in range(n):
        im = Image.new("RGB", (4000, 3000))
        for y in range(0, 3000, 750):
            for x in range(0, 4000, 1000):
                t = Image.open(random.choice(src)).convert("RGB"); a = random.uniform(.6, 1)
                w, h = t.size; l, o = random.uniform(0, w * (1 - a)), random.uniform(0, h * (1 - a))
                im.paste(t.resize((1000, 750), Image.LANCZOS, box=(l, o, l + w * a, o + h * a)), (x, y))
        noise = np.random.default_rng(k).normal(0, 3, (3000, 4000, 1))
        Image.fromarray(np.clip(np.asarray(im, np.float32) + noise, 0, 255).astype(np.uint8)).save(
            f"{d}/photo-{k:04}.jpg", quality=92, subsampling=2, progressive=k % 3 == 2)


def preprocess(f):                                # as transformers does: the long side is rounded down
    from PIL import Image
    im = Image.open(f).convert("RGB"); w, h = im.size; s = min(w, h)
    im = im.resize((w * 224 // s, h * 224 // s), Image.BICUBIC); w, h = im.size
    l, t = (w - 224) // 2, (h - 224) // 2
    x = np.asarray(im.crop((l, t, l + 224, t + 224)), np.float32) / 255
    return ((x - [0.48145466, 0.4578275, 0.40821073]) / [0.26862954, 0.26130258, 0.27577711]).astype(np.float32).transpose(2, 0, 1)


def session(f):
    import onnxruntime as ort
    o = ort.SessionOptions(); o.intra_op_num_threads = THREADS
    return ort.InferenceSession(f, o, providers=["CPUExecutionProvider"])


def rate(f, n, repeat=3):
    f(); best = []
    for _ in range(repeat):
        t = time.time(); f(); best.append(n / (time.time() - t))
    return f"{np.median(best):.1f} ({min(best):.1f}-{max(best):.1f})"


def encode(d):
    import torch
    from transformers import CLIPModel
    m = CLIPModel.from_pretrained(d).eval()
    for bs in (1, 8, 16, 32):
        x = torch.randn(bs, 3, 224, 224); k = max(1, 32 // bs)
        def run():
            with torch.inference_mode():
                for _ in range(k): m.visual_projection(m.vision_model(x).pooler_output)
        print("torch f32", "batch", bs, rate(run, bs * k), "images/s", flush=True)
    for name in ("visual.onnx", "visual-int8.onnx"):
        s = session(f"{d}/{name}")
        for bs in (1, 8, 16, 32):
            x = np.random.randn(bs, 3, 224, 224).astype(np.float32); k = max(1, 32 // bs)
            print("onnxruntime", name, "batch", bs, rate(lambda: [s.run(None, {"x": x}) for _ in range(k)], bs * k), "images/s", flush=True)


def folder(d, photos):
    files = sorted(glob.glob(f"{photos}/**/*.jpg", recursive=True))
    for name in ("visual.onnx", "visual-int8.onnx"):
        s = session(f"{d}/{name}")
        with ThreadPoolExecutor(THREADS) as ex:
            t = time.time()
            for i in range(0, len(files), 16):
                s.run(None, {"x": np.stack(list(ex.map(preprocess, files[i:i + 16])))})
        print("Pillow + onnxruntime", name, f"{len(files) / (time.time() - t):.2f} images/s over", len(files), "files", flush=True)


def embed(d, photos, out):
    s = session(f"{d}/visual.onnx"); files = sorted(glob.glob(f"{photos}/**/*.jpg", recursive=True))
    y = np.concatenate([s.run(None, {"x": preprocess(f)[None]})[0] for f in files])
    np.save(f"{out}.npy", y / np.linalg.norm(y, axis=1, keepdims=True)); open(f"{out}.txt", "w").write("\n".join(files))


def make_small(d, photos):                        # the quarters of each photo, 500 pixels wide
    from PIL import Image
    out = f"{d}/small"
    if not os.path.isdir(out):
        os.makedirs(out)
        for f in sorted(glob.glob(f"{photos}/**/*.jpg", recursive=True)):
            im = Image.open(f); w, h = im.size
            for i, (x, y) in enumerate([(0, 0), (w // 2, 0), (0, h // 2), (w // 2, h // 2)]):
                part = im.resize((500, 375), Image.LANCZOS, box=(x, y, x + w // 2, y + h // 2))
                part.save(f"{out}/{os.path.basename(f)[:-4]}-{i}.jpg", quality=88)
    return out


def table(d, model, photos):
    """Alternates both sides, five times: medians of the rates, median and range of the ratios within a round."""
    import json, subprocess
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    m = os.path.basename(os.path.normpath(model)); small = make_small(d, photos)
    def bench():                                  # pictures per second at batch 16
        subprocess.run(["cargo", "bench", "--bench", "tower", "--", "--warm-up-time", "1", "--measurement-time", "2", "/16$"],
                       check=True, capture_output=True, cwd=root, env=os.environ | {"LUMISIFT_BENCH_MODEL": os.path.abspath(model)})
        def rate_of(group):
            e = json.load(open(f"{root}/target/criterion/tower of {group}/16/new/estimates.json"))
            return 16e9 / e["median"]["point_estimate"]
        return {"f32": rate_of(f"{m} in f32"), "int8": rate_of(f"{m} in int8"), "starter": rate_of("starter")}
    memory = {}
    def index(name, *more, files=photos):         # photos per second, from files to the store
        store = f"{d}/table-store"
        subprocess.run(["rm", "-rf", store], check=True)
        out = subprocess.run(["/usr/bin/time", "-f", "%M", f"{root}/target/release/lumisift", *more, "--store", store, "--format", "json", "index", files],
                             check=True, capture_output=True, text=True)
        subprocess.run(["rm", "-rf", store], check=True)
        memory[name] = max(memory.get(name, 0), int(out.stderr.split()[-1]) / 1024)
        return json.loads(out.stdout)["images_per_second"]
    sessions = {name: session(f"{model}/{name}") for name in ("visual.onnx", "visual-int8.onnx")}
    pixels = np.random.randn(16, 3, 224, 224).astype(np.float32)
    def tower(name):
        s = sessions[name]
        return float(rate(lambda: [s.run(None, {"x": pixels}) for _ in range(2)], 32).split()[0])
    def pillow(name):
        s = sessions[name]; files = sorted(glob.glob(f"{photos}/**/*.jpg", recursive=True))
        with ThreadPoolExecutor(THREADS) as ex:
            t = time.time()
            for i in range(0, len(files), 16): s.run(None, {"x": np.stack(list(ex.map(preprocess, files[i:i + 16])))})
        return len(files) / (time.time() - t)
    rounds = []
    for _ in range(5):
        rounds.append(bench() | {"ort f32": tower("visual.onnx"), "ort int8": tower("visual-int8.onnx"), "pillow": pillow("visual-int8.onnx"),
                                 "vit": index("ViT-B/32", "--model", model), "files": index("starter"), "small": index("ViT-B/32", "--model", model, files=small)})
    rows = [("image tower, f32, batch 16", "f32", "ONNX Runtime f32", "ort f32", 1.15), ("image tower, int8, batch 16", "int8", "ONNX Runtime int8", "ort int8", 1.25),
            ("starter, batch 16", "starter", "our int8 ViT-B/32", "int8", 1.8), ("files to vectors, ViT-B/32", "vit", "Pillow + ONNX Runtime int8", "pillow", 4),
            ("files to vectors, starter", "files", "Pillow + ONNX Runtime int8", "pillow", None),
            ("files of 500 pixels to vectors, ViT-B/32", "small", "ONNX Runtime int8, tower alone", "ort int8", 1.2)]
    print("| pictures a second | Lumisift | peer | | ratio | from - to | asked |\n|---|---|---|---|---|---|---|")
    for what, ours, peer, theirs, asked in rows:
        a, b = ([r[name] for r in rounds] for name in (ours, theirs)); ratios = [x / y for x, y in zip(a, b)]
        print(f"| {what} | {np.median(a):.1f} | {peer} | {np.median(b):.1f} | **{np.median(ratios):.2f}** | {min(ratios):.2f} - {max(ratios):.2f} | {asked or ''} |")
    print("\npeak memory: " + ", ".join(f"{name} {mb:.0f} MB" for name, mb in memory.items()))


def ranking(d, model, photos):
    import subprocess, torch
    from safetensors.numpy import load_file
    from transformers import CLIPModel
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    def vectors(precision):
        out = f"{d}/ranking-{precision}.safetensors"; store = f"{d}/ranking-store"
        subprocess.run(["rm", "-rf", store], check=True)
        subprocess.run([f"{root}/target/release/lumisift", "--model", model, "--precision", precision, "--store", store, "embed",
                        make_small(d, photos), f"{root}/assets/samples", "--out", out], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["rm", "-rf", store], check=True)
        return load_file(out)["embeddings"].astype(np.float64)
    torch.manual_seed(1)
    m = CLIPModel.from_pretrained(model).eval()
    with torch.no_grad():                         # twenty texts of random words, since the weights are random as well
        ids = torch.randint(1, 49405, (20, 8)); ids[:, 0] = 49406; ids[:, -1] = 49407
        texts = m.text_projection(m.text_model(input_ids=ids).pooler_output).numpy()
    full, short = vectors("f32"), vectors("int8")
    rank = lambda v: (v @ texts.T).argsort(0).argsort(0).astype(float)
    rhos = [np.corrcoef(a, b)[0, 1] for a, b in zip(rank(full).T, rank(short).T)]
    cosines = (full * short).sum(1)
    print(f"{len(full)} photos x {len(texts)} texts: Spearman at least {min(rhos):.5f}, mean {np.mean(rhos):.5f}; cosine at least {cosines.min():.5f}, mean {cosines.mean():.5f}")


if __name__ == "__main__":
    a = sys.argv[1:]
    {"model": lambda: make_model(a[1]), "photos": lambda: make_photos(a[1], int(a[2]) if len(a) > 2 else 48), "encode": lambda: encode(a[1]),
     "folder": lambda: folder(a[1], a[2]), "embed": lambda: embed(*a[1:4]), "table": lambda: table(*a[1:4]), "ranking": lambda: ranking(*a[1:4])}[a[0]]()
