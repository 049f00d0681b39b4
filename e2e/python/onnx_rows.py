"""Holds an exported model, run by onnxruntime, against what `predict` answered: python onnx_rows.py FOLDER CASE"""
import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime

path = pathlib.Path(sys.argv[1]) / "model.onnx"
case = json.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))
onnx.checker.check_model(str(path), full_check=True)
model = onnxruntime.InferenceSession(str(path))
about = model.get_modelmeta().custom_metadata_map
assert json.loads(about["inputs"]) == case["inputs"], about["inputs"]

[given], [answered] = model.get_inputs(), model.get_outputs()
features = numpy.array(case["features"], numpy.float32)
features = features.reshape(-1, *case["shape"])
assert (given.name, answered.name) == ("features", "output")
assert given.shape == ["batch", *case["shape"]], given.shape
output = model.run(["output"], {"features": features})[0]

labels, predictions = json.loads(about["labels"]), case["predictions"]
assert (about["task"] == "classification") == bool(labels), about
if labels:
    by_label = [{each["label"]: each["probability"] for each in one["probabilities"]} for one in predictions]
    expected = numpy.array([[one[label] for label in labels] for one in by_label])
    scale = 1.0
else:
    expected = numpy.array([[one["value"]] for one in predictions])
    scale = numpy.maximum(1.0, abs(expected))
assert output.shape == expected.shape, (output.shape, expected.shape)
assert len(numpy.unique(expected[:, -1])) > 1, "every row has the same answer, which shows nothing"
apart = float((abs(output - expected) / scale).max())
assert apart < 1e-5, f"{apart} apart"
alone = model.run(["output"], {"features": features[:1]})[0]
assert numpy.allclose(alone, output[:1], atol=1e-6), "a row alone is answered otherwise"
print("ok")
