"""A project of its own, served by the built binary, for tests that speak HTTP to it."""

import http.client
import json
import os
import pathlib
import socket
import struct
import subprocess
import tempfile
import time
import zlib

HERE = pathlib.Path(__file__).resolve().parent
BINARY = pathlib.Path(os.environ.get("FLYWHEEL_BIN", HERE / "../../target/debug/flywheel")).resolve()

# Trains on `customers()` in a moment; the seed makes versions that differ.
RECIPE = """name = "churn"
seed = {seed}

[data]
table = "customers"
target = "churned"

[train]
epochs = 3
batch_size = 16
"""

BARS = """name = "bars"
network = [{ kind = "flatten" }, { kind = "dense", units = 16, activation = "relu" }, { kind = "output" }]

[data]
table = "bars"
target = "label"

[train]
epochs = 20
batch_size = 16
optimizer = { kind = "adam", learning_rate = 0.01 }
"""


class Answer:
    """What the server answered."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


class Served:
    """The binary, serving a fresh project until `stop`."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.call("init", self.folder.name, "--name", "clients")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [BINARY, "serve", "--port", str(self.port), "--project", self.folder.name],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while True:
            try:
                assert self.ask("GET", "/healthz").status == 200
                break
            except OSError:
                assert self.process.poll() is None, "the server ended"
                assert time.monotonic() - begun < 30, "the server does not answer"
                time.sleep(0.002)
        self.ready_secs = time.monotonic() - begun

    def call(self, *arguments):
        """Runs a verb of the command line in the project."""
        subprocess.run([BINARY, *arguments], check=True, capture_output=True)

    def ask(self, method, path, body=None, headers=None):
        """One request on a connection of its own; a dictionary is sent as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            if isinstance(body, (dict, list)):
                body, headers = json.dumps(body), {"content-type": "application/json", **(headers or {})}
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def post(self, path, body):
        """Sends JSON, which must be taken, and returns the answer's."""
        answer = self.ask("POST", path, body)
        assert answer.status < 300, answer.body.decode()
        return answer.json() if answer.body else None

    def upload(self, name, file_name, body):
        """Imports a file as a table."""
        answer = self.ask("POST", f"/api/v1/tables?name={name}", body, {"x-file-name": file_name})
        assert answer.status == 200, answer.body.decode()
        return answer.json()

    def train(self, recipe):
        """Trains a recipe to its end and returns the run."""
        run = self.post("/api/v1/runs", {"recipe": recipe})["id"]
        story = self.ask("GET", f"/api/v1/runs/{run}/events").body.decode()
        assert '"kind":"finished","state":"finished"' in story, story[-600:]
        return self.ask("GET", f"/api/v1/runs/{run}").json()

    def stop(self):
        """Ends the server as a service manager does, which must succeed."""
        self.process.terminate()
        ended = self.process.wait(timeout=20)
        self.folder.cleanup()
        assert ended == 0, f"the server ended with {ended}"


def customers():
    """240 customers as CSV; the old ones and the golden ones leave."""
    lines = ["age,plan,spend,churned"]
    for row in range(240):
        age, plan = 20 + row * 7 % 50, ("basic", "gold", "silver")[row % 3]
        leaves = age + (20 if plan == "gold" else 0) > 60
        lines.append(f"{age},{plan},{row % 11}.5,{'yes' if leaves else 'no'}")
    return "\n".join(lines) + "\n"


def bar(row, upright):
    """An 8 × 8 image of a bright bar, as bytes."""
    at, light = row % 8, 150 + row % 100
    return bytes(light if (x if upright else y) == at else row % 7 for y in range(8) for x in range(8))


def bars():
    """A zip of two folders of images: bars that stand and bars that lie."""
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        for row in range(160):
            for upright in (True, False):
                label = "standing" if upright else "lying"
                files.writestr(f"bars/{label}/{row:03}.png", png(bar(row, upright), 8, 8))
    return packed.getvalue()


def png(pixels, width, height):
    """A grey PNG."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = b"".join(b"\0" + pixels[y * width : (y + 1) * width] for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
