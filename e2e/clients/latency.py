"""Measures one client's predictions over loopback, with logging on, and how soon the server is ready.

    latency.py [--count 5000] [--json]      serves a small table model, and one of 28 × 28 images

Percentiles are of the whole round trip as the client sees it, over one kept connection and a plain socket.
"""

import argparse
import json
import random
import socket
import statistics
import time

from served import RECIPE, Served, customers, png

PIXELS = """name = "pixels"
network = [{ kind = "flatten" }, { kind = "dense", units = 512, activation = "relu" }, { kind = "output" }]

[data]
table = "pixels"
target = "label"

[train]
epochs = 1
"""


def pictures():
    """A zip of ten folders of random 28 × 28 images."""
    import io
    import zipfile

    chance, packed = random.Random(1), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        for row in range(300):
            files.writestr(f"pixels/{row % 10}/{row:03}.png", png(chance.randbytes(784), 28, 28))
    return packed.getvalue()


def round_trips(server, path, body, count):
    """Seconds of each of `count` requests, the first two hundred apart."""
    body = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: {server.address}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    request = head.encode() + body
    taken = []
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number in range(count + 200):
            begun = time.perf_counter()
            connection.sendall(request)
            answer = connection.recv(65536)
            while b"\r\n\r\n" not in answer or len(answer) < whole(answer):
                answer += connection.recv(65536)
            ended = time.perf_counter()
            assert answer.startswith(b"HTTP/1.1 200"), answer[:300]
            if number >= 200:
                taken.append(ended - begun)
    return taken


def whole(answer):
    """Bytes of an answer whose head is there."""
    head, _, _ = answer.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return len(head) + 4 + length


def report(name, taken):
    marks = statistics.quantiles(taken, n=1000)
    micros = {"p50": marks[499], "p95": marks[949], "p99": marks[989], "max": max(taken)}
    return {"request": name, "count": len(taken), **{f"{mark}_micros": round(secs * 1e6, 1) for mark, secs in micros.items()}}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    server = Served()
    try:
        server.upload("customers", "customers.csv", customers())
        server.train(RECIPE.format(seed=1))
        server.upload("pixels", "pixels.zip", pictures())
        server.train(PIXELS)
        for model in ("churn", "pixels"):
            server.post(f"/api/v1/models/{model}/deploy", {})
        row = {"rows": [{"age": 41, "plan": "gold", "spend": 3.5}]}
        image = {"images": [{"pixels": [value % 256 for value in range(784)]}]}
        results = [
            report("one row", round_trips(server, "/api/v1/models/churn/predict", row, options.count)),
            report("one 28 × 28 image", round_trips(server, "/api/v1/models/pixels/predict", image, options.count)),
        ]
        summary = {"ready_millis": round(server.ready_secs * 1e3, 1), "requests": results}
    finally:
        server.stop()
    if options.json:
        print(json.dumps(summary))
        return
    print(f"ready after {summary['ready_millis']} ms")
    for result in results:
        print(f"{result['request']:>20}: p50 {result['p50_micros']} µs, p95 {result['p95_micros']} µs, "
              f"p99 {result['p99_micros']} µs, max {result['max_micros']} µs over {result['count']} requests")


if __name__ == "__main__":
    main()
