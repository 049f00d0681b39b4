"""Runs Flywheel and its peers on the same work, by turns, and prints ratios: python benchmarks/bench.py [job …]

Jobs: digits (the reference job, against Keras, PyTorch, PyTorch with fused Adam), cnn (the small network of the peers' scripts),
networks (three more networks against PyTorch), seeds (the reference job over five seeds).
Environment: FLYWHEEL_BIN (the binary), FLYWHEEL_DATA (real data), PEERS (the peers' scripts), PEER_PYTHON (a Python with torch and tensorflow),
ROUNDS (how often each runs, by turns; default 3).
Every figure is a median over the rounds of one session on one machine; nothing here is a test.
"""
import datetime
import gzip
import json
import os
import pathlib
import platform
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = os.environ.get("FLYWHEEL_BIN", str(ROOT / "target/debug/flywheel"))
DATA = pathlib.Path(os.environ.get("FLYWHEEL_DATA", ROOT.parent / "shared/data"))
PEERS = pathlib.Path(os.environ.get("PEERS", ROOT.parent / "shared/peers"))
PYTHON = os.environ.get("PEER_PYTHON", str(ROOT / ".venv-bench/bin/python"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))


def call(command, **environment):
    """Runs a command; gives its standard output, its seconds and its peak memory in MiB."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | environment)
    out, err = process.communicate()
    secs = time.perf_counter() - begun
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{err.decode()[-2000:]}")
    return out.decode(), secs


def flywheel(project, *words):
    out, secs = call([BIN, "--project", str(project), *words])
    return json.loads(out), secs


def project_with_data(project, folder):
    """A project with MNIST, MNIST cut to 12,500 training images, and 50,000 rows of made-up numbers."""
    call([BIN, "init", str(project), "--name", "bench", "--json"])
    flywheel(project, "data", "import", str(DATA / "vision_mnist"), "--name", "mnist", "--json")
    small = folder / "mnist_small"
    small.mkdir()
    for file, header, row in (("images-idx3", 16, 784), ("labels-idx1", 8, 1)):
        with gzip.open(DATA / "vision_mnist" / f"train-{file}-ubyte.gz") as whole:
            content = whole.read(header + 12500 * row)
        (small / f"train-{file}-ubyte").write_bytes(content[:4] + struct.pack(">I", 12500) + content[8:])
        (small / f"t10k-{file}-ubyte.gz").write_bytes((DATA / "vision_mnist" / f"t10k-{file}-ubyte.gz").read_bytes())
    flywheel(project, "data", "import", str(small), "--name", "mnist_small", "--json")
    draw = random.Random(0)
    with open(folder / "rows.csv", "w") as rows:
        rows.write(",".join(f"x{i}" for i in range(100)) + ",y\n")
        for _ in range(50000):
            x = [draw.gauss(0, 1) for _ in range(100)]
            y = x[0] * x[1] + abs(x[2]) + sum(x[3:10]) + draw.gauss(0, 0.3)
            rows.write(",".join(f"{value:.4f}" for value in x) + f",{y:.4f}\n")
    flywheel(project, "data", "import", str(folder / "rows.csv"), "--name", "rows", "--json")


def train(project, recipe):
    run, secs = flywheel(project, "train", str(recipe), "--test", "--json")
    report = run["report"]
    epochs = [epoch["secs"] for epoch in report["epochs"]]
    accuracy = next(value["value"] for value in report["test"]["metrics"] if value["metric"] in ("accuracy", "r2"))
    return {"epoch": statistics.median(epochs), "accuracy": accuracy, "process": secs,
            "rss_mib": report["peak_bytes"] / 2**20}


def peer(script, *words, **environment):
    out, _ = call([PYTHON, str(script), *words], MNIST=str(DATA / "vision_mnist"), PYTHONPATH=str(PEERS), **environment)
    return json.loads(out.splitlines()[-1])


def by_turns(runners):
    """Runs each once, then each again …, so that a busy minute hurts all alike; gives the medians."""
    results = {name: [] for name in runners}
    for turn in range(ROUNDS):
        for name, run in runners.items():
            results[name].append(run())
            print(f"  round {turn + 1} {name}: {json.dumps(results[name][-1])}", flush=True)
    keys = ("epoch", "accuracy", "process", "rss_mib")
    return {name: {key: statistics.median(run[key] for run in runs) for key in keys} for name, runs in results.items()}


def table(title, results):
    own = results["flywheel"]
    lines = [f"### {title}", "", "| | epoch, s | epoch ratio | whole process, s | process ratio | test accuracy | peak memory, MiB |",
             "| --- | --- | --- | --- | --- | --- | --- |"]
    for name, run in results.items():
        lines.append(f"| {name} | {run['epoch']:.2f} | {run['epoch'] / own['epoch']:.2f} | {run['process']:.1f} | "
                     f"{run['process'] / own['process']:.2f} | {run['accuracy']:.4f} | {run['rss_mib']:.0f} |")
    return lines + [""]


def digits(project, _):
    return table("`digits`: 784-512-10, 10 epochs", by_turns({
        "flywheel": lambda: train(project, ROOT / "recipes/digits.toml"),
        "keras": lambda: peer(PEERS / "keras_digits.py", "mlp"),
        "torch": lambda: peer(PEERS / "torch_digits.py", "mlp"),
        "torch, fused Adam": lambda: peer(PEERS / "torch_digits.py", "mlp", FUSED="1"),
    }))


def cnn(project, _):
    return table("The peers' small CNN, 12,000 images, 1 epoch", by_turns({
        "flywheel": lambda: train(project, ROOT / "benchmarks/recipes/small-cnn.toml"),
        "torch": lambda: peer(PEERS / "torch_digits.py", "cnn"),
    }))


def networks(project, folder):
    lines = []
    for job in ("wide", "rows", "lenet"):
        lines += table(f"`{job}` (see benchmarks/recipes/{job}.toml)", by_turns({
            "flywheel": lambda: train(project, ROOT / f"benchmarks/recipes/{job}.toml"),
            "torch, fused": lambda: peer(ROOT / "benchmarks/torch_networks.py", job, str(folder)),
        }))
    return lines


def seeds(project, folder):
    """The reference job's test accuracy over five seeds."""
    recipe = (ROOT / "recipes/digits.toml").read_text()
    values = []
    for seed in range(5):
        path = folder / f"digits-{seed}.toml"
        path.write_text("\n".join(f"seed = {seed}" if line.startswith("seed =") else line for line in recipe.splitlines()))
        values.append(train(project, path)["accuracy"])
    return ["### `digits`: test accuracy, five seeds", "", f"{[round(value, 4) for value in values]}, mean {statistics.mean(values):.4f}", ""]


def main():
    jobs = sys.argv[1:] or ["digits", "seeds", "cnn", "networks"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        project = folder / "bench"
        project_with_data(project, folder)
        lines = []
        for job in jobs:
            print(job, flush=True)
            lines += globals()[job](project, folder)
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    head = [f"## {datetime.date.today()}: {', '.join(jobs)}", "",
            f"{cpu}, {os.cpu_count()} cores; `make bench`, {ROUNDS} rounds by turns, medians; load before: {os.getloadavg()[0]:.1f}.", ""]
    print("\n".join(head + lines))
    with open(ROOT / "benchmarks/RESULTS.md", "a") as results:
        results.write("\n" + "\n".join(head + lines))


if __name__ == "__main__":
    main()
