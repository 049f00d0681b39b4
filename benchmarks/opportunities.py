"""Ranks the make-believe startup's opportunities with the binary and scores them against the planted truth.

    python benchmarks/opportunities.py [seeds] [people]

For each seed: a project, `flywheel sample`, both imports, `flywheel opportunities`. A ranked theme counts as the planted
problem or decoy that most of its messages speak of (more than half of those that speak of any); the second theme of one
problem gains nothing, decoys and themes without a problem gain nothing. Printed: NDCG@10 with the truth file's gains (0 to 5), by seed and on
average, and how many of the ten costliest problems have a theme at all. Environment: FLYWHEEL_BIN.
"""
import collections
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = os.environ.get("FLYWHEEL_BIN", str(ROOT / "target/debug/flywheel"))


def flywheel(project, *words):
    called = subprocess.run([BIN, "--project", str(project), *words, "--json"], capture_output=True, check=False)
    if called.returncode != 0:
        sys.exit(f"{' '.join(words)} failed:\n{called.stdout.decode()[-2000:]}{called.stderr.decode()[-2000:]}")
    return json.loads(called.stdout)


def gain(ranks):
    return sum((2**value - 1) / math.log2(place + 2) for place, value in enumerate(ranks[:10]))


def score(seed, people, folder):
    project = pathlib.Path(folder) / f"startup-{seed}"
    subprocess.run([BIN, "init", str(project), "--name", "startup", "--json"], check=True, capture_output=True)
    sample = project / "sample"
    flywheel(project, "sample", str(sample), "--people", str(people), "--seed", str(seed))
    flywheel(project, "events", "import", str(sample / "events.jsonl"))
    flywheel(project, "feedback", "import", str(sample / "feedback.csv"), "--key", "uuid")
    truth = json.loads((sample / "truth.json").read_text())["truth"]
    planted = truth["problems"] + truth["decoys"]
    problem_of = {uuid: number for number, problem in enumerate(planted) for uuid in problem["messages"]}
    ranked = flywheel(project, "opportunities")["opportunities"]
    seen, gains, spoken = set(), [], set()
    for opportunity in ranked:
        theme = opportunity["evidence"]["theme"]
        hits = flywheel(project, "feedback", "search", "--theme", theme, "--limit", "1000")["hits"]
        about = collections.Counter(problem_of[hit["id"]] for hit in hits if hit["id"] in problem_of)
        problem, count = about.most_common(1)[0] if about else (-1, 0)
        known = 0 <= problem < len(truth["problems"]) and 2 * count > sum(about.values())
        if known:
            spoken.add(problem)
        gains.append(truth["problems"][problem]["gain"] if known and problem not in seen else 0)
        if known:
            seen.add(problem)
    ideal = sorted((problem["gain"] for problem in truth["problems"]), reverse=True)
    costly = sorted(range(len(truth["problems"])), key=lambda at: -truth["problems"][at]["value"])[:10]
    return gain(gains) / gain(ideal), sum(problem in spoken for problem in costly), len(ranked)


def main():
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    people = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    scores = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, seeds + 1):
            ndcg, found, count = score(seed, people, folder)
            scores.append(ndcg)
            print(f"seed {seed}: NDCG@10 {ndcg:.3f}, {found} of the 10 costliest have a theme, {count} ranked", flush=True)
    print(f"mean over {seeds} seeds: {statistics.mean(scores):.3f}, lowest {min(scores):.3f}")


if __name__ == "__main__":
    main()
