"""A server that is told to stop ends its streams, leaves idle connections, and is gone at once."""

import socket
import time
import unittest

from served import RECIPE, Served, customers


class Stop(unittest.TestCase):
    def test_open_streams_and_idle_connections_do_not_hold_it(self):
        server = Served()
        server.upload("customers", "customers.csv", customers())
        recipe = RECIPE.format(seed=1).replace("epochs = 3", "epochs = 100000")
        run = server.post("/api/v1/runs", {"recipe": recipe})["id"]
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as stream:
            head = f"GET /api/v1/runs/{run}/events HTTP/1.1\r\nhost: {server.address}\r\n\r\n"
            stream.sendall(head.encode())
            self.assertIn(b"text/event-stream", stream.recv(4096))
            with socket.create_connection(("127.0.0.1", server.port)):
                begun = time.monotonic()
                server.stop()
                self.assertLess(time.monotonic() - begun, 3.0)


if __name__ == "__main__":
    unittest.main()
