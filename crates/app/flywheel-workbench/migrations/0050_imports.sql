-- What an import brings into the table and the catalogue has not counted yet: the places of its events among those seen,
-- 16 bytes each. What stands here while nobody imports is what a process that died left.
CREATE TABLE event_imports (
    id INTEGER PRIMARY KEY NOT NULL,
    places BLOB NOT NULL
);
