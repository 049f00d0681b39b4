"""Versions are deployed and rolled back while clients ask without a pause, and no request fails."""

import http.client
import json
import threading
import time
import unittest

from served import RECIPE, Served, customers

ROW = json.dumps({"rows": [{"age": 41, "plan": "gold", "spend": 3.5}]})


class Client(threading.Thread):
    """Asks over one connection until told to stop, and keeps what went wrong and which versions answered."""

    def __init__(self, port, stop):
        super().__init__()
        self.port, self.stop = port, stop
        self.count, self.failures, self.answers = 0, [], {}

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not self.stop.is_set():
            try:
                connection.request("POST", "/api/v1/models/churn/predict", ROW, {"content-type": "application/json"})
                response = connection.getresponse()
                body = response.read()
                if response.status != 200:
                    self.failures.append((response.status, body.decode()))
                    continue
                answer = json.loads(body)
                probabilities = json.dumps(answer["predictions"][0]["probabilities"])
                self.answers.setdefault(answer["version"], set()).add(probabilities)
                self.count += 1
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.failures.append(repr(error))
        connection.close()


class SwapUnderLoad(unittest.TestCase):
    def test_no_request_fails_and_each_version_answers_for_itself(self):
        server = Served()
        try:
            server.upload("customers", "customers.csv", customers())
            for seed in (1, 2):
                server.train(RECIPE.format(seed=seed))
            server.post("/api/v1/models/churn/deploy", {"version": 1})
            stop = threading.Event()
            clients = [Client(server.port, stop) for _ in range(4)]
            for client in clients:
                client.start()
            for _ in range(15):
                server.post("/api/v1/models/churn/deploy", {"version": 2})
                time.sleep(0.03)
                server.post("/api/v1/models/churn/rollback", {})
                time.sleep(0.03)
            stop.set()
            for client in clients:
                client.join()
            self.assertEqual([failure for client in clients for failure in client.failures], [])
            self.assertGreater(sum(client.count for client in clients), 200)
            answers = {}
            for client in clients:
                for version, said in client.answers.items():
                    answers.setdefault(version, set()).update(said)
            self.assertEqual(sorted(answers), [1, 2], "both versions answered")
            self.assertEqual([len(said) for said in answers.values()], [1, 1], "a version is never half of another")
            self.assertNotEqual(answers[1], answers[2])

            # Whatever was answered was logged, once.
            report = server.ask("GET", "/api/v1/models/churn/monitor").json()
            self.assertEqual(report["predictions"], sum(client.count for client in clients))
        finally:
            server.stop()

    def test_a_deployment_made_in_a_terminal_is_served_within_a_second(self):
        server = Served()
        try:
            server.upload("customers", "customers.csv", customers())
            for seed in (1, 2):
                server.train(RECIPE.format(seed=seed))
            for version in (1, 2, 1):
                server.call("deploy", f"churn@{version}", "--project", server.folder.name)
                begun = time.monotonic()
                while True:
                    answer = server.ask("POST", "/api/v1/models/churn/predict", json.loads(ROW))
                    if answer.status == 200 and answer.json()["version"] == version:
                        break
                    self.assertLess(time.monotonic() - begun, 1.0, f"version {version} does not answer")
        finally:
            server.stop()


if __name__ == "__main__":
    unittest.main()
