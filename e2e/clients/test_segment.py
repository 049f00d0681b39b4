"""Segment's client for Python, unmodified, its host changed."""

import unittest

from arrived import events, key_of
from segment.analytics.client import Client
from served import Served


class SegmentPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.served = Served()
        cls.key = key_of(cls.served)

    @classmethod
    def tearDownClass(cls):
        cls.served.stop()

    def client(self, **options):
        failures = []
        host = f"http://{self.served.address}"
        client = Client(
            options.pop("key", self.key), host=host, on_error=lambda error, _: failures.append(error), **options
        )
        return client, failures

    def test_every_kind_of_call_arrives_once(self):
        for gzip in (False, True):
            with self.subTest(gzip=gzip):
                client, failures = self.client(gzip=gzip)
                who = f"ada {gzip}"
                client.identify(who, {"email": "ada@example.com"}, anonymous_id=f"anon {gzip}")
                for _ in range(2):
                    client.track(who, "segment bought", {"amount": 12.5}, message_id=f"m {gzip}")
                client.page(who, name="Home", properties={"url": "https://shop.example/"})
                client.screen(who, name="Start")
                client.group(who, "acme", {"size": 5})
                client.alias(f"older {gzip}", who)
                client.flush()
                client.join()
                self.assertEqual(failures, [])
        rows = events(self.served, ["segment bought"], 2)
        self.assertEqual([row["properties"]["amount"] for row in rows], [12.5, 12.5])
        self.assertEqual({row["properties"]["$lib"] for row in rows}, {"analytics-python"})
        identified = events(self.served, ["$identify"], 2)
        self.assertEqual({row["properties"]["$anon_distinct_id"] for row in identified}, {"anon False", "anon True"})
        self.assertEqual(events(self.served, ["$pageview"], 2)[0]["properties"]["name"], "Home")
        self.assertEqual(events(self.served, ["$screen"], 2)[0]["properties"]["$screen_name"], "Start")
        self.assertEqual(events(self.served, ["$groupidentify"], 2)[0]["properties"]["$groups"], {"company": "acme"})
        aliases = events(self.served, ["$create_alias"], 2)
        self.assertEqual({row["properties"]["alias"] for row in aliases}, {"older False", "older True"})

    def test_an_unknown_key_is_refused(self):
        client, failures = self.client(key="nobody", max_retries=1)
        client.track("ada", "refused")
        client.flush()
        client.join()
        self.assertEqual([failure.status for failure in failures], [401])
        events(self.served, ["refused"], 0)


if __name__ == "__main__":
    unittest.main()
