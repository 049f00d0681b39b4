"""Reads an exported bundle's weights as PyTorch would name and shape them: python weights.py FOLDER"""
import pathlib
import sys

from safetensors.numpy import load_file

found = list(pathlib.Path(sys.argv[1]).rglob("*.safetensors"))
assert len(found) == 1, found
weights = load_file(found[0])
shapes = {name: tensor.shape for name, tensor in weights.items()}
matrices = [shape for name, shape in shapes.items() if name.endswith(".weight")]
biases = [shape for name, shape in shapes.items() if name.endswith(".bias")]
# A dense layer's weight is [out, in], as torch.nn.Linear keeps it.
assert len(matrices) == 2 and len(biases) == 2, shapes
assert matrices[0][0] == 16 and matrices[1][1] == 16, shapes
assert [matrix[0] for matrix in matrices] == [bias[0] for bias in biases], shapes
assert all(name.rsplit(".", 1)[1] in ("weight", "bias") for name in shapes), shapes
print("ok")
