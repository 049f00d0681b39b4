"""The unmodified tritonclient asks a model that reads images, in every form that it can send."""

import base64
import unittest

import numpy
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

from served import BARS, Served, bar, bars, png


class Images(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Served()
        report = cls.server.upload("bars", "bars.zip", bars())
        assert report["format"] == "image_folder", report["format"]
        cls.server.train(BARS)
        cls.server.post("/api/v1/models/bars/deploy", {})
        cls.client = triton.InferenceServerClient(cls.server.address, concurrency=4)
        cls.name = cls.client.get_model_metadata("bars")["inputs"][0]["name"]
        cls.pixels = numpy.frombuffer(b"".join(bar(row, row % 2 == 0) for row in range(20)), numpy.uint8)
        cls.truth = ["standing" if row % 2 == 0 else "lying" for row in range(20)]

    @classmethod
    def tearDownClass(cls):
        cls.client.close()
        cls.server.stop()

    def tensor(self, array, binary=True):
        kinds = {"uint8": "UINT8", "float32": "FP32", "float64": "FP64", "int32": "INT32", "int64": "INT64"}
        tensor = triton.InferInput(self.name, list(array.shape), kinds[str(array.dtype)])
        return [tensor.set_data_from_numpy(array, binary_data=binary)]

    def labels(self, answer):
        return [label.decode() if isinstance(label, bytes) else label for label in answer.as_numpy("label")]

    def test_metadata_says_what_is_read(self):
        metadata = self.client.get_model_metadata("bars")
        self.assertEqual(metadata["inputs"][0]["shape"], [-1, 8, 8, 1])
        self.assertEqual(metadata["inputs"][0]["datatype"], "UINT8")
        self.assertEqual([output["name"] for output in metadata["outputs"]], ["label", "probabilities"])
        self.assertEqual(self.client.get_model_config("bars")["input"][0]["data_type"], "TYPE_UINT8")
        index = self.client.get_model_repository_index()
        self.assertEqual([(model["name"], model["version"]) for model in index], [("bars", "1")])

    def test_every_shape_and_datatype_gives_the_same_answers(self):
        first = None
        for shape in ([20, 8, 8, 1], [20, 64], [20, 8, 8], [20, 1, 8, 8]):
            for kind in (numpy.uint8, numpy.float32, numpy.float64, numpy.int32, numpy.int64):
                for binary in (True, False):
                    asked = self.tensor(self.pixels.reshape(shape).astype(kind), binary)
                    answer = self.client.infer("bars", asked)
                    probabilities = answer.as_numpy("probabilities")
                    self.assertEqual(probabilities.shape, (20, 2))
                    first = probabilities if first is None else first
                    numpy.testing.assert_array_equal(probabilities, first)
                    self.assertEqual(self.labels(answer), self.truth)

    def test_a_png_over_json_is_answered_as_its_pixels_are(self):
        encoded = base64.b64encode(png(bar(3, True), 8, 8)).decode()
        said = self.server.post("/api/v1/models/bars/predict", {"images": [{"png": encoded}]})
        raw = self.server.post("/api/v1/models/bars/predict", {"images": [{"pixels": list(bar(3, True))}]})
        self.assertEqual(said["predictions"][0]["probabilities"], raw["predictions"][0]["probabilities"])
        answer = self.client.infer("bars", self.tensor(numpy.frombuffer(bar(3, True), numpy.uint8).reshape(1, 64)))
        likeliest = said["predictions"][0]["probabilities"][0]["probability"]
        self.assertAlmostEqual(float(answer.as_numpy("probabilities").max()), likeliest, places=6)

    def test_many_requests_at_once(self):
        asked = [
            self.client.async_infer("bars", self.tensor(self.pixels.reshape(20, 64)), request_id=str(number))
            for number in range(40)
        ]
        for number, request in enumerate(asked):
            answer = request.get_result(timeout=30)
            self.assertEqual(answer.get_response()["id"], str(number))
            self.assertEqual(self.labels(answer), self.truth)

    def test_compression_both_ways(self):
        for coding in ("gzip", "deflate"):
            answer = self.client.infer(
                "bars",
                self.tensor(self.pixels.reshape(20, 64)),
                request_compression_algorithm=coding,
                response_compression_algorithm=coding,
            )
            self.assertEqual(self.labels(answer), self.truth, coding)

    def test_the_likeliest_classes_as_texts(self):
        for binary in (True, False):
            wanted = triton.InferRequestedOutput("probabilities", binary_data=binary, class_count=1)
            answer = self.client.infer("bars", self.tensor(self.pixels.reshape(20, 64)), outputs=[wanted])
            texts = [text.decode() if isinstance(text, bytes) else text for [text] in answer.as_numpy("probabilities")]
            self.assertEqual([text.split(":")[2] for text in texts], self.truth)

    def test_a_version_by_its_number(self):
        answer = self.client.infer("bars", self.tensor(self.pixels.reshape(20, 64)), model_version="1")
        self.assertEqual(answer.get_response()["model_version"], "1")
        self.assertTrue(self.client.is_model_ready("bars", "1"))
        self.assertFalse(self.client.is_model_ready("bars", "2"))

    def test_mistakes_are_the_clients_own_exceptions(self):
        broken = self.pixels.reshape(20, 64).astype(numpy.float32)
        broken[3, 5] = numpy.nan
        bright = self.pixels.reshape(20, 64).astype(numpy.float32) + 200
        cases = [
            ("bars", self.tensor(self.pixels.reshape(10, 128)), "[10, 128]", "400"),
            ("bars", self.tensor(broken), "finite", "400"),
            ("bars", self.tensor(broken, binary=False), "NaN", "400"),
            ("bars", self.tensor(bright), "0 to 255", "400"),
            ("bras", self.tensor(self.pixels.reshape(20, 64)), "bars", "404"),
        ]
        for model, asked, word, status in cases:
            with self.assertRaises(InferenceServerException) as refused:
                self.client.infer(model, asked)
            self.assertIn(word, refused.exception.message())
            self.assertEqual(refused.exception.status(), status)
        with self.assertRaises(InferenceServerException) as refused:
            self.client.infer(
                "bars",
                self.tensor(self.pixels.reshape(20, 64)),
                outputs=[triton.InferRequestedOutput("lable")],
            )
        self.assertIn("`label`", refused.exception.message())


if __name__ == "__main__":
    unittest.main()
