//! The ledger's catalogue of events and properties.

use std::collections::{BTreeMap, HashMap};

use flywheel_spec::events::{
    DayCount, EventSummary, KindCount, PropertySummary, Sender, ValueKind, Violation,
};
use flywheel_spec::product::Owner;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::Ledger;
use crate::Failure;
use crate::events::moment::{day, rfc3339};
use crate::events::plan::Plan;
use crate::events::tally::{EXAMPLES, EventTally, PropertyTally, Tally, ViolationTally, join};

/// Days that a summary shows.
const DAYS_SHOWN: i64 = 30;

impl Ledger {
    /// The events of the catalogue, most frequent first; of one name only, when one is given.
    pub async fn event_summaries(
        &self,
        only: Option<&str>,
        plan: &Plan,
    ) -> Result<Vec<EventSummary>, Failure> {
        let names = sqlx::query(
            "SELECT event, count, first, last, derived, arrivals FROM event_names
             WHERE ?1 IS NULL OR event = ?1 ORDER BY count DESC, event",
        )
        .bind(only)
        .fetch_all(&self.pool)
        .await?;
        let mut days: HashMap<String, Vec<DayCount>> = HashMap::new();
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT d.event, d.day, d.count FROM event_days d
             WHERE (?1 IS NULL OR d.event = ?1)
               AND d.day > (SELECT max(day) - ?2 FROM event_days WHERE event = d.event) ORDER BY d.event, d.day",
        )
        .bind(only)
        .bind(DAYS_SHOWN)
        .fetch_all(&self.pool)
        .await?;
        for (event, number, count) in rows {
            days.entry(event).or_default().push(DayCount { day: day(number), count: count.unsigned_abs() });
        }
        let mut senders: HashMap<String, Vec<Sender>> = HashMap::new();
        let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
            "SELECT event, source, library, count FROM event_senders
             WHERE ?1 IS NULL OR event = ?1 ORDER BY event, count DESC, source, library",
        )
        .bind(only)
        .fetch_all(&self.pool)
        .await?;
        for (event, source, library, count) in rows {
            let library = Some(library).filter(|library| !library.is_empty());
            senders.entry(event).or_default().push(Sender { source, library, count: count.unsigned_abs() });
        }
        let mut violations: HashMap<String, u64> = HashMap::new();
        for violation in self.violations(only, plan).await? {
            *violations.entry(violation.event).or_default() += violation.count;
        }
        let summary = |row: &SqliteRow| {
            let event: String = row.try_get("event")?;
            Ok(EventSummary {
                count: row.try_get::<i64, _>("count")?.unsigned_abs(),
                first_seen: rfc3339(row.try_get("first")?),
                last_seen: rfc3339(row.try_get("last")?),
                derived_ids: row.try_get::<i64, _>("derived")?.unsigned_abs(),
                without_ids: row.try_get::<i64, _>("arrivals")?.unsigned_abs(),
                violations: violations.remove(&event).unwrap_or_default(),
                days: days.remove(&event).unwrap_or_default(),
                senders: senders.remove(&event).unwrap_or_default(),
                description: None,
                event,
            })
        };
        names.iter().map(summary).collect()
    }

    /// The properties of one event, or of all, most frequent first.
    pub async fn property_summaries(&self, event: Option<&str>) -> Result<Vec<PropertySummary>, Failure> {
        let rows = sqlx::query(
            "SELECT * FROM event_properties WHERE ?1 IS NULL OR event = ?1 ORDER BY count DESC, event",
        )
        .bind(event)
        .fetch_all(&self.pool)
        .await?;
        let mut found: BTreeMap<(String, Owner), (PropertyTally, Vec<String>)> = BTreeMap::new();
        for row in &rows {
            let (name, tally) = property(row)?;
            let owner = match row.try_get::<&str, _>("owner")? {
                "person" => Owner::Person,
                "group" => Owner::Group,
                _ => Owner::Event,
            };
            let event: String = row.try_get("event")?;
            match found.get_mut(&(name.clone(), owner)) {
                Some((sum, events)) => {
                    sum.count += tally.count;
                    sum.first = sum.first.min(tally.first);
                    sum.last = sum.last.max(tally.last);
                    for (ours, theirs) in sum.kinds.iter_mut().zip(tally.kinds) {
                        *ours += theirs;
                    }
                    join(&mut sum.examples, tally.examples);
                    events.push(event);
                }
                None => {
                    found.insert((name, owner), (tally, vec![event]));
                }
            }
        }
        let mut summaries: Vec<PropertySummary> = found
            .into_iter()
            .map(|((name, of), (tally, events))| {
                let counted = ValueKind::ALL.into_iter().zip(tally.kinds);
                let mut kinds: Vec<KindCount> = counted
                    .filter(|(_, count)| *count > 0)
                    .map(|(kind, count)| KindCount { kind, count })
                    .collect();
                kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
                PropertySummary {
                    name,
                    of,
                    count: tally.count,
                    kinds,
                    examples: tally.examples,
                    first_seen: rfc3339(tally.first),
                    last_seen: rfc3339(tally.last),
                    events,
                }
            })
            .collect();
        summaries.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (&a.name, a.of).cmp(&(&b.name, b.of))));
        Ok(summaries)
    }

    /// The broken rules that the plan still has, most often broken first.
    pub async fn violations(&self, event: Option<&str>, plan: &Plan) -> Result<Vec<Violation>, Failure> {
        let rows = sqlx::query(
            "SELECT * FROM event_violations WHERE ?1 IS NULL OR event = ?1
             ORDER BY count DESC, event, property, rule",
        )
        .bind(event)
        .fetch_all(&self.pool)
        .await?;
        let mut violations = Vec::new();
        for row in &rows {
            let (event, property): (String, String) = (row.try_get("event")?, row.try_get("property")?);
            if !plan.has(&event, &property, row.try_get("rule")?) {
                continue;
            }
            violations.push(Violation {
                event,
                property,
                rule: from_json(row.try_get("phrase")?)?,
                count: row.try_get::<i64, _>("count")?.unsigned_abs(),
                first_seen: rfc3339(row.try_get("first")?),
                last_seen: rfc3339(row.try_get("last")?),
                examples: from_json(row.try_get("examples")?)?,
            });
        }
        Ok(violations)
    }

    /// When the first event happened that the catalogue has counted, microseconds, even where it is gone by now.
    pub async fn first_seen(&self) -> Result<Option<i64>, Failure> {
        Ok(sqlx::query_scalar("SELECT min(first) FROM event_names").fetch_one(&self.pool).await?)
    }

    /// Which plan the broken rules were counted by over every event of the table.
    pub async fn judged_by(&self) -> Result<String, Failure> {
        Ok(sqlx::query_scalar("SELECT digest FROM event_plan").fetch_one(&self.pool).await?)
    }

    /// Puts the broken rules of a tally in the place of all that are there, unless the ledger took in more than that
    /// segment meanwhile.
    pub async fn judge_anew(&self, tally: &Tally, digest: &str, segment: u64) -> Result<(), Failure> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let taken: i64 =
            sqlx::query_scalar("SELECT segment FROM event_progress").fetch_one(&mut *transaction).await?;
        if taken.unsigned_abs() != segment {
            return Ok(());
        }
        sqlx::query("DELETE FROM event_violations").execute(&mut *transaction).await?;
        for (event, tally) in &tally.events {
            for ((property, rule), violation) in &tally.violations {
                count_violation(&mut transaction, event, property, rule, violation).await?;
            }
        }
        sqlx::query("UPDATE event_plan SET digest = ?1").bind(digest).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes back what a stretch of events counted, after they were erased.
    pub async fn uncount(&self, tally: &Tally) -> Result<(), Failure> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        for (event, tally) in &tally.events {
            sqlx::query(
                "UPDATE event_names SET count = count - ?2, derived = derived - ?3, arrivals = arrivals - ?4
                 WHERE event = ?1",
            )
            .bind(event)
            .bind(tally.count as i64)
            .bind(tally.derived as i64)
            .bind(tally.arrivals as i64)
            .execute(&mut *transaction)
            .await?;
            // Of what was in the table nobody knows any more whether its client sent an id: never more than there are.
            sqlx::query(
                "UPDATE event_names SET derived = max(0, min(derived, count)),
                     arrivals = max(0, min(arrivals, count - max(0, min(derived, count)))) WHERE event = ?1",
            )
            .bind(event)
            .execute(&mut *transaction)
            .await?;
            for ((property, rule), violation) in &tally.violations {
                sqlx::query(
                    "UPDATE event_violations SET count = count - ?4
                     WHERE event = ?1 AND property = ?2 AND rule = ?3",
                )
                .bind(event)
                .bind(property)
                .bind(rule)
                .bind(violation.count as i64)
                .execute(&mut *transaction)
                .await?;
            }
            for (day, count) in &tally.days {
                sqlx::query("UPDATE event_days SET count = count - ?3 WHERE event = ?1 AND day = ?2")
                    .bind(event)
                    .bind(day)
                    .bind(*count as i64)
                    .execute(&mut *transaction)
                    .await?;
            }
            for ((source, library), count) in &tally.senders {
                sqlx::query(
                    "UPDATE event_senders SET count = count - ?4
                     WHERE event = ?1 AND source = ?2 AND library = ?3",
                )
                .bind(event)
                .bind(source)
                .bind(library)
                .bind(*count as i64)
                .execute(&mut *transaction)
                .await?;
            }
            for (_, owner, properties) in tally.properties() {
                for (name, tally) in properties {
                    let [texts, numbers, booleans, lists, objects, nulls] =
                        tally.kinds.map(|count| count as i64);
                    sqlx::query(
                        "UPDATE event_properties SET count = count - ?4, texts = texts - ?5,
                             numbers = numbers - ?6, booleans = booleans - ?7, lists = lists - ?8,
                             objects = objects - ?9, nulls = nulls - ?10
                         WHERE event = ?1 AND owner = ?2 AND name = ?3",
                    )
                    .bind(event)
                    .bind(owner)
                    .bind(name)
                    .bind(tally.count as i64)
                    .bind(texts)
                    .bind(numbers)
                    .bind(booleans)
                    .bind(lists)
                    .bind(objects)
                    .bind(nulls)
                    .execute(&mut *transaction)
                    .await?;
                }
            }
        }
        let counted = ["event_names", "event_days", "event_senders", "event_properties", "event_violations"];
        for table in counted {
            sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table} WHERE count <= 0")))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Forgets the examples of what was last seen before a moment.
    pub async fn forget_examples_before(&self, before: i64) -> Result<(), Failure> {
        for table in ["event_properties", "event_violations"] {
            let update = format!("UPDATE {table} SET examples = '[]' WHERE last < ?1 AND examples <> '[]'");
            sqlx::query(sqlx::AssertSqlSafe(update)).bind(before).execute(&self.pool).await?;
        }
        Ok(())
    }

    /// Forgets examples that fit.
    pub async fn forget_examples(&self, fits: impl Fn(&str) -> bool) -> Result<(), Failure> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        for (table, key) in
            [("event_properties", "event, owner, name"), ("event_violations", "event, property, rule")]
        {
            let rows: Vec<(String, String, String, String)> =
                sqlx::query_as(sqlx::AssertSqlSafe(format!("SELECT {key}, examples FROM {table}")))
                    .fetch_all(&mut *transaction)
                    .await?;
            for (first, second, third, examples) in rows {
                let examples: Vec<String> = from_json(&examples)?;
                let kept: Vec<String> = examples.iter().filter(|example| !fits(example)).cloned().collect();
                if kept.len() == examples.len() {
                    continue;
                }
                let update = format!("UPDATE {table} SET examples = ?4 WHERE ({key}) = (?1, ?2, ?3)");
                sqlx::query(sqlx::AssertSqlSafe(update))
                    .bind(first)
                    .bind(second)
                    .bind(third)
                    .bind(to_json(&kept)?)
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// Adds what a stretch of events counted.
pub(super) async fn count(connection: &mut SqliteConnection, tally: &Tally) -> Result<(), Failure> {
    let mut names: Vec<&String> = tally.events.keys().collect();
    names.sort();
    for name in names {
        count_event(connection, name, &tally.events[name]).await?;
    }
    Ok(())
}

async fn count_event(
    connection: &mut SqliteConnection,
    event: &str,
    tally: &EventTally,
) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO event_names (event, count, first, last, derived, arrivals) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (event) DO UPDATE SET count = count + excluded.count, first = min(first, excluded.first),
             last = max(last, excluded.last), derived = derived + excluded.derived,
             arrivals = arrivals + excluded.arrivals",
    )
    .bind(event)
    .bind(tally.count as i64)
    .bind(tally.first)
    .bind(tally.last)
    .bind(tally.derived as i64)
    .bind(tally.arrivals as i64)
    .execute(&mut *connection)
    .await?;
    for (day, count) in &tally.days {
        sqlx::query(
            "INSERT INTO event_days (event, day, count) VALUES (?1, ?2, ?3)
             ON CONFLICT (event, day) DO UPDATE SET count = count + excluded.count",
        )
        .bind(event)
        .bind(day)
        .bind(*count as i64)
        .execute(&mut *connection)
        .await?;
    }
    for ((source, library), count) in &tally.senders {
        sqlx::query(
            "INSERT INTO event_senders (event, source, library, count) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (event, source, library) DO UPDATE SET count = count + excluded.count",
        )
        .bind(event)
        .bind(source)
        .bind(library)
        .bind(*count as i64)
        .execute(&mut *connection)
        .await?;
    }
    for (_, owner, properties) in tally.properties() {
        let mut names: Vec<&String> = properties.keys().collect();
        names.sort();
        for name in names {
            count_property(connection, event, owner, name, &properties[name]).await?;
        }
    }
    for ((property, rule), violation) in &tally.violations {
        count_violation(connection, event, property, rule, violation).await?;
    }
    Ok(())
}

