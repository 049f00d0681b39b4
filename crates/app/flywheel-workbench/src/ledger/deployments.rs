//! The ledger's deployments: what answers, what answered before.

use std::collections::BTreeMap;

use flywheel_spec::model::DeploymentReport;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::{Ledger, now};
use crate::Failure;

impl Ledger {
    /// Writes down that a version answers from now on.
    pub async fn deploy(&self, model: &str, version: u64) -> Result<DeploymentReport, Failure> {
        // IMMEDIATE takes the write lock before reading, so that two deployments stand one after the other.
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let previous = standing(&history(&mut transaction, model).await?).last().copied();
        let report = DeploymentReport {
            name: model.to_owned(),
            version,
            previous,
            action: "deploy".to_owned(),
            at: now(),
        };
        insert(&mut transaction, &report).await?;
        transaction.commit().await?;
        Ok(report)
    }

    /// The version that answered before the one that answers; `None` when there is none.
    pub async fn before(&self, model: &str) -> Result<Option<u64>, Failure> {
        let mut connection = self.pool.acquire().await?;
        let standing = standing(&history(&mut connection, model).await?);
        Ok(standing.iter().rev().nth(1).copied())
    }

    /// Writes down that the version `before` answers again; `None` when it is not the one before any more.
    pub async fn roll_back(&self, model: &str, before: u64) -> Result<Option<DeploymentReport>, Failure> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let standing = standing(&history(&mut transaction, model).await?);
        let [.., below, now_answering] = standing[..] else { return Ok(None) };
        if below != before {
            return Ok(None);
        }
        let report = DeploymentReport {
            name: model.to_owned(),
            version: before,
            previous: Some(now_answering),
            action: "rollback".to_owned(),
            at: now(),
        };
        insert(&mut transaction, &report).await?;
        transaction.commit().await?;
        Ok(Some(report))
    }

    /// Everything deployed of a model, newest first.
    pub async fn deployments(&self, model: &str) -> Result<Vec<DeploymentReport>, Failure> {
        let mut connection = self.pool.acquire().await?;
        let mut history = history(&mut connection, model).await?;
        history.reverse();
        Ok(history)
    }

    /// The version that answers, of each deployed model.
    pub async fn deployed(&self) -> Result<BTreeMap<String, u64>, Failure> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT model, version FROM deployments WHERE id IN (SELECT max(id) FROM deployments GROUP BY model)",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|(model, version)| (model, version.unsigned_abs())).collect())
    }

    /// Grows with each deployment and roll-back.
    pub async fn deployment_count(&self) -> Result<i64, Failure> {
        Ok(sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM deployments").fetch_one(&self.pool).await?)
    }
}

/// The versions that stand on each other: a deployment lays one on top, a roll-back takes the top away.
fn standing(history: &[DeploymentReport]) -> Vec<u64> {
    let mut standing: Vec<u64> = Vec::new();
    for deployment in history {
        if deployment.action == "rollback" {
            standing.pop();
        } else if standing.last() != Some(&deployment.version) {
            standing.push(deployment.version);
        }
    }
    standing
}

async fn history(connection: &mut SqliteConnection, model: &str) -> Result<Vec<DeploymentReport>, Failure> {
    let rows = sqlx::query(
        "SELECT model, version, previous, action, at FROM deployments WHERE model = ?1 ORDER BY id",
    )
    .bind(model)
    .fetch_all(connection)
    .await?;
    let report = |row: &SqliteRow| {
        Ok(DeploymentReport {
            name: row.try_get("model")?,
            version: row.try_get::<i64, _>("version")?.unsigned_abs(),
            previous: row.try_get::<Option<i64>, _>("previous")?.map(i64::unsigned_abs),
            action: row.try_get("action")?,
            at: row.try_get("at")?,
        })
    };
    rows.iter().map(report).collect()
}

async fn insert(connection: &mut SqliteConnection, report: &DeploymentReport) -> Result<(), Failure> {
    sqlx::query("INSERT INTO deployments (model, version, previous, action, at) VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(&report.name)
        .bind(report.version as i64)
        .bind(report.previous.map(|version| version as i64))
        .bind(&report.action)
        .bind(&report.at)
        .execute(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ledger() -> (tempfile::TempDir, Ledger) {
        let folder = tempfile::tempdir().expect("a folder");
        let ledger = Ledger::open(&folder.path().join("ledger.db")).await.expect("opened");
        for version in 1..=3 {
            assert!(ledger.add_version("digits", version, "digits-1", None, 10).await.expect("added"));
        }
        (folder, ledger)
    }

    #[tokio::test]
    async fn rolling_back_takes_away_what_was_laid_on_top() {
        let (_folder, ledger) = ledger().await;
        assert_eq!(ledger.before("digits").await.expect("asked"), None);
        for version in [1, 2, 2, 3] {
            ledger.deploy("digits", version).await.expect("deployed");
        }
        assert_eq!(ledger.roll_back("digits", 1).await.expect("asked"), None);
        let versions = async || {
            let before = ledger.before("digits").await.expect("asked")?;
            ledger.roll_back("digits", before).await.expect("asked").map(|report| report.version)
        };
        assert_eq!(versions().await, Some(2));
        assert_eq!(versions().await, Some(1));
        assert_eq!(versions().await, None);
        assert_eq!(ledger.deployed().await.expect("asked").get("digits"), Some(&1));
        assert_eq!(ledger.deployments("digits").await.expect("asked").len(), 6);
    }

    #[tokio::test]
    async fn only_a_version_that_exists_is_deployed() {
        let (_folder, ledger) = ledger().await;
        assert!(ledger.deploy("digits", 9).await.is_err());
        assert!(ledger.deployed().await.expect("asked").is_empty());
    }

    #[tokio::test]
    async fn runs_are_numbered_by_recipe_even_when_two_processes_begin_at_once() {
        let (folder, ledger) = ledger().await;
        let other = Ledger::open(&folder.path().join("ledger.db")).await.expect("opened twice");
        let kind = flywheel_spec::run::RunKind::Train;
        let begun = futures::future::join_all((0..20).map(|index| {
            let ledger = if index % 2 == 0 { &ledger } else { &other };
            ledger.begin_run("digits", kind)
        }))
        .await;
        let mut ids: Vec<String> = begun.into_iter().map(|run| run.expect("begun").id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 20);
    }
}
