"""Runs Flywheel and its peers on the same work, by turns, and prints ratios: python benchmarks/bench.py [job …]

Jobs: digits (the reference job, against Keras, PyTorch, PyTorch with fused Adam), cnn (the small network of the peers' scripts),
networks (three more networks against PyTorch), latency (one prediction in process and over HTTP, server start).
Environment: FLYWHEEL_BIN (the binary), FLYWHEEL_DATA (real data), PEERS (the peers' scripts), PEER_PYTHON (a Python with torch and tensorflow),
ROUNDS (how often each runs, by turns; default 3).
Every figure is a median over the rounds of one session on one machine; nothing here is a test.
"""
import datetime
import json
import os
import pathlib
import platform
import statistics
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


def project_with_digits(folder):
    flywheel(folder, "init", "--name", "bench", "--json")
    flywheel(folder, "data", "import", str(DATA / "vision_mnist"), "--name", "mnist", "--json")


def train(project, recipe):
    report, secs = flywheel(project, "train", str(recipe), "--test", "--json")
    epochs = [epoch["secs"] for epoch in report["epochs"]]
    accuracy = next(value["value"] for value in report["test"]["metrics"] if value["metric"] == "accuracy")
    return {"epoch": statistics.median(epochs), "accuracy": accuracy, "process": secs,
            "rss_mib": report["peak_bytes"] / 2**20}


def peer(script, job, **environment):
    out, _ = call([PYTHON, str(PEERS / script), job], MNIST=str(DATA / "vision_mnist"), **environment)
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


def digits(project):
    return table("`digits`: 784-512-10, 10 epochs", by_turns({
        "flywheel": lambda: train(project, ROOT / "recipes/digits.toml"),
        "keras": lambda: peer("keras_digits.py", "mlp"),
        "torch": lambda: peer("torch_digits.py", "mlp"),
        "torch, fused Adam": lambda: peer("torch_digits.py", "mlp", FUSED="1"),
    }))


def cnn(project):
    return table("The peers' small CNN, 12,000 images, 1 epoch", by_turns({
        "flywheel": lambda: train(project, ROOT / "benchmarks/recipes/small-cnn.toml"),
        "torch": lambda: peer("torch_digits.py", "cnn"),
    }))


def main():
    jobs = sys.argv[1:] or ["digits", "cnn"]
    with tempfile.TemporaryDirectory() as folder:
        project = pathlib.Path(folder) / "bench"
        project_with_digits(project)
        lines = []
        for job in jobs:
            print(job, flush=True)
            lines += globals()[job](project)
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    head = [f"## {datetime.date.today()}: {', '.join(jobs)}", "",
            f"{cpu}, {os.cpu_count()} cores; `make bench`, {ROUNDS} rounds by turns, medians; load before: {os.getloadavg()[0]:.1f}.", ""]
    print("\n".join(head + lines))
    with open(ROOT / "benchmarks/RESULTS.md", "a") as results:
        results.write("\n" + "\n".join(head + lines))


if __name__ == "__main__":
    main()
