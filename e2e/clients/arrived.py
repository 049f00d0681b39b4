"""What arrived at a served project: asked by SQL until it is there."""

import json
import time


def key_of(served):
    """The project's key."""
    import subprocess

    from served import BINARY

    called = subprocess.run(
        [BINARY, "keys", "list", "--json", "--project", served.folder.name], check=True, capture_output=True
    )
    return json.loads(called.stdout)[0]["key"]


def events(served, names, wanted):
    """The events of these names, one row for each that counts; waits until there are as many."""
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    query = f"SELECT event, distinct_id, uuid, time, properties FROM events WHERE event IN ({listed}) ORDER BY time, uuid"
    begun = time.monotonic()
    while True:
        rows = served.post("/api/v1/sql", {"query": query})["rows"]
        if len(rows) >= wanted:
            assert len(rows) == wanted, f"{len(rows)} rows for {wanted} events: {rows[:20]}"
            names = ("event", "distinct_id", "uuid", "time", "properties")
            found = [dict(zip(names, row)) for row in rows]
            for row in found:
                if isinstance(row["properties"], str):
                    row["properties"] = json.loads(row["properties"])
            return found
        assert time.monotonic() - begun < 30, f"only {len(rows)} of {wanted} arrived"
        time.sleep(0.1)


def asides(served):
    """What was kept aside: the raw event and the reason's key."""
    listed = served.ask("GET", "/api/v1/events/aside").json()
    return [(aside["raw"], aside["reason"]["key"]) for aside in listed]
