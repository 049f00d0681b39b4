-- The keys that clients send events with. Moments are RFC 3339, UTC; a revoked key stays, so that it is never made anew.

CREATE TABLE keys (
    key TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT
);
