-- What a project knows of the events that arrived, beside the events themselves. Times are microseconds since 1970, UTC.

-- How much of the spool the ledger has taken in; one row.
CREATE TABLE event_progress (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    segment INTEGER NOT NULL
);
INSERT INTO event_progress (only_row, segment) VALUES (1, 0);

-- The log of who is whom, which only grows; `line` counts from 0 without a gap.
-- `step` counts the lines that merge two people or take that back; the other lines have none.
CREATE TABLE identity_lines (
    line INTEGER PRIMARY KEY NOT NULL,
    step INTEGER UNIQUE,
    undoes_step INTEGER,
    from_person INTEGER,
    into_person INTEGER,
    content TEXT NOT NULL
);
CREATE INDEX identity_lines_by_from ON identity_lines (from_person);
CREATE INDEX identity_lines_by_into ON identity_lines (into_person);

CREATE TABLE event_asides (
    id TEXT PRIMARY KEY NOT NULL,
    at INTEGER NOT NULL,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    raw TEXT NOT NULL,
    resent_at INTEGER
);
CREATE INDEX event_asides_by_time ON event_asides (at);

-- The catalogue.
CREATE TABLE event_names (
    event TEXT PRIMARY KEY NOT NULL,
    count INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    derived INTEGER NOT NULL,
    arrivals INTEGER NOT NULL
);

CREATE TABLE event_days (
    event TEXT NOT NULL,
    day INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (event, day)
) WITHOUT ROWID;

CREATE TABLE event_senders (
    event TEXT NOT NULL,
    source TEXT NOT NULL,
    library TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (event, source, library)
) WITHOUT ROWID;

CREATE TABLE event_properties (
    event TEXT NOT NULL,
    owner TEXT NOT NULL CHECK (owner IN ('event', 'person')),
    name TEXT NOT NULL,
    count INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    texts INTEGER NOT NULL,
    numbers INTEGER NOT NULL,
    booleans INTEGER NOT NULL,
    lists INTEGER NOT NULL,
    objects INTEGER NOT NULL,
    nulls INTEGER NOT NULL,
    examples TEXT NOT NULL,
    PRIMARY KEY (event, owner, name)
) WITHOUT ROWID;

-- Rules of the plan that events broke.
CREATE TABLE event_violations (
    event TEXT NOT NULL,
    property TEXT NOT NULL,
    rule TEXT NOT NULL,
    phrase TEXT NOT NULL,
    count INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    examples TEXT NOT NULL,
    PRIMARY KEY (event, property, rule)
) WITHOUT ROWID;
