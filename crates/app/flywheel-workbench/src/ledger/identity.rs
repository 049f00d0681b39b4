//! The ledger's log of who is whom: who was identified, who became whom, what was refused, what was taken back.

use flywheel_collect::identity::Line;
use flywheel_people::identity::{Merge, Step};
use flywheel_people::person_of;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::Ledger;
use crate::Failure;

/// Names that one question to SQLite may hold.
const NAMES: usize = 500;

impl Ledger {
    /// The log from a line on, in order.
    pub async fn lines_from(&self, first: u64) -> Result<Vec<Line>, Failure> {
        let rows: Vec<String> =
            sqlx::query_scalar("SELECT content FROM identity_lines WHERE line >= ?1 ORDER BY line")
                .bind(first as i64)
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(|content| read(content)).collect()
    }

    /// How many lines the log has.
    pub async fn line_count(&self) -> Result<u64, Failure> {
        let mut connection = self.pool.acquire().await?;
        length(&mut connection).await
    }

    /// Merges and undos from a step on.
    pub async fn steps_from(&self, first: u64) -> Result<Vec<Step>, Failure> {
        let rows: Vec<(i64, i64, Option<i64>)> = sqlx::query_as(
            "SELECT from_person, into_person, undoes_step FROM identity_lines WHERE step >= ?1 ORDER BY step",
        )
        .bind(first as i64)
        .fetch_all(&self.pool)
        .await?;
        let step = |(from, into, undoes): (i64, i64, Option<i64>)| match undoes {
            Some(undone) => Step::Undo(undone.unsigned_abs()),
            None => Step::Merge(Merge { from, into }),
        };
        Ok(rows.into_iter().map(step).collect())
    }

    /// The lines that name any of these people, with their numbers, in order.
    pub async fn lines_about(&self, people: &[i64]) -> Result<Vec<(u64, Line)>, Failure> {
        let mut lines = Vec::new();
        for people in people.chunks(NAMES) {
            let names = vec!["?"; people.len()].join(",");
            let text = format!(
                "SELECT line, content FROM identity_lines
                 WHERE from_person IN ({names}) OR into_person IN ({names})"
            );
            let mut query = sqlx::query_as(AssertSqlSafe(text));
            for person in people.iter().chain(people) {
                query = query.bind(person);
            }
            let rows: Vec<(i64, String)> = query.fetch_all(&self.pool).await?;
            for (number, content) in rows {
                lines.push((number.unsigned_abs(), read(&content)?));
            }
        }
        lines.sort_by_key(|(number, _)| *number);
        lines.dedup_by_key(|(number, _)| *number);
        Ok(lines)
    }

