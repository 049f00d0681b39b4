//! The ledger's merge log: who became whom, who took it back, and who said who they are.

use std::collections::HashSet;

use flywheel_people::identity::{Merge, Step};
use flywheel_spec::events::{MergeKind, MergeLine};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use super::Ledger;
use crate::Failure;
use crate::events::moment::rfc3339;

/// Names that one question to SQLite may hold.
const NAMES: usize = 500;

/// A line of the merge log that is about to be written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewStep {
    /// What it does.
    pub step: Step,
    /// Who goes into another person, as a distinct id.
    pub from_id: String,
    /// Whom they go into.
    pub into_id: String,
    /// What asked for it.
    pub cause: String,
    /// When, microseconds.
    pub at: i64,
}

/// A merge that was asked for and refused.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewRefusal {
    pub from_id: String,
    pub into_id: String,
    pub cause: String,
    pub at: i64,
}

/// A line of the merge log as it stands there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LoggedStep {
    /// Its number.
    pub number: u64,
    /// The people that it is about.
    pub merge: Merge,
    /// Which line it takes back, when it does.
    pub undoes: Option<u64>,
    pub from_id: String,
    pub into_id: String,
    pub cause: String,
    pub at: i64,
}

impl LoggedStep {
    /// For [`flywheel_people::Identity`].
    pub fn step(&self) -> Step {
        self.undoes.map_or(Step::Merge(self.merge), Step::Undo)
    }
}

impl Ledger {
    /// The merge log from a line on, in order.
    pub async fn steps_from(&self, first: u64) -> Result<Vec<LoggedStep>, Failure> {
        let rows = sqlx::query(
            "SELECT step, from_person, into_person, from_id, into_id, undoes, cause, at
             FROM identity_steps WHERE step >= ?1 ORDER BY step",
        )
        .bind(first as i64)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(logged).collect()
    }

    /// The merge log from a line on, without its words, and the last segment that it takes in: both of one moment.
    pub async fn bare_steps_from(&self, first: u64) -> Result<(Vec<Step>, u64), Failure> {
        let mut transaction = self.pool.begin().await?;
        let segment: i64 =
            sqlx::query_scalar("SELECT segment FROM event_progress").fetch_one(&mut *transaction).await?;
        let rows: Vec<(i64, i64, Option<i64>)> = sqlx::query_as(
            "SELECT from_person, into_person, undoes FROM identity_steps WHERE step >= ?1 ORDER BY step",
        )
        .bind(first as i64)
        .fetch_all(&mut *transaction)
        .await?;
        let step = |(from, into, undoes): (i64, i64, Option<i64>)| match undoes {
            Some(undone) => Step::Undo(undone.unsigned_abs()),
            None => Step::Merge(Merge { from, into }),
        };
        Ok((rows.into_iter().map(step).collect(), segment.unsigned_abs()))
    }

    /// Lines that name any of these people.
    pub async fn steps_about(&self, people: &HashSet<i64>) -> Result<Vec<LoggedStep>, Failure> {
        let mut steps = Vec::new();
        let people: Vec<i64> = people.iter().copied().collect();
        for people in people.chunks(NAMES) {
            let names = vec!["?"; people.len()].join(",");
            let text = format!(
                "SELECT step, from_person, into_person, from_id, into_id, undoes, cause, at FROM identity_steps
                 WHERE from_person IN ({names}) OR into_person IN ({names})"
            );
            let mut query = sqlx::query(AssertSqlSafe(text));
            for person in people.iter().chain(people) {
                query = query.bind(person);
            }
            for row in query.fetch_all(&self.pool).await? {
                steps.push(logged(&row)?);
            }
        }
        steps.sort_by_key(|step| step.number);
        steps.dedup_by_key(|step| step.number);
        Ok(steps)
    }

    /// Which of these people said who they are.
    pub async fn identified_of(&self, people: &HashSet<i64>) -> Result<HashSet<i64>, Failure> {
        let mut found = HashSet::new();
        let people: Vec<i64> = people.iter().copied().collect();
        for people in people.chunks(NAMES) {
            let names = vec!["?"; people.len()].join(",");
            let text = format!("SELECT person FROM identified WHERE person IN ({names})");
            let mut query = sqlx::query_scalar(AssertSqlSafe(text));
            for person in people {
                query = query.bind(person);
            }
            found.extend(query.fetch_all(&self.pool).await?.into_iter().map(|person: i64| person));
        }
        Ok(found)
    }

