"""The page, its caching, the metrics, and how quickly the server is there."""

import re
import unittest

from served import RECIPE, Served, customers

LINE = re.compile(r'^[a-z_]+(\{[a-z]+="(?:[^"\\]|\\.)*"(,[a-z]+="(?:[^"\\]|\\.)*")*\})? [0-9.e+-]+$')


class PageAndMetrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Served()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_it_is_there_within_a_second(self):
        self.assertLess(self.server.ready_secs, 1.0)

    def test_the_page_is_kept_by_its_tag(self):
        first = self.server.ask("GET", "/models/churn")
        self.assertEqual(first.status, 200)
        self.assertIn("text/html", first.headers["content-type"])
        self.assertEqual(first.headers["cache-control"], "no-cache")
        again = self.server.ask("GET", "/", headers={"if-none-match": first.headers["etag"]})
        self.assertEqual((again.status, again.body), (304, b""))
        for name in re.findall(rb'(?:src|href)="(/assets/[^"]+)"', first.body):
            asset = self.server.ask("GET", name.decode())
            self.assertEqual(asset.status, 200, name)
            self.assertIn("immutable", asset.headers["cache-control"])
        self.assertEqual(self.server.ask("GET", "/assets/gone.js").status, 404)

    def test_nothing_foreign_may_be_loaded_or_frame_it(self):
        headers = self.server.ask("GET", "/").headers
        self.assertIn("default-src 'self'", headers["content-security-policy"])
        self.assertIn("frame-ancestors 'none'", headers["content-security-policy"])
        self.assertEqual(headers["x-content-type-options"], "nosniff")

    def test_the_metrics_are_prometheus_text(self):
        self.server.upload("customers", "customers.csv", customers())
        self.server.train(RECIPE.format(seed=1))
        self.server.post("/api/v1/models/churn/deploy", {})
        for _ in range(5):
            self.server.post("/api/v1/models/churn/predict", {"rows": [{"age": 30, "plan": "gold", "spend": 2}]})
        answer = self.server.ask("GET", "/metrics")
        self.assertTrue(answer.headers["content-type"].startswith("text/plain; version=0.0.4"))
        kinds, counts = {}, {}
        for line in answer.body.decode().splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                self.assertNotIn(name, kinds, "one type line a metric")
                kinds[name] = kind
            elif not line.startswith("#"):
                self.assertRegex(line, LINE)
                counts[line.rsplit(" ", 1)[0]] = float(line.rsplit(" ", 1)[1])
        self.assertEqual(kinds["flywheel_predictions_total"], "counter")
        self.assertEqual(kinds["flywheel_prediction_duration_seconds"], "histogram")
        self.assertEqual(kinds["flywheel_deployed_version"], "gauge")
        self.assertEqual(counts['flywheel_deployed_version{model="churn"}'], 1)
        self.assertEqual(counts['flywheel_prediction_duration_seconds_bucket{model="churn",le="+Inf"}'], 5)
        given = sum(count for name, count in counts.items() if name.startswith("flywheel_predictions_total{"))
        self.assertEqual(given, 5)


if __name__ == "__main__":
    unittest.main()
