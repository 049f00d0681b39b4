-- Properties of groups stand in the catalogue, too, by their whole names, such as `company.plan`.
CREATE TABLE event_properties_of_three (
    event TEXT NOT NULL,
    owner TEXT NOT NULL CHECK (owner IN ('event', 'person', 'group')),
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
INSERT INTO event_properties_of_three SELECT * FROM event_properties;
DROP TABLE event_properties;
ALTER TABLE event_properties_of_three RENAME TO event_properties;
