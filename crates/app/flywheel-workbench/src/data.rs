//! The project's tables: imported, listed, profiled, read.

use std::path::Path;

use flywheel_spec::check::name_from;
use flywheel_spec::table::{ImportReport, ProfileReport, TableSummary};
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_tables::fetch::{Progress, fetch};
use flywheel_tables::{ImportOptions, Source, StoredTable, import};

use crate::{Failure, Workbench};

/// What to import and how.
#[derive(Debug, Clone, Default)]
pub struct ImportRequest {
    /// The table's name; made from the source's name when absent.
    pub name: Option<String>,
    /// What a person said about the source.
    pub options: ImportOptions,
}

impl Workbench {
    /// Every table, by name.
    ///
    /// # Errors
    /// When a table's log cannot be read.
    pub async fn list_tables(&self) -> Result<Vec<TableSummary>, Failure> {
        Ok(self.warehouse().list().await?)
    }

    /// Imports a file or a folder as the whole content of a table.
    ///
    /// # Errors
    /// Every mistake of the source at once; then the table is as it was.
    pub async fn import_path(&self, path: &Path, request: ImportRequest) -> Result<ImportReport, Failure> {
        if !path.exists() {
            let problem = Problem::error(phrase!("workbench.no_file", path = path.display()));
            return Err(Failure::NotFound(problem.advise(Phrase::new("workbench.no_file_advice"))));
        }
        let path = path.to_owned();
        let source = path.display().to_string();
        let name = request.name.unwrap_or_else(|| table_name(&source));
        check_table_name(&name)?;
        let options = request.options;
        let work = move || import(&Source::Path(&path), &options);
        let imported = blocking(work).await??;
        self.store(&name, imported, &source).await
    }

    /// Imports a file that arrived over the network.
    ///
    /// # Errors
    /// As [`Self::import_path`].
    pub async fn import_bytes(
        &self,
        file_name: &str,
        bytes: Vec<u8>,
        request: ImportRequest,
    ) -> Result<ImportReport, Failure> {
        let file_name = file_name.to_owned();
        let name = request.name.unwrap_or_else(|| table_name(&file_name));
        check_table_name(&name)?;
        let options = request.options;
        let source = file_name.clone();
        let work = move || import(&Source::Bytes { name: &file_name, bytes: &bytes }, &options);
        let imported = blocking(work).await??;
        self.store(&name, imported, &source).await
    }

    /// Fetches a known data set and imports it; files that are there already are not fetched again.
    ///
    /// # Errors
    /// When no mirror can be reached, or a file is not what it should be.
    pub async fn get_dataset(
        &self,
        dataset: &str,
        name: &str,
        mut progress: impl FnMut(&str, u64, Option<u64>) + Send,
    ) -> Result<ImportReport, Failure> {
        check_table_name(name)?;
        let folder = self.folder().downloads().join(dataset);
        let mut told =
            |progress_now: &Progress| progress(&progress_now.file, progress_now.done, progress_now.total);
        let fetched = fetch(dataset, &folder, None, &mut told).await?;
        let request = ImportRequest { name: Some(name.to_owned()), ..ImportRequest::default() };
        let mut report = self.import_path(&fetched.folder, request).await?;
        report.actions.splice(0..0, fetched.actions);
        Ok(report)
    }

    /// What a table looks like; with a target, what gives it away.
    ///
    /// # Errors
    /// When there is no such table or column.
    pub async fn profile(&self, table: &str, target: Option<&str>) -> Result<ProfileReport, Failure> {
        let stored = self.table(table, None, None).await?;
        if let Some(target) = target {
            known_column(&stored, target)?;
        }
        let target = target.map(str::to_owned);
        blocking(move || flywheel_tables::profile(&stored, target.as_deref())).await
    }

    /// Writes a frame as the whole content of a table.
    pub(crate) async fn store(
        &self,
        name: &str,
        imported: flywheel_tables::Imported,
        source: &str,
    ) -> Result<ImportReport, Failure> {
        let now = jiff::Timestamp::now();
        let table = self.warehouse().write(name, &imported.frame, &imported.kinds, source, now).await?;
        let stored = StoredTable {
            name: name.to_owned(),
            version: table.version,
            fingerprint: String::new(),
            frame: imported.frame,
            kinds: imported.kinds,
        };
        let profile = blocking(move || flywheel_tables::profile(&stored, None)).await?;
        Ok(ImportReport {
            table,
            format: imported.format.name().to_owned(),
            actions: imported.actions,
            warnings: imported.warnings,
            profile,
        })
    }

    /// A table in memory.
    pub(crate) async fn table(
        &self,
        name: &str,
        version: Option<u64>,
        limit: Option<u64>,
    ) -> Result<StoredTable, Failure> {
        let known: Vec<String> = self.list_tables().await?.into_iter().map(|table| table.name).collect();
        if !known.iter().any(|table| table == name) {
            return Err(Failure::not_found(phrase!("workbench.no_table", name = name), &known, name));
        }
        Ok(self.warehouse().read(name, version, limit).await?)
    }
}

/// Runs work that computes or waits for files on a thread of its own.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Failure::broken("thread", error))
}

pub(crate) fn known_column(table: &StoredTable, column: &str) -> Result<(), Failure> {
    let known: Vec<String> = table.frame.columns.iter().map(|column| column.name.clone()).collect();
    if known.iter().any(|name| name == column) {
        return Ok(());
    }
    let message = phrase!("workbench.no_column", column = column, table = table.name);
    Err(Failure::Wrong(Failure::not_found(message, &known, column).problems()))
}

/// `customers` for `exports/Customers.csv.gz`.
fn table_name(source: &str) -> String {
    let last = source.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    name_from(last.split('.').find(|part| !part.is_empty()).unwrap_or(last))
}

fn check_table_name(name: &str) -> Result<(), Failure> {
    // The views of SQL, and the table that events are kept in.
    if matches!(name, "events" | "people") {
        let problem = Problem::error(phrase!("ask.table_taken", found = name));
        return Err(Failure::Wrong(problem.advise(phrase!("ask.table_taken_advice")).into()));
    }
    if name == name_from(name) {
        return Ok(());
    }
    let problem = Problem::error(phrase!("workbench.table_name", found = name));
    Err(Failure::Wrong(
        problem.advise(phrase!("workbench.table_name_advice", example = name_from(name))).into(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_its_sources_name() {
        for (source, name) in [
            ("exports/Customers.csv.gz", "customers"),
            ("photos/", "photos"),
            ("My Data (2).parquet", "my-data-2"),
            ("客户.csv", "model"),
        ] {
            assert_eq!(table_name(source), name, "{source}");
        }
    }
}