    /// Writes one line at the end of the merge log; false when the log has another length by now.
    pub async fn add_step(&self, step: &NewStep, number: u64) -> Result<bool, Failure> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let added = add_steps(&mut transaction, std::slice::from_ref(step), number).await?;
        transaction.commit().await?;
        Ok(added)
    }

    /// The newest refusals.
    pub async fn refusals(&self, limit: u64) -> Result<Vec<MergeLine>, Failure> {
        let rows: Vec<(i64, String, String, String, i64)> = sqlx::query_as(
            "SELECT id, from_id, into_id, cause, at FROM identity_refused ORDER BY id DESC LIMIT ?1",
        )
        .bind(limit as i64)
        .fetch_all(&self.pool)
        .await?;
        let line = |(id, from, into, cause, at): (i64, String, String, String, i64)| MergeLine {
            id: id.unsigned_abs(),
            kind: MergeKind::Refused,
            from,
            into,
            cause,
            at: rfc3339(at),
            other: None,
        };
        Ok(rows.into_iter().map(line).collect())
    }
}

/// Writes lines at the end of the merge log; false, and nothing written, when it has another length than `first`.
pub(super) async fn add_steps(
    connection: &mut SqliteConnection,
    steps: &[NewStep],
    first: u64,
) -> Result<bool, Failure> {
    if steps.is_empty() {
        return Ok(true);
    }
    let length: i64 =
        sqlx::query_scalar("SELECT count(*) FROM identity_steps").fetch_one(&mut *connection).await?;
    if length.unsigned_abs() != first {
        return Ok(false);
    }
    for (number, new) in (first..).zip(steps) {
        let (kind, merge, undoes) = match new.step {
            Step::Merge(merge) => ("merge", merge, None),
            Step::Undo(undone) => {
                let row: (i64, i64) =
                    sqlx::query_as("SELECT from_person, into_person FROM identity_steps WHERE step = ?1")
                        .bind(undone as i64)
                        .fetch_one(&mut *connection)
                        .await?;
                ("undo", Merge { from: row.0, into: row.1 }, Some(undone as i64))
            }
        };
        sqlx::query(
            "INSERT INTO identity_steps (step, kind, from_person, into_person, from_id, into_id, undoes, cause, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )
        .bind(number as i64)
        .bind(kind)
        .bind(merge.from)
        .bind(merge.into)
        .bind(&new.from_id)
        .bind(&new.into_id)
        .bind(undoes)
        .bind(&new.cause)
        .bind(new.at)
        .execute(&mut *connection)
        .await?;
    }
    Ok(true)
}

pub(super) async fn add_refusals(
    connection: &mut SqliteConnection,
    refused: &[NewRefusal],
) -> Result<(), Failure> {
    for refusal in refused {
        sqlx::query("INSERT INTO identity_refused (from_id, into_id, cause, at) VALUES (?1, ?2, ?3, ?4)")
            .bind(&refusal.from_id)
            .bind(&refusal.into_id)
            .bind(&refusal.cause)
            .bind(refusal.at)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) async fn identify(connection: &mut SqliteConnection, people: &[i64]) -> Result<(), Failure> {
    for person in people {
        sqlx::query("INSERT OR IGNORE INTO identified (person) VALUES (?1)")
            .bind(person)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn logged(row: &SqliteRow) -> Result<LoggedStep, Failure> {
    Ok(LoggedStep {
        number: row.try_get::<i64, _>("step")?.unsigned_abs(),
        merge: Merge { from: row.try_get("from_person")?, into: row.try_get("into_person")? },
        undoes: row.try_get::<Option<i64>, _>("undoes")?.map(i64::unsigned_abs),
        from_id: row.try_get("from_id")?,
        into_id: row.try_get("into_id")?,
        cause: row.try_get("cause")?,
        at: row.try_get("at")?,
    })
}
