-- What a project remembers of the model loop. Moments are RFC 3339, UTC.

CREATE TABLE runs (
    id TEXT PRIMARY KEY NOT NULL,
    recipe TEXT NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at TEXT NOT NULL,
    secs REAL NOT NULL DEFAULT 0,
    epochs INTEGER NOT NULL DEFAULT 0,
    planned_epochs INTEGER NOT NULL DEFAULT 0,
    metric TEXT,
    best REAL,
    model TEXT,
    UNIQUE (recipe, number)
);

CREATE TABLE versions (
    model TEXT NOT NULL,
    version INTEGER NOT NULL,
    run TEXT NOT NULL,
    created_at TEXT NOT NULL,
    metric TEXT,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (model, version)
);

-- Every deployment and roll-back, for good; the last one of a model says what answers now.
CREATE TABLE deployments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    model TEXT NOT NULL,
    version INTEGER NOT NULL,
    previous INTEGER,
    action TEXT NOT NULL CHECK (action IN ('deploy', 'rollback')),
    at TEXT NOT NULL,
    FOREIGN KEY (model, version) REFERENCES versions (model, version)
);

CREATE INDEX deployments_by_model ON deployments (model, id);

-- Each look at a sealed test part.
CREATE TABLE test_openings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    table_name TEXT NOT NULL,
    run TEXT NOT NULL,
    at TEXT NOT NULL
);

CREATE INDEX test_openings_by_table ON test_openings (table_name);