    /// Writes lines at the end of the log; false, and nothing written, when it has another length by now.
    pub async fn add_lines(&self, lines: &[Line], first: u64) -> Result<bool, Failure> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let added = add_lines(&mut transaction, lines, first).await?;
        transaction.commit().await?;
        Ok(added)
    }

    /// Puts other lines of the same kind in the place of some, so that they name nobody; the log keeps its length.
    pub async fn rewrite_lines(&self, lines: &[(u64, Line)]) -> Result<(), Failure> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        for (number, line) in lines {
            let people = match line {
                Line::Identified { id, .. } => (person_of(id), person_of(id)),
                Line::Merged { from, into, .. } | Line::Refused { from, into, .. } => {
                    (person_of(from), person_of(into))
                }
                Line::Undone { .. } => continue,
            };
            sqlx::query(
                "UPDATE identity_lines SET content = ?2, from_person = ?3, into_person = ?4 WHERE line = ?1",
            )
            .bind(*number as i64)
            .bind(write(line)?)
            .bind(people.0)
            .bind(people.1)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// Writes lines at the end of the log; false, and nothing written, when it has another length than `first`.
pub(super) async fn add_lines(
    connection: &mut SqliteConnection,
    lines: &[Line],
    first: u64,
) -> Result<bool, Failure> {
    if lines.is_empty() {
        return Ok(true);
    }
    if length(connection).await? != first {
        return Ok(false);
    }
    let mut step: i64 = sqlx::query_scalar("SELECT coalesce(max(step) + 1, 0) FROM identity_lines")
        .fetch_one(&mut *connection)
        .await?;
    for (number, line) in (first..).zip(lines) {
        let (people, undoes) = match line {
            Line::Merged { from, into, .. } => (Some((person_of(from), person_of(into))), None),
            Line::Undone { merge, .. } => {
                let row: (i64, i64, i64) = sqlx::query_as(
                    "SELECT from_person, into_person, step FROM identity_lines
                     WHERE line = ?1 AND step IS NOT NULL",
                )
                .bind(*merge as i64)
                .fetch_one(&mut *connection)
                .await?;
                (Some((row.0, row.1)), Some(row.2))
            }
            // Who was identified or refused is looked up by these too, when a person is given out or erased.
            Line::Identified { id, .. } => (Some((person_of(id), person_of(id))), None),
            Line::Refused { from, into, .. } => (Some((person_of(from), person_of(into))), None),
        };
        let is_step = matches!(line, Line::Merged { .. } | Line::Undone { .. });
        sqlx::query(
            "INSERT INTO identity_lines (line, step, undoes_step, from_person, into_person, content)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )
        .bind(number as i64)
        .bind(is_step.then_some(step))
        .bind(undoes)
        .bind(people.map(|(from, _)| from))
        .bind(people.map(|(_, into)| into))
        .bind(write(line)?)
        .execute(&mut *connection)
        .await?;
        step += i64::from(is_step);
    }
    Ok(true)
}

async fn length(connection: &mut SqliteConnection) -> Result<u64, Failure> {
    let length: i64 = sqlx::query_scalar("SELECT coalesce(max(line) + 1, 0) FROM identity_lines")
        .fetch_one(connection)
        .await?;
    Ok(length.unsigned_abs())
}

fn write(line: &Line) -> Result<String, Failure> {
    serde_json::to_string(line).map_err(|error| Failure::broken("ledger.db", error))
}

fn read(content: &str) -> Result<Line, Failure> {
    serde_json::from_str(content).map_err(|error| Failure::broken("ledger.db", error))
}

#[cfg(test)]
mod tests {
    use flywheel_collect::identity::How;
    use uuid::Uuid;

    use super::*;

    fn merged(from: &str, into: &str) -> Line {
        Line::Merged { at: 1, event: Uuid::nil(), how: How::Identify, from: from.into(), into: into.into() }
    }

    #[tokio::test]
    async fn the_log_reads_back_as_it_was_written_and_its_steps_are_those_of_the_lines() {
        let folder = tempfile::tempdir().expect("a folder");
        let ledger = Ledger::open(&folder.path().join("ledger.db")).await.expect("opened");
        let lines = [
            Line::Identified { at: 0, event: Uuid::nil(), id: "x".into() },
            merged("a", "b"),
            merged("b", "c"),
            Line::Undone { at: 2, merge: 1 },
        ];
        assert!(ledger.add_lines(&lines[..2], 0).await.expect("added"));
        assert!(!ledger.add_lines(&lines[2..], 1).await.expect("asked"), "another length");
        assert!(ledger.add_lines(&lines[2..], 2).await.expect("added"));
        assert_eq!(ledger.lines_from(0).await.expect("read"), lines);
        assert_eq!(ledger.lines_from(3).await.expect("read"), lines[3..]);
        let steps = ledger.steps_from(0).await.expect("read");
        assert_eq!(steps, flywheel_collect::identity::steps(&lines));
        assert_eq!(ledger.steps_from(1).await.expect("read"), steps[1..]);
        let about = ledger.lines_about(&[person_of("a"), person_of("x")]).await.expect("read");
        assert_eq!(about.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [0, 1, 3]);

        ledger.rewrite_lines(&[(1, merged("erased", "erased"))]).await.expect("blanked");
        let steps = ledger.steps_from(0).await.expect("read");
        let nobody = person_of("erased");
        assert_eq!(steps[0], Step::Merge(Merge { from: nobody, into: nobody }));
        assert_eq!(steps.len(), 3);
    }
}
