"""Asks a served model with the unmodified tritonclient: python triton.py 127.0.0.1:PORT"""
import sys

import numpy
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

client = triton.InferenceServerClient(sys.argv[1])
assert client.is_server_live() and client.is_server_ready()
assert client.is_model_ready("churn") and client.is_model_ready("churn", "1")
assert not client.is_model_ready("absent")
assert client.get_server_metadata()["name"] == "flywheel"
metadata = client.get_model_metadata("churn")
assert {tensor["name"] for tensor in metadata["inputs"]} == {"age", "plan", "spend", "months"}, metadata
client.get_model_config("churn")


KINDS = {"BYTES": object, "FP64": numpy.float64, "INT64": numpy.int64}


def column(name, datatype, values):
    return name, datatype, numpy.array(values, dtype=KINDS[datatype])


rows = [
    column("age", "INT64", [30, 52, 20]),
    column("plan", "BYTES", ["gold", "basic", "silver"]),
    column("spend", "FP64", [60.5, 10.0, 90.5]),
    column("months", "INT64", [3, 30, 2]),
]


def ask(binary_in, binary_out, **options):
    inputs = []
    for name, datatype, array in rows:
        tensor = triton.InferInput(name, list(array.shape), datatype)
        tensor.set_data_from_numpy(array, binary_data=binary_in)
        inputs.append(tensor)
    outputs = [triton.InferRequestedOutput(name, binary_data=binary_out) for name in ("label", "probabilities")]
    answer = client.infer("churn", inputs, outputs=outputs, request_id="seven", **options)
    assert answer.get_response()["id"] == "seven"
    return answer.as_numpy("label"), answer.as_numpy("probabilities")


# JSON and bytes, plain and compressed, say the same.
labels, probabilities = ask(False, False)
assert probabilities.shape == (3, 2) and numpy.allclose(probabilities.sum(axis=1), 1, atol=1e-5), probabilities
for binary_in in (False, True):
    for binary_out in (False, True):
        for compression in (None, "gzip", "deflate"):
            again = ask(binary_in, binary_out, request_compression_algorithm=compression, response_compression_algorithm=compression)
            texts = [label.decode() if isinstance(label, bytes) else label for label in again[0]]
            expected = [label.decode() if isinstance(label, bytes) else label for label in labels]
            assert texts == expected and numpy.array_equal(again[1], probabilities), (binary_in, binary_out, compression)

# A mistake comes back as the client's own exception, with the reason.
try:
    client.infer("churn", [triton.InferInput("age", [1], "INT64").set_data_from_numpy(numpy.array([1]))])
    raise AssertionError("a request that lacks columns was answered")
except InferenceServerException as error:
    assert "plan" in error.message(), error.message()
print("ok")
