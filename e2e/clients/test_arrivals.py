"""Whatever may arrive where events do: each with the right status and words, the rest unharmed."""

import gzip
import json
import socket
import threading
import time
import unittest
import zlib

from arrived import asides, events, key_of
from served import Served

MIB = 1024 * 1024


class Arrivals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.served = Served()
        cls.key = key_of(cls.served)

    @classmethod
    def tearDownClass(cls):
        cls.served.stop()

    def batch(self, *texts):
        """A batch of events that are JSON texts already."""
        inside = b",".join(text if isinstance(text, bytes) else text.encode() for text in texts)
        return b'{"api_key":"' + self.key.encode() + b'","batch":[' + inside + b"]}"

    def send(self, body, path="/batch/", headers=None):
        return self.served.ask("POST", path, body, headers or {})

    def test_one_wrong_event_spoils_no_other(self):
        event = lambda name, more: f'{{"event":"{name}","distinct_id":"ada"{more}}}'
        nested = lambda levels: ',"properties":{"a":' + '{"a":' * levels + "1" + "}" * levels + "}"
        wrong = {
            event("year 1970", ',"timestamp":"1970-01-01T00:00:00Z"'): "collect.time_too_early",
            event("year 3000", ',"timestamp":"3000-01-01T00:00:00Z"'): "collect.time_ahead",
            event("no time", ',"timestamp":"yesterday"'): "collect.time_unreadable",
            '{"event":"10 kB","distinct_id":"' + "x" * 10_240 + '"}': "collect.long_id",
            '{"event":"null","distinct_id":null}': "collect.no_person",
            '{"event":"undefined","distinct_id":"undefined"}': "collect.nobodys_id",
            event("101 deep", nested(101)): "collect.too_deep",
            event("10,000 deep", nested(10_000)): "collect.too_deep",
            event("a list", ',"properties":[1]'): "collect.not_an_object_at",
            event("NaN", ',"properties":{"x":NaN}'): "collect.not_a_number",
            event("too large", ',"properties":{"x":1e999}'): "collect.not_json",
            '["a list"]': "collect.not_an_object",
            '{"distinct_id":"nameless"}': "collect.no_name",
        }
        right = [
            event("right", ',"properties":{"place":1}'),
            event("right", ',"timestamp":"2026-03-01T09:30:00","properties":{"place":2}'),
            event("right", nested(100)),
            event("right", ',"properties":{"exact":9007199254740993,"huge":123456789012345678901234567890,"place":4}'),
            event("right", ',"properties":{"half":"\\ud83d","nul":"a\\u0000b","place":5}'),
        ]
        not_utf8 = b'{"event":"not utf-8","distinct_id":"ada","properties":{"x":"\xff\xfe"}}'
        mixed = [text for pair in zip(list(wrong), right + right) for text in pair][: len(right) * 2]
        mixed += list(wrong)[len(right) :] + [not_utf8]
        answer = self.send(self.batch(*mixed))
        self.assertEqual((answer.status, answer.json()), (200, {"status": 1}))
        rows = events(self.served, ["right"], len(right))
        exact = next(row["properties"] for row in rows if "exact" in row["properties"])
        self.assertEqual(exact["exact"], 9007199254740993)
        self.assertEqual(exact["huge"], "123456789012345678901234567890")
        zoneless = next(row for row in rows if row["properties"].get("place") == 2)
        self.assertTrue(zoneless["time"].startswith("2026-03-01T09:30:00"))
        self.assertEqual(zoneless["properties"]["$time_zone_assumed"], "UTC")
        found = dict(asides(self.served))
        for text, key in wrong.items():
            self.assertEqual(found.get(text), key, text[:80])
        self.assertIn("collect.not_utf8", found.values())
        # Sent again, they are the same that are kept aside.
        before = len(found)
        self.assertEqual(self.send(self.batch(*mixed[:3])).status, 200)
        self.assertEqual(len(dict(asides(self.served))), before)

    def test_a_wrong_request_is_refused_whole(self):
        bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
        bomb = b"".join([bomb.compress(b" " * MIB) for _ in range(200)]) + bomb.flush()
        good = self.batch('{"event":"never","distinct_id":"ada"}')
        for body, headers, status in [
            (b"", {}, 400),
            (b"hello", {}, 400),
            (good[:-2], {}, 400),
            (self.batch(), {}, 400),
            (b'{"batch":[{"event":"never","distinct_id":"a"}]}', {}, 401),
            (good.replace(self.key.encode(), b"phc_nobody"), {}, 401),
            (good.replace(self.key.encode(), b"fw_other_0123456789abcdefghij"), {}, 401),
            (bomb, {"content-encoding": "gzip"}, 413),
            (bomb, {}, 413),
            (good, {"content-encoding": "gzip"}, 400),
            (good, {"content-encoding": "lzma"}, 415),
            (b"[" * MIB, {}, 400),
        ]:
            answer = self.send(body, headers=headers)
            self.assertEqual(answer.status, status, (body[:60], headers))
            self.assertTrue(answer.json()["detail"], body[:60])
        events(self.served, ["never"], 0)

    def test_batches_to_twenty_megabytes_are_taken(self):
        filler = "x" * 1000
        event = lambda place: json.dumps({"event": "large", "distinct_id": "ada", "properties": {"place": place, "filler": filler}})
        texts = [event(place) for place in range(18_500)]
        body = self.batch(*texts)
        self.assertTrue(19 * MIB < len(body) < 20 * MIB, len(body))
        self.assertEqual(self.send(body).status, 200)
        query = "SELECT count(*), count(DISTINCT uuid) FROM events WHERE event = 'large'"
        self.assertEqual(self.served.post("/api/v1/sql", {"query": query})["rows"], [[18_500, 18_500]])
        answer = self.send(body + b" " * 2 * MIB)
        self.assertEqual(answer.status, 413)
        packed = gzip.compress(self.batch(event(0).replace("large", "packed")), 1)
        self.assertEqual(self.send(packed, "/e/?compression=gzip-js").status, 200)
        events(self.served, ["packed"], 1)

    def test_a_thousand_clients_at_once(self):
        failures = []
        gate = threading.Barrier(1_000, timeout=60)

        def client(place):
            try:
                gate.wait()
                body = self.batch(f'{{"event":"crowd","distinct_id":"p{place}"}}')
                answer = self.send(body, "/i/v0/e/")
                if answer.status != 200:
                    failures.append(answer.status)
            except Exception as error:  # noqa: BLE001 - whatever it is, it fails the test below
                failures.append(repr(error))

        threads = [threading.Thread(target=client, args=(place,)) for place in range(1_000)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        self.assertEqual(failures, [])
        query = "SELECT count(*), count(DISTINCT distinct_id) FROM events WHERE event = 'crowd'"
        self.assertEqual(self.served.post("/api/v1/sql", {"query": query})["rows"], [[1_000, 1_000]])

    def test_a_client_that_never_reads_harms_nobody(self):
        body = self.batch('{"event":"deaf","distinct_id":"ada"}')
        head = f"POST /batch/ HTTP/1.1\r\nhost: {self.served.address}\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        deaf = []
        for _ in range(50):
            connection = socket.create_connection(("127.0.0.1", self.served.port), timeout=10)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            connection.sendall((head + body) * 20)
            deaf.append(connection)
        # One that begins a body and never ends it.
        stuck = socket.create_connection(("127.0.0.1", self.served.port), timeout=10)
        stuck.sendall(head + body[:10])
        begun = time.monotonic()
        answer = self.send(self.batch('{"event":"heard","distinct_id":"ada"}'))
        self.assertEqual(answer.status, 200)
        self.assertLess(time.monotonic() - begun, 5)
        events(self.served, ["heard"], 1)
        events(self.served, ["deaf"], 1_000)
        for connection in [*deaf, stuck]:
            connection.close()
        self.assertEqual(self.send(self.batch('{"event":"heard","distinct_id":"bob"}')).status, 200)

    def test_a_revoked_key_is_heard_no_more(self):
        import subprocess

        from served import BINARY

        project = ["--json", "--project", self.served.folder.name]
        made = subprocess.run([BINARY, "keys", "create", "--name", "web", *project], check=True, capture_output=True)
        key = json.loads(made.stdout)["key"]
        event = {"api_key": key, "event": "keyed", "distinct_id": "ada"}
        self.assertEqual(self.served.ask("POST", "/e/", event).status, 200)
        self.served.call("keys", "revoke", key, "--project", self.served.folder.name)
        time.sleep(1.2)
        self.assertEqual(self.served.ask("POST", "/e/", event).status, 401)


if __name__ == "__main__":
    unittest.main()
