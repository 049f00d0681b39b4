"""Runs Flywheel and its peers on the same work, by turns, and prints ratios: python benchmarks/bench.py [job …]

Jobs: digits (the reference job, against Keras, PyTorch, PyTorch with fused Adam), cnn (the small network of the peers' scripts),
networks (three more networks against PyTorch), seeds (the reference job over five seeds),
events (a funnel, retention and daily active people over a make-believe startup's events, against DuckDB and chDB; 3 GB of disk),
cluster (the same questions over the same events, embedded and on clusters of 1, 2 and 4 executors of one task at a time each).
Environment: FLYWHEEL_BIN (the binary), FLYWHEEL_DATA (real data), PEERS (the peers' scripts), PEER_PYTHON (a Python with the peers),
ROUNDS (how often each runs, by turns; default 3), PEOPLE (of the startup; default 500,000, with about 40 events each),
STARTUP (a folder in which the startup is kept and found again; without it, it is made anew and thrown away).
Every figure of training is a median over the rounds of one session on one machine, those of events the best; nothing here is a test.
"""
import contextlib
import datetime
import gzip
import json
import os
import pathlib
import platform
import random
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = os.environ.get("FLYWHEEL_BIN", str(ROOT / "target/debug/flywheel"))
DATA = pathlib.Path(os.environ.get("FLYWHEEL_DATA", ROOT.parent / "shared/data"))
PEERS = pathlib.Path(os.environ.get("PEERS", ROOT.parent / "shared/peers"))
PYTHON = os.environ.get("PEER_PYTHON", str(ROOT / ".venv-bench/bin/python"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
PEOPLE = int(os.environ.get("PEOPLE", "500000"))

# The startup is made, imported and thrown away in parts, so that its text never fills the disk.
PEOPLE_AT_ONCE = 20000
DAYS = 92

# The jobs that ask the startup; they need no project with training data.
OF_EVENTS = {"events", "cluster"}
EXECUTORS = (1, 2, 4)


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


def free_port(followed_by=0):
    """A free port that so many free ones follow."""
    while True:
        with contextlib.ExitStack() as taken:
            port = 0
            try:
                for ahead in range(1 + followed_by):
                    one = taken.enter_context(socket.socket())
                    one.bind(("127.0.0.1", port + ahead))
                    port = port or one.getsockname()[1]
                return port
            except (OSError, OverflowError):
                continue


def status_mib(process, name):
    """What Linux says of a process, such as its peak memory, `VmHWM`."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(name)).split()[1]) / 1024


class Served:
    """A project served, asked over HTTP as the page asks; on some of the machine's cores, which decide how many threads read."""

    def __init__(self, project, cores=None):
        self.port = free_port()
        self.process = subprocess.Popen([BIN, "--project", str(project), "serve", "--port", str(self.port)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        preexec_fn=(lambda: os.sched_setaffinity(0, cores)) if cores else None)
        begun = time.perf_counter()
        while time.perf_counter() - begun < 60:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1).close()
                self.ready_secs = time.perf_counter() - begun
                return
            except OSError:
                time.sleep(0.01)
        sys.exit("the server did not answer")

    def ask(self, question):
        """The answer and the seconds until it was here."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1/questions", json.dumps(question).encode(),
                                         {"Content-Type": "application/json"})
        begun = time.perf_counter()
        with urllib.request.urlopen(request, timeout=600) as answer:
            content = answer.read()
        return json.loads(content)["answer"], time.perf_counter() - begun

    def peak_mib(self):
        return status_mib(self.process, "VmHWM")

    def idle_mib(self):
        return status_mib(self.process, "VmRSS")

    def stop(self):
        self.process.terminate()
        self.process.wait()


STEPS = ["signed up", "created board", "invited teammate", "used report", "purchased"]
SPAN = {"from": "2025-12-29", "to": "2026-04-05"}
QUESTIONS = {
    "funnel": {"kind": "funnel", "steps": [{"event": step} for step in STEPS], "window": {"count": 14, "unit": "day"}},
    "retention": {"kind": "retention", "start": {}, "returning": {}, "begins": "first_time", "interval": "week",
                  "period": SPAN, "columns": 12},
    "daily": {"kind": "trend", "series": [{"measure": "people"}], "interval": "day", "period": SPAN},
}


def as_peers_say(name, answer):
    """Flywheel's answer in the peers' form."""
    if name == "funnel":
        return [[step["people"] for step in answer["steps"]]]
    if name == "retention":
        cohorts = answer["overall"]["cohorts"]
        return [[age, sum(cohort["cells"][age]["people"] for cohort in cohorts if age < len(cohort["cells"]))] for age in range(12)]
    days = [day for day in answer["lines"][0]["values"] if day]
    return [[len(days), int(sum(days))]]


def startup(folder):
    """A project with the events of a make-believe startup: its folder."""
    kept = os.environ.get("STARTUP")
    project = pathlib.Path(kept) / "startup" if kept else folder / "startup"
    whole = project / "people"
    if whole.exists() and whole.read_text() == str(PEOPLE):
        return project
    shutil.rmtree(project, ignore_errors=True)
    call([BIN, "init", str(project), "--name", "startup", "--json"])
    parts = [min(PEOPLE_AT_ONCE, PEOPLE - first) for first in range(0, PEOPLE, PEOPLE_AT_ONCE)]

    def made(part):
        """A part of the startup on its way to the disk, while the one before is imported."""
        sample = folder / f"sample-{part}"
        words = [BIN, "sample", str(sample), "--people", str(parts[part]), "--days", str(DAYS), "--seed", str(part + 1), "--json"]
        return sample, subprocess.Popen(words, stdout=subprocess.DEVNULL)

    following = made(0)
    for part, people in enumerate(parts):
        sample, process = following
        if process.wait() != 0:
            sys.exit("the sample was not written")
        following = made(part + 1) if part + 1 < len(parts) else None
        report, secs = flywheel(project, "events", "import", str(sample / "events.jsonl"), "--name", f"part {part}", "--json")
        print(f"  {people} people: {report['imported']} events imported in {secs:.0f} s", flush=True)
        shutil.rmtree(sample)
    whole.write_text(str(PEOPLE))
    return project


def settled(table):
    """Waits until the server has merged what was to be merged; then nothing writes any more."""
    before, since = None, time.time()
    while time.time() - since < 20:
        files = sorted(path.name for path in table.rglob("*"))
        if files != before:
            before, since = files, time.time()
        time.sleep(1)


def events(_, folder):
    project = startup(folder)
    table_folder = project / ".flywheel/tables/events"
    served = Served(project)
    settled(table_folder)
    served.stop()
    # As somebody starts it who has this many events already.
    served = Served(project)
    time.sleep(2)
    start = f"Started with these events, the server answers after {served.ready_secs:.2f} s and rests at {served.idle_mib():.0f} MiB."
    print(f"  {start}", flush=True)
    files = peer(ROOT / "benchmarks/events_peers.py", "live", str(table_folder))
    same = project.parent / "same"
    shutil.rmtree(same, ignore_errors=True)
    same.mkdir()
    for name in files:
        os.link(table_folder / name, same / name)
    best, answers, peaks = {}, {}, {}

    def heard(who, name, secs, answer):
        best[who, name] = min(secs, best.get((who, name), secs))
        if answers.setdefault(name, answer) != answer:
            sys.exit(f"{who} answers {name} with {answer}, not with {answers[name]}")

    for turn in range(ROUNDS):
        for name, question in QUESTIONS.items():
            if turn == 0:
                served.ask(question)
            for _ in range(ROUNDS):
                answer, secs = served.ask(question)
                heard("flywheel", name, secs, as_peers_say(name, answer))
        peaks["flywheel"] = served.peak_mib()
        for who in ("duckdb", "chdb"):
            results = peer(ROOT / "benchmarks/events_peers.py", who, str(same / "*.parquet"), str(ROUNDS))
            peaks[who] = max(results.pop("rss_mib"), peaks.get(who, 0))
            for name, result in results.items():
                heard(who, name, result["best"], result["answer"])
        print(f"  round {turn + 1}: {json.dumps({' '.join(key): round(secs, 3) for key, secs in best.items()})}", flush=True)
    served.stop()
    rows, size = sum(files.values()), sum((same / name).stat().st_size for name in files)
    lines = [f"### `events`: {rows:,} events of {PEOPLE:,} people in {len(files)} Parquet files, {size / 2**20:,.0f} MiB", "",
             "The same files, the same answers; best of all runs, hot. Flywheel over HTTP, the peers in their own process.", "",
             "| | 5-step funnel, s | ratio | weekly retention, s | ratio | daily active people, s | ratio | peak memory, MiB |",
             "| --- | --- | --- | --- | --- | --- | --- | --- |"]
    for who in peaks:
        cells = "".join(f" {best[who, name]:.3f} | {best[who, name] / best['flywheel', name]:.2f} |" for name in QUESTIONS)
        lines.append(f"| {who} |{cells} {peaks[who]:.0f} |")
    return [*lines, "", start, ""]


@contextlib.contextmanager
def cluster_of(executors, folder):
    """A scheduler and executors of one task at a time each: the scheduler's address, and the executors' processes."""
    running = []

    def start(role, port, *words):
        # What an executor leaves behind when it is killed goes with the folder.
        running.append(subprocess.Popen([BIN, "cluster", role, "--port", str(port), *words], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, env=os.environ | {"TMPDIR": str(folder)}))
        begun = time.perf_counter()
        while time.perf_counter() - begun < 60:
            with contextlib.suppress(OSError):
                return socket.create_connection(("127.0.0.1", port), timeout=1).close()
            time.sleep(0.05)
        sys.exit(f"the {role} did not start")

    try:
        port = free_port()
        start("scheduler", port)
        address = f"127.0.0.1:{port}"
        for _ in range(executors):
            # The port that follows is for tasks.
            start("executor", free_port(followed_by=1), "--scheduler", address, "--cores", "1")
        # Until the scheduler knows them all.
        time.sleep(2)
        yield address, running[1:]
    finally:
        for process in reversed(running):
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def cluster(_, folder):
    """How many events a node carries: the questions of events, embedded and on clusters that grow."""
    project = startup(folder).resolve()
    table_folder = project / ".flywheel/tables/events"
    served = Served(project)
    settled(table_folder)
    served.stop()
    files = peer(ROOT / "benchmarks/events_peers.py", "live", str(table_folder))
    rows, size = sum(files.values()), sum((table_folder / name).stat().st_size for name in files)
    # The same project with another engine: what the program owns is there by a link, and one server at a time has it.
    on_cluster = folder / "on-cluster"
    on_cluster.mkdir()
    (on_cluster / ".flywheel").symlink_to(project / ".flywheel")
    settings = [line for line in (project / "flywheel.toml").read_text().splitlines() if not line.startswith("engine =")]
    cores = sorted(os.sched_getaffinity(0))
    best, answers, peaks = {}, {}, {}

    def ask(who, served, executors):
        try:
            for name, question in QUESTIONS.items():
                served.ask(question)
                for _ in range(ROUNDS):
                    answer, secs = served.ask(question)
                    best[who, name] = min(secs, best.get((who, name), secs))
                    answer = as_peers_say(name, answer)
                    if answers.setdefault(name, answer) != answer:
                        sys.exit(f"{who} answers {name} with {answer}, not with {answers[name]}")
            now = [served.peak_mib(), *(status_mib(process, "VmHWM") for process in executors)]
            peaks[who] = [max(pair) for pair in zip(now, peaks.get(who, now))]
        finally:
            served.stop()

    for turn in range(ROUNDS):
        ask("embedded, 1 core", Served(project, cores[:1]), [])
        ask("embedded, all cores", Served(project), [])
        for count in EXECUTORS:
            with cluster_of(count, folder) as (address, executors):
                (on_cluster / "flywheel.toml").write_text("\n".join([f'engine = "df://{address}"', *settings, ""]))
                ask(f"cluster, {count} executor{'s' if count > 1 else ''}", Served(on_cluster), executors)
        print(f"  round {turn + 1}: {json.dumps({' '.join(key): round(secs, 3) for key, secs in best.items()})}", flush=True)
    overhead = "; more executors than cores show only what a cluster costs" if len(cores) < max(EXECUTORS) else ""
    lines = [f"### `cluster`: {rows:,} events in {len(files)} Parquet files, {size / rows:.0f} bytes an event, on {len(cores)} cores", "",
             f"The same files, the same answers; best of all runs, hot, over HTTP. All processes share the {len(cores)} cores{overhead}.", "",
             "| | 5-step funnel, s | million events/s | weekly retention, s | million events/s | daily active people, s | million events/s "
             "| server's peak memory, MiB | each executor's, MiB |",
             "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    for who, (server, *executors) in peaks.items():
        cells = "".join(f" {best[who, name]:.3f} | {rows / best[who, name] / 1e6:.1f} |" for name in QUESTIONS)
        lines.append(f"| {who} |{cells} {server:.0f} | {', '.join(f'{peak:.0f}' for peak in executors)} |")
    return [*lines, ""]


def main():
    jobs = sys.argv[1:] or ["digits", "seeds", "cnn", "networks", "events", "cluster"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        project = folder / "bench"
        if not OF_EVENTS.issuperset(jobs):
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
