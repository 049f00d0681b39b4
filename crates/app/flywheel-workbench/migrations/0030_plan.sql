-- Which plan the broken rules in `event_violations` were counted by; empty for none.
CREATE TABLE event_plan (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    digest TEXT NOT NULL
);
INSERT INTO event_plan (only_row, digest) VALUES (1, '');
