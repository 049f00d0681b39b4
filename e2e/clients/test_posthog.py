"""The posthog package of Python, unmodified, its host changed; both versions of the protocol."""

import datetime
import http.client
import http.server
import threading
import unittest

from arrived import events, key_of
from posthog import Posthog
from posthog.capture_compression import CaptureCompression
from posthog.capture_mode import CaptureMode
from served import Served


class Between(http.server.ThreadingHTTPServer):
    """Between client and server: hands requests on and loses the first answers."""

    def __init__(self, served, lost):
        self.served, self.lost, self.seen = served, lost, 0
        super().__init__(("127.0.0.1", 0), Hand)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Hand(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        onward = http.client.HTTPConnection("127.0.0.1", self.server.served.port)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        onward.request("POST", self.path, body, headers)
        answer = onward.getresponse()
        content = answer.read()
        self.server.seen += 1
        if self.server.seen <= self.server.lost:
            self.send_error(502, "the answer is lost")
            return
        self.send_response(answer.status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


class PosthogPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.served = Served()
        cls.key = key_of(cls.served)

    @classmethod
    def tearDownClass(cls):
        cls.served.stop()

    def client(self, host=None, **options):
        failures = []
        client = Posthog(
            options.pop("key", self.key),
            host=host or f"http://{self.served.address}",
            on_error=lambda error, _: failures.append(error),
            **options,
        )
        return client, failures

    def test_events_people_groups_and_aliases_arrive_in_both_versions(self):
        for mode, options in [
            ("v0", {}),
            ("v0 gzip", {"gzip": True}),
            ("v1", {"capture_mode": CaptureMode.V1}),
            ("v1 gzip", {"capture_mode": CaptureMode.V1, "capture_compression": CaptureCompression.GZIP}),
            ("v1 deflate", {"capture_mode": CaptureMode.V1, "capture_compression": CaptureCompression.DEFLATE}),
            ("v1 zstd", {"capture_mode": CaptureMode.V1, "capture_compression": CaptureCompression.ZSTD}),
        ]:
            with self.subTest(mode):
                client, failures = self.client(**options)
                when = datetime.datetime(2026, 3, 1, 9, 30, tzinfo=datetime.timezone.utc)
                name, who = f"{mode} bought", f"ada {mode}"
                client.capture(name, distinct_id=who, properties={"amount": 12.5, "name": "张三"}, timestamp=when)
                client.capture(name, distinct_id=who, properties={"big": 2**60 + 1}, groups={"company": "acme"})
                client.set(distinct_id=who, properties={"plan": "pro"})
                client.alias(previous_id=f"anon {mode}", distinct_id=who)
                client.group_identify("company", f"acme {mode}", {"size": 5})
                client.shutdown()
                self.assertEqual(failures, [])
                first, second = events(self.served, [name], 2)
                self.assertEqual(first["distinct_id"], who)
                self.assertTrue(first["time"].startswith("2026-03-01T09:30:00"), first["time"])
                self.assertEqual(first["properties"]["amount"], 12.5)
                self.assertEqual(first["properties"]["name"], "张三")
                self.assertEqual(first["properties"]["$lib"], "posthog-python")
                self.assertEqual(second["properties"]["big"], 2**60 + 1, "numbers beyond 2^53 keep their digits")
                self.assertEqual(second["properties"]["$groups"], {"company": "acme"})
        plans = events(self.served, ["$set"], 6)
        self.assertEqual({row["properties"]["$set"]["plan"] for row in plans}, {"pro"})
        events(self.served, ["$create_alias"], 6)
        events(self.served, ["$groupidentify"], 6)

    def test_what_is_sent_again_counts_once(self):
        for name, options in [("v0 again", {}), ("v1 again", {"capture_mode": CaptureMode.V1})]:
            with self.subTest(name):
                between = Between(self.served, lost=1)
                client, failures = self.client(between.address(), max_retries=3, **options)
                for place in range(50):
                    client.capture(name, distinct_id=f"p{place}", properties={"place": place})
                client.shutdown()
                between.shutdown()
                self.assertEqual(failures, [])
                self.assertGreaterEqual(between.seen, 2, "the client sent again")
                rows = events(self.served, [name], 50)
                self.assertEqual(sorted(row["properties"]["place"] for row in rows), list(range(50)))

    def test_ten_thousand_events_arrive_once(self):
        client, failures = self.client(gzip=True, max_queue_size=20_000)
        for place in range(10_000):
            client.capture("many", distinct_id=f"p{place % 97}", properties={"place": place})
        client.shutdown()
        self.assertEqual(failures, [])
        query = "SELECT count(*), count(DISTINCT uuid), count(DISTINCT distinct_id) FROM events WHERE event = 'many'"
        self.assertEqual(self.served.post("/api/v1/sql", {"query": query})["rows"], [[10_000, 10_000, 97]])

    def test_history_is_believed(self):
        client, failures = self.client(historical_migration=True)
        when = datetime.datetime(1997, 1, 5, tzinfo=datetime.timezone.utc)
        client.capture("old", distinct_id="ada", timestamp=when)
        client.shutdown()
        self.assertEqual(failures, [])
        self.assertTrue(events(self.served, ["old"], 1)[0]["time"].startswith("1997-01-05T00:00:00"))

    def test_flags_are_answered_cleanly(self):
        client, failures = self.client()
        self.assertIsNone(client.get_feature_flag("new-page", "ada"))
        self.assertEqual(client.get_all_flags("ada"), {})
        client.shutdown()
        self.assertEqual(failures, [])

    def test_definitions_of_flags_are_answered_beside_a_persons_own_key(self):
        own = {"authorization": "Bearer phx_a_persons_own"}
        for path in ["/flags/definitions", "/api/feature_flag/local_evaluation"]:
            answer = self.served.ask("GET", f"{path}?token={self.key}&send_cohorts", headers=own)
            self.assertEqual((answer.status, answer.json()["flags"]), (200, []), path)
            self.assertEqual(self.served.ask("GET", path, headers=own).status, 401, path)

    def test_an_unknown_key_is_refused(self):
        for options in [{}, {"capture_mode": CaptureMode.V1}]:
            for key in ["phc_nobody", "fw_other_0123456789abcdefghij"]:
                client, failures = self.client(key=key, **options)
                client.capture("refused", distinct_id="ada")
                client.shutdown()
                self.assertEqual([failure.status for failure in failures], [401])
        events(self.served, ["refused"], 0)


if __name__ == "__main__":
    unittest.main()