async fn count_property(
    connection: &mut SqliteConnection,
    event: &str,
    owner: &str,
    name: &str,
    tally: &PropertyTally,
) -> Result<(), Failure> {
    let [texts, numbers, booleans, lists, objects, nulls] = tally.kinds.map(|count| count as i64);
    let examples = join_sql("event_properties");
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "INSERT INTO event_properties
             (event, owner, name, count, first, last, texts, numbers, booleans, lists, objects, nulls, examples)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (event, owner, name) DO UPDATE SET count = count + excluded.count,
             first = min(first, excluded.first), last = max(last, excluded.last),
             texts = texts + excluded.texts, numbers = numbers + excluded.numbers,
             booleans = booleans + excluded.booleans, lists = lists + excluded.lists,
             objects = objects + excluded.objects, nulls = nulls + excluded.nulls, examples = {examples}"
    )))
    .bind(event)
    .bind(owner)
    .bind(name)
    .bind(tally.count as i64)
    .bind(tally.first)
    .bind(tally.last)
    .bind(texts)
    .bind(numbers)
    .bind(booleans)
    .bind(lists)
    .bind(objects)
    .bind(nulls)
    .bind(to_json(&tally.examples)?)
    .execute(connection)
    .await?;
    Ok(())
}

async fn count_violation(
    connection: &mut SqliteConnection,
    event: &str,
    property: &str,
    rule: &str,
    tally: &ViolationTally,
) -> Result<(), Failure> {
    let examples = join_sql("event_violations");
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "INSERT INTO event_violations (event, property, rule, phrase, count, first, last, examples)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (event, property, rule) DO UPDATE SET count = count + excluded.count,
             first = min(first, excluded.first), last = max(last, excluded.last), examples = {examples}"
    )))
    .bind(event)
    .bind(property)
    .bind(rule)
    .bind(serde_json::to_string(&tally.phrase).map_err(|error| Failure::broken("plan", error))?)
    .bind(tally.count as i64)
    .bind(tally.first)
    .bind(tally.last)
    .bind(to_json(&tally.examples)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// The examples that stand there, and new ones while there is room.
fn join_sql(table: &str) -> String {
    format!(
        "CASE WHEN json_array_length({table}.examples) >= {EXAMPLES} THEN {table}.examples ELSE
             (SELECT json_group_array(value) FROM (SELECT value, min(place) AS place FROM
                 (SELECT value, key AS place FROM json_each({table}.examples)
                  UNION ALL SELECT value, key + {EXAMPLES} FROM json_each(excluded.examples))
              GROUP BY value ORDER BY place LIMIT {EXAMPLES})) END"
    )
}

fn property(row: &SqliteRow) -> Result<(String, PropertyTally), Failure> {
    let count = |name: &str| row.try_get::<i64, _>(name).map(i64::unsigned_abs);
    let tally = PropertyTally {
        count: count("count")?,
        first: row.try_get("first")?,
        last: row.try_get("last")?,
        kinds: [
            count("texts")?,
            count("numbers")?,
            count("booleans")?,
            count("lists")?,
            count("objects")?,
            count("nulls")?,
        ],
        examples: from_json(row.try_get("examples")?)?,
    };
    Ok((row.try_get("name")?, tally))
}

fn to_json(examples: &[String]) -> Result<String, Failure> {
    serde_json::to_string(examples).map_err(|error| Failure::broken("examples", error))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| Failure::broken("ledger.db", error))
}
