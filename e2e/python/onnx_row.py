"""Asks an exported model without Flywheel, as docs/onnx.md does: python onnx_row.py FOLDER ROW"""
import json
import sys

import numpy
import onnxruntime

folder, row = sys.argv[1], json.loads(sys.argv[2])
model = onnxruntime.InferenceSession(f"{folder}/model.onnx")
about = model.get_modelmeta().custom_metadata_map
features = []
for column in json.load(open(f"{folder}/preparation.json", encoding="utf-8"))["columns"]:
    code, value = column["code"], row.get(column["name"])
    if code["kind"] == "number":
        features.append(((code["fill"] if value is None else value) - code["centre"]) / code["scale"])
    if code["kind"] == "category":  # one 0/1 each: the unseen, then every category
        features += [0.0] + [float(value == category) for category in code["categories"]]
assert len(features) == len(json.loads(about["inputs"])), about["inputs"]
[answer] = model.run(["output"], {"features": numpy.array([features], numpy.float32)})[0]
print(json.dumps(dict(zip(json.loads(about["labels"]) or [about["target"]], answer.tolist()))))
