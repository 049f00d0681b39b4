"""Whatever arrives, the server answers with what is wrong and where, and goes on."""

import json
import socket
import unittest

from served import RECIPE, Served, customers

PREDICT = "/api/v1/models/churn/predict"
JSON = {"content-type": "application/json"}
GOOD = b'{"rows": [{"age": 41, "plan": "gold", "spend": 3.5}]}'

# Method, path, headers, body, status, and words that the answer must hold.
CASES = [
    ("POST", PREDICT, JSON, b"", 400, ["empty"]),
    ("POST", PREDICT, JSON, b'{"rows": [', 400, ["not JSON", '"line": 1']),
    ("POST", PREDICT, JSON, b'{"rows":\n [{"age": NaN}]}', 400, ["NaN", '"line": 2', "null"]),
    ("POST", PREDICT, JSON, b"\xff\xfe", 400, ["not JSON"]),
    ("POST", PREDICT, JSON, b"[]", 422, ["rows"]),
    ("POST", PREDICT, JSON, b'{"row": [{}]}', 422, ["unknown key `row`", "`rows`"]),
    ("POST", PREDICT, JSON, b'{"rows": [1, "x", {}]}', 422, ["rows.0", "rows.1"]),
    ("POST", PREDICT, JSON, b'{"rows": [{"age": "old", "plan": "gold", "spend": 1}]}', 422, ["age", "old"]),
    ("POST", PREDICT, JSON, b'{"images": [{"pixels": [1, 2]}]}', 422, ["rows"]),
    ("POST", PREDICT, JSON, b'{"rows": [{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}", 400, ["recursion"]),
    ("POST", "/api/v1/models/chrun/predict", JSON, GOOD, 404, ["`churn`"]),
    ("POST", "/api/v1/models/churn/deploy", JSON, b'{"version": 99}', 404, ["99"]),
    ("GET", PREDICT, {}, b"", 405, ["POST"]),
    ("DELETE", "/api/v1/runs", {}, b"", 405, ["GET, HEAD, POST"]),
    ("GET", "/api/v1/rnus", {}, b"", 404, ["/api/v1/runs"]),
    ("GET", "/api/v1/runs/../../../etc/passwd", {}, b"", 404, []),
    ("GET", "/api/v1/tables/..%2f..%2fledger/profile", {}, b"", 404, []),
    ("GET", "/api/v1/models/churn?version=x", {}, b"", 400, ["version"]),
    ("POST", "/api/v1/recipes/check", JSON, b'{"recipe": 1}', 422, ["recipe"]),
    ("POST", "/api/v1/runs", JSON, b'{"recipe": "name ="}', 422, ["has no value", "line"]),
    ("POST", "/api/v1/tables?name=x", {"x-file-name": "x.csv"}, b"", 400, ["empty"]),
    ("POST", "/api/v1/predictions/nowhere/label", JSON, b'{"label": "yes"}', 404, ["nowhere"]),
    ("GET", "/api/v1/runs", {"host": "evil.example"}, b"", 403, ["evil.example"]),
    ("POST", PREDICT, {**JSON, "origin": "http://evil.example"}, GOOD, 403, ["evil.example"]),
]


class WrongInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Served()
        cls.server.upload("customers", "customers.csv", customers())
        cls.server.train(RECIPE.format(seed=1))
        cls.server.post("/api/v1/models/churn/deploy", {})

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def test_every_mistake_is_a_problem_with_words(self):
        for method, path, headers, body, status, words in CASES:
            with self.subTest(f"{method} {path} {body[:40]!r}"):
                answer = self.server.ask(method, path, body, headers)
                self.assertEqual(answer.status, status, answer.body[:300])
                self.assertEqual(answer.headers["content-type"], "application/problem+json")
                document = answer.json()
                self.assertEqual(document["status"], status)
                self.assertTrue(document["title"] and document["detail"] and document["problems"])
                said = json.dumps(document, ensure_ascii=False)
                for word in words:
                    self.assertIn(word, said)
        self.assertEqual(self.server.ask("POST", PREDICT, GOOD, JSON).status, 200, "and it goes on")

    def test_problems_speak_chinese_to_who_reads_it(self):
        answer = self.server.ask("POST", PREDICT, b"{", {**JSON, "accept-language": "zh-CN"})
        self.assertEqual(answer.json()["title"], "无法读取该请求")

    def test_a_body_too_large_is_refused_announced_or_not(self):
        announced = self.raw(b"content-length: 99999999999\r\n\r\n")
        self.assertIn(b" 413 ", announced.split(b"\r\n")[0])
        chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        streamed = self.raw(b"transfer-encoding: chunked\r\n\r\n" + chunk * 40)
        self.assertIn(b" 413 ", streamed.split(b"\r\n")[0])

    def test_what_is_no_http_ends_the_connection_and_not_the_server(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as connection:
            connection.sendall(b"\x16\x03\x01\x02\x00\x01" * 50)
            self.assertIn(connection.recv(1000).split(b"\r\n")[0], (b"", b"HTTP/1.1 400 Bad Request"))
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as connection:
            connection.sendall(b"POST " + PREDICT.encode() + b" HTTP/1.1\r\nhost: localhost\r\ncontent-length: 50\r\n\r\n{")
        self.assertEqual(self.server.ask("GET", "/healthz").status, 200)

    def raw(self, rest):
        """What is answered to a predict request written by hand."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as connection:
            head = f"POST {PREDICT} HTTP/1.1\r\nhost: {self.server.address}\r\n".encode()
            try:
                connection.sendall(head + rest)
            except (BrokenPipeError, ConnectionResetError):
                pass  # It answered before it had read everything.
            return connection.recv(65536)


if __name__ == "__main__":
    unittest.main()
