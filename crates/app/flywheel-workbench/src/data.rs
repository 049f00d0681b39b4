//! The project's tables: imported, listed, profiled, read.

use std::path::Path;

use flywheel_spec::check::name_from;
use flywheel_spec::table::{ImportReport, ProfileReport, TableSummary};
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_tables::fetch::{Progress, fetch};
use flywheel_tables::warehouse::fingerprint::content_digest;
use flywheel_tables::{ImportOptions, Imported, Source, StoredTable, import};

use crate::{Failure, Workbench};

/// What to import and how.
#[derive(Debug, Clone, Default)]
pub struct ImportRequest {
    /// The table's name; made from the source's name when absent.
    pub name: Option<String>,
    /// What a person said about the source.
    pub options: ImportOptions,
    /// Leaves the table's version as it is when the source holds the same.
    pub unless_same: bool,
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
        let (name, told) = self.name_for(request.name, &source).await?;
        let options = request.options;
        let target = options.target.clone();
        let work = move || import(&Source::Path(&path), &options);
        let mut imported = blocking(work).await??;
        imported.actions.extend(told);
        if request.unless_same
            && let Some(table) = self.same_table(&name, &imported).await?
        {
            return reported(table, imported, target).await;
        }
        self.store_with(&name, imported, &source, target).await
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
        let (name, told) = self.name_for(request.name, &file_name).await?;
        let options = request.options;
        let target = options.target.clone();
        let source = file_name.clone();
        let work = move || import(&Source::Bytes { name: &file_name, bytes: &bytes }, &options);
        let mut imported = blocking(work).await??;
        imported.actions.extend(told);
        self.store_with(&name, imported, &source, target).await
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
        imported: Imported,
        source: &str,
    ) -> Result<ImportReport, Failure> {
        self.store_with(name, imported, source, None).await
    }

    /// As [`Self::store`], with the column that a person wants to predict, which the profile is then about.
    async fn store_with(
        &self,
        name: &str,
        imported: Imported,
        source: &str,
        target: Option<String>,
    ) -> Result<ImportReport, Failure> {
        let now = jiff::Timestamp::now();
        let Imported { frame, kinds, writing, .. } = &imported;
        let table = self.warehouse().write(name, frame, kinds, writing, source, now).await?;
        reported(table, imported, target).await
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

    /// The name of the table that a source becomes, and what to say of it.
    ///
    /// Two files whose names differ only in letters that no table's name holds, such as Chinese ones, are two tables.
    async fn name_for(
        &self,
        asked: Option<String>,
        source: &str,
    ) -> Result<(String, Option<Phrase>), Failure> {
        let name = asked.clone().unwrap_or_else(|| table_name(source));
        check_table_name(&name)?;
        if asked.is_some() || !loses_letters(source) {
            return Ok((name, None));
        }
        let tables = self.list_tables().await?;
        let is_anothers =
            |name: &str| tables.iter().any(|table| table.name == name && stem(&table.source) != stem(source));
        let mut free = name.clone();
        let mut number = 2;
        while is_anothers(&free) {
            free = format!("{name}-{number}");
            number += 1;
        }
        let told = (free != name).then(|| phrase!("workbench.table_numbered", name = free, taken = name));
        Ok((free, told))
    }

    /// The table at its newest version, when that holds the same already.
    async fn same_table(&self, name: &str, imported: &Imported) -> Result<Option<TableSummary>, Failure> {
        let Some(table) = self.list_tables().await?.into_iter().find(|table| table.name == name) else {
            return Ok(None);
        };
        // The fingerprint is that of the whole, however few rows are read.
        let stored = self.warehouse().read(name, Some(table.version), Some(1)).await?;
        let (frame, kinds) = (imported.frame.clone(), imported.kinds.clone());
        let content = blocking(move || content_digest(&frame, &kinds)).await?;
        let same = stored.fingerprint == format!("{name}@{}:{content}", table.version);
        Ok(same.then_some(table))
    }
}

/// What an import came to, with the table's profile.
async fn reported(
    table: TableSummary,
    imported: Imported,
    target: Option<String>,
) -> Result<ImportReport, Failure> {
    let stored = StoredTable {
        name: table.name.clone(),
        version: table.version,
        fingerprint: String::new(),
        frame: imported.frame,
        kinds: imported.kinds,
        writing: imported.writing,
    };
    let wanted = target.clone();
    let mut profile = blocking(move || flywheel_tables::profile(&stored, wanted.as_deref())).await?;
    profile.likely_target = target.or(profile.likely_target);
    Ok(ImportReport {
        table,
        format: imported.format.name().to_owned(),
        actions: imported.actions,
        warnings: imported.warnings,
        profile,
    })
}

