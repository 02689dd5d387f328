"""How fewer bits change the starter's vectors of the golden pixels, simulated with PyTorch.

    python benches/starter_bits.py    # needs torch, gguf, numpy, safetensors

The script prints the cosine with full precision, the lowest and the mean. Weights have one scale for each output, inputs
of a block have one for each pixel, and outputs of ReLU6 have one for all.
"""

from pathlib import Path

import gguf
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import load_file

ROOT = Path(__file__).parent.parent
READER = gguf.GGUFReader(ROOT / "assets/starter/starter.gguf")
WEIGHTS = {
    t.name.removeprefix("image."): torch.tensor(
        np.ascontiguousarray(gguf.dequantize(t.data, t.tensor_type)).astype(np.float32)
    ).reshape([int(n) for n in reversed(t.shape)])
    for t in READER.tensors
    if t.name.startswith("image.")
}


def sizes(key):
    field = READER.fields["lumisift-starter." + key]
    return [int(field.parts[i][0]) for i in field.data]


def rounded(x, steps, dims):
    """Rounds to multiples of one scale over `dims`, with `steps` of them up to the largest magnitude."""
    scale = (x.abs().amax(dims, keepdim=True) / steps).clamp_min(1e-12)
    return torch.round(x / scale) * scale


def same(x, kernel, stride):
    side = x.shape[-1]
    total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return F.pad(x, (total // 2, total - total // 2) * 2)


def vectors(pixels, weight, inputs, activation):
    def convolve(x, name, **how):
        w, b = WEIGHTS[name + ".weight"], WEIGHTS[name + ".bias"]
        return F.conv2d(x, weight(w), b, **how)

    x = activation(convolve(same(pixels, 3, 2), "stem", stride=2))
    blocks = zip(*map(sizes, ("block_kernel", "block_stride", "block_expand", "block_out")))
    for i, (kernel, stride, expand, outputs) in enumerate(blocks):
        before, name = x, f"blocks.{i}."
        if expand > 1:
            x = activation(convolve(inputs(x), name + "expand"))
        # The depthwise part stays in full precision.
        w, b = WEIGHTS[name + "depthwise.weight"], WEIGHTS[name + "depthwise.bias"]
        x = activation(F.conv2d(same(x, kernel, stride), w, b, stride=stride, groups=len(w)))
        x = convolve(x, name + "project")
        if stride == 1 and before.shape[1] == outputs:
            x = x + before
    f = convolve(inputs(x), "head").clamp(0, 6).mean((2, 3))
    linear = lambda x, name: F.linear(x, WEIGHTS[f"proj.{name}.weight"], WEIGHTS[f"proj.{name}.bias"])
    return F.normalize(linear(f, "linear") + linear(F.gelu(linear(f, "hidden")), "output"), dim=1)


def integers(weight_steps, input_steps, activation_steps):
    return (
        lambda w: rounded(w, weight_steps, (1, 2, 3)),
        lambda x: rounded(x, input_steps, (1,)),
        lambda x: torch.round(x.clamp(0, 6) * (activation_steps / 6)) * (6 / activation_steps),
    )


plain = lambda x: x
relu6 = lambda x: x.clamp(0, 6)
FORMS = {
    "eight bits": integers(127, 127, 255),
    "eight bits, weights alone": (integers(127, 1, 1)[0], plain, relu6),
    "bf16 activations": (plain, plain, lambda x: relu6(x).bfloat16().float()),
    # Weights of 12 bits and more, as the sums allow.
    "sixteen bits, 13 of them used": integers(2047, 8191, 8191),
}

with torch.no_grad():
    golden = load_file(ROOT / "tests/fixtures/starter/golden.safetensors")["pixels"]
    pixels = torch.tensor((golden.astype(np.float32) - 127) / 128).permute(0, 3, 1, 2)
    full = vectors(pixels, plain, plain, relu6)
    for name, form in FORMS.items():
        cosines = (vectors(pixels, *form) * full).sum(1)
        print(f"{name}: lowest {cosines.min():.5f}, mean {cosines.mean():.5f}")
