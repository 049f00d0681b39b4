"""The peers' answers to the questions of events, on the same Parquet files: python benchmarks/events_peers.py duckdb|chdb FILES ROUNDS

       python benchmarks/events_peers.py live TABLE

FILES is a glob of Parquet files with `person`, `time` and `event`, sorted by person and time.
Prints one line of JSON: for each question the best and the median seconds of ROUNDS hot runs, and the answer, so that all can be compared;
and the process's peak memory in MiB.
Of a table it prints the files that it holds now, with their rows.
"""
import glob
import json
import os
import resource
import statistics
import sys
import time

STEPS = ["signed up", "created board", "invited teammate", "used report", "purchased"]
WINDOW_DAYS = 14


def quoted(names):
    return ", ".join(f"'{name}'" for name in names)


def duckdb_queries(files):
    source = f"read_parquet('{files}')"
    # The latest possible beginning of the way so far, carried from step to step: one pass of windows a step.
    funnel = f"with s0 as (select person, time, event, case when event = '{STEPS[0]}' then time end as b0 from {source} where event in ({quoted(STEPS)}))"
    for step in range(1, len(STEPS)):
        funnel += (
            f", s{step} as (select *, case when event = '{STEPS[step]}' and time <= w + interval {WINDOW_DAYS} day then w end as b{step} from "
            f"(select *, max(b{step - 1}) over (partition by person order by time rows between unbounded preceding and 1 preceding) as w from s{step - 1}))"
        )
        funnel = funnel.replace(f"(select *, max(b{step - 1})", f"(select * exclude (w), max(b{step - 1})" if step > 1 else f"(select *, max(b{step - 1})")
    last = len(STEPS) - 1
    funnel += " select " + ", ".join(f"count(distinct case when b{step} is not null then person end)" for step in range(len(STEPS))) + f" from s{last}"
    retention = f"""
        with active as (select distinct person, date_trunc('week', time) as week from {source}),
        first as (select person, min(week) as began from active group by person)
        select date_diff('week', began, week) as age, count(*) from active join first using (person)
        where date_diff('week', began, week) < 12 group by age order by age"""
    daily = f"select count(*), sum(n) from (select date_trunc('day', time) as day, count(distinct person) as n from {source} group by day)"
    return {"funnel": funnel, "retention": retention, "daily": daily}


def chdb_queries(files):
    source = f"file('{files}', Parquet)"
    conditions = ", ".join(f"event = '{name}'" for name in STEPS)
    levels = ", ".join(f"countIf(level >= {step + 1})" for step in range(len(STEPS)))
    funnel = f"""select {levels} from (select person, windowFunnel({WINDOW_DAYS * 86400}000000)(toUInt64(toUnixTimestamp64Micro(time)), {conditions}) as level
        from {source} where event in ({quoted(STEPS)}) group by person)"""
    retention = f"""
        with active as (select person, toMonday(time) as week from {source} group by person, week),
        first as (select person, min(week) as began from active group by person)
        select dateDiff('week', began, week) as age, count(*) from active join first using (person)
        where age < 12 group by age order by age"""
    daily = f"select count(*), sum(n) from (select toDate(time) as day, uniqExact(person) as n from {source} group by day)"
    return {"funnel": funnel, "retention": retention, "daily": daily}


def live(table):
    """The files of a Delta table, as its newest checkpoint and the versions after it tell: added and not removed."""
    import duckdb

    files, after = {}, -1
    version = lambda path: int(os.path.basename(path).split(".")[0])
    checkpoints = sorted(glob.glob(f"{table}/_delta_log/*.checkpoint.parquet"))
    if checkpoints:
        after = version(checkpoints[-1])
        rows = duckdb.sql(f"select add.path, add.stats from read_parquet('{checkpoints[-1]}') where add.path is not null").fetchall()
        files = {path: json.loads(stats)["numRecords"] for path, stats in rows}
    for log in sorted(glob.glob(f"{table}/_delta_log/*.json")):
        if version(log) <= after:
            continue
        for line in open(log):
            action = json.loads(line)
            if "add" in action:
                files[action["add"]["path"]] = json.loads(action["add"]["stats"])["numRecords"]
            elif "remove" in action:
                files.pop(action["remove"]["path"], None)
    return files


def main():
    if sys.argv[1] == "live":
        return print(json.dumps(live(sys.argv[2])))
    peer, files, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if peer == "duckdb":
        import duckdb

        connection = duckdb.connect()
        connection.execute("set TimeZone = 'UTC'")
        queries, ask = duckdb_queries(files), lambda query: connection.execute(query).fetchall()
    else:
        import chdb

        queries = chdb_queries(files)
        ask = lambda query: [list(json.loads(line).values()) for line in chdb.query(query, "JSONEachRow").bytes().decode().splitlines()]
    results = {}
    for name, query in queries.items():
        ask(query)
        secs = []
        for _ in range(rounds):
            begun = time.perf_counter()
            answer = ask(query)
            secs.append(time.perf_counter() - begun)
        results[name] = {"best": min(secs), "secs": statistics.median(secs), "answer": [[int(value) for value in row] for row in answer]}
    results["rss_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(results))


if __name__ == "__main__":
    main()