/// Runs work that computes or waits for files on a thread of its own.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Failure::stopped(&error))
}

pub(crate) fn known_column(table: &StoredTable, column: &str) -> Result<(), Failure> {
    let known: Vec<String> = table.frame.columns.iter().map(|column| column.name.clone()).collect();
    if known.iter().any(|name| name == column) {
        return Ok(());
    }
    let message = phrase!("workbench.no_column", column = column, table = table.name);
    Err(Failure::Wrong(Failure::not_found(message, &known, column).problems()))
}

/// `customers` for `exports/Customers.csv.gz`; `table` where no letter of the source can stand in a table's name.
fn table_name(source: &str) -> String {
    let stem = stem(source);
    let fits = stem.contains(|letter: char| letter.is_ascii_alphanumeric());
    if fits { name_from(stem) } else { "table".to_owned() }
}

/// `Customers` for `exports/Customers.csv.gz`.
fn stem(source: &str) -> &str {
    let last = source.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    last.split('.').find(|part| !part.is_empty()).unwrap_or(last)
}

/// True when the source's name holds letters that cannot stand in a table's name.
fn loses_letters(source: &str) -> bool {
    stem(source).contains(|letter: char| letter.is_alphanumeric() && !letter.is_ascii())
}

/// Refuses what cannot be a table of the user's own.
pub(crate) fn check_table_name(name: &str) -> Result<(), Failure> {
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
            ("客户.csv", "table"),
            ("客户2024.csv", "2024"),
        ] {
            assert_eq!(table_name(source), name, "{source}");
        }
    }

    #[tokio::test]
    async fn files_whose_names_fit_no_table_are_tables_of_their_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let project = flywheel_spec::project::ProjectSpec::named("shop");
        let workbench = Workbench::init(folder.path(), &project).await.expect("a project");
        let import = async |file: &str, name: Option<&str>| {
            let request = ImportRequest { name: name.map(str::to_owned), ..ImportRequest::default() };
            let csv = b"plan,spend\nbasic,2\ngold,3\n".to_vec();
            let report = workbench.import_bytes(file, csv, request).await.expect("imported");
            let told = report.actions.iter().any(|action| action.key == "workbench.table_numbered");
            (report.table.name, report.table.version, told)
        };
        for (file, name, (table, version, told)) in [
            ("客户.csv", None, ("table", 0, false)),
            ("订单.csv", None, ("table-2", 0, true)),
            ("七月/客户.csv", None, ("table", 1, false)),
            ("订单.csv", None, ("table-2", 1, true)),
            ("客户2024.csv", None, ("2024", 0, false)),
            ("订单2024.csv", None, ("2024-2", 0, true)),
            ("orders.csv", None, ("orders", 0, false)),
            ("july/Orders.csv", None, ("orders", 1, false)),
            ("客户.csv", Some("orders"), ("orders", 2, false)),
        ] {
            assert_eq!(import(file, name).await, (table.to_owned(), version, told), "{file}");
        }
    }

    #[tokio::test]
    async fn the_profile_of_an_import_is_about_what_is_to_be_predicted() {
        let folder = tempfile::tempdir().expect("a folder");
        let project = flywheel_spec::project::ProjectSpec::named("shop");
        let workbench = Workbench::init(folder.path(), &project).await.expect("a project");
        let rows = (0..40).map(|row| format!("{},{}\n", ["a", ""][row % 2], row % 7 % 2));
        let csv = format!("plan,churned\n{}", rows.collect::<String>());
        for (target, wanted) in [(None, "churned"), (Some("plan"), "plan")] {
            let options = ImportOptions { target: target.map(str::to_owned), ..ImportOptions::default() };
            let request = ImportRequest { options, ..ImportRequest::default() };
            let report = workbench.import_bytes("shop.csv", csv.clone().into_bytes(), request).await;
            let profile = report.expect("imported").profile;
            assert_eq!(profile.likely_target.as_deref(), Some(wanted));
            let mut advice = profile.findings.iter().filter_map(|finding| finding.advice.as_ref());
            let is_target = advice.any(|advice| advice.key == "tables.finding_missing_target");
            assert_eq!(is_target, wanted == "plan", "{:?}", profile.findings);
        }
    }

    #[tokio::test]
    async fn generated_digits_leave_the_events_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let project = flywheel_spec::project::ProjectSpec::named("shop");
        let workbench = Workbench::init(folder.path(), &project).await.expect("a project");
        for name in ["events", "people", "My Digits"] {
            assert!(workbench.generate_digits(name, 0, 6, 1).await.is_err(), "{name}");
        }
        assert_eq!(workbench.generate_digits("mine", 0, 6, 1).await.expect("written").table.name, "mine");
    }
}
