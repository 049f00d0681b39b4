//! Real files, where `$FLYWHEEL_DATA` points to them; their absence is said aloud.

use std::path::PathBuf;
use std::time::Instant;

use flywheel_spec::table::{ColumnKind, FindingKind, ProfileReport};
use flywheel_tables::{ImportOptions, Imported, Source, Warehouse, import, profile};

use crate::made::{now, stored};

/// Imports a real file, or says that it is absent.
fn real(path: &str) -> Option<Imported> {
    let folder = std::env::var_os("FLYWHEEL_DATA").map(PathBuf::from);
    let Some(path) = folder.map(|folder| folder.join(path)).filter(|path| path.exists()) else {
        eprintln!("SKIPPED: {path} is absent; set FLYWHEEL_DATA to the folder of real data");
        return None;
    };
    let start = Instant::now();
    let imported = import(&Source::Path(&path), &ImportOptions::default());
    let imported = imported.unwrap_or_else(|problems| panic!("{}: {problems}", path.display()));
    eprintln!("{}: {} rows in {:?}", path.display(), imported.frame.rows(), start.elapsed());
    Some(imported)
}

fn leaks(report: &ProfileReport) -> Vec<&str> {
    let leaks = report.findings.iter().filter(|finding| finding.kind == FindingKind::Leak);
    leaks.filter_map(|finding| finding.column.as_deref()).collect()
}

fn kind(imported: &Imported, name: &str) -> ColumnKind {
    let at = imported.frame.columns.iter().position(|column| column.name == name);
    imported.kinds[at.unwrap_or_else(|| panic!("no column {name}"))]
}

#[test]
fn the_shifted_row_of_the_play_store_is_named_with_its_line() {
    let Some(apps) = real("tabular_messy_playstore_apps/googleplaystore.csv.gz") else { return };
    assert_eq!(apps.frame.rows(), 10_840);
    let shifted: Vec<_> =
        apps.warnings.iter().filter(|warning| warning.code == "tables.shifted_row").collect();
    assert_eq!(shifted.len(), 1);
    // The file's own documentation counts rows from 0: 10,472 there is row 10,473 here.
    assert_eq!((shifted[0].place.line, shifted[0].place.row), (Some(10_474), Some(10_473)));
    assert_eq!(shifted[0].place.column.as_deref(), Some("Category"));
    for (name, expected) in [
        ("Rating", ColumnKind::Number),
        ("Reviews", ColumnKind::Number),
        ("Installs", ColumnKind::Number),
        ("Price", ColumnKind::Number),
        ("Last Updated", ColumnKind::Time),
        ("Category", ColumnKind::Category),
    ] {
        assert_eq!(kind(&apps, name), expected, "{name}");
    }
    let report = profile(&stored(apps), None);
    assert_eq!(report.duplicate_rows, 483);
}

#[test]
fn the_blank_charges_of_telco_are_missing_and_said() {
    let Some(telco) = real("tabular_telco_churn/Telco-Customer-Churn.csv") else { return };
    assert_eq!(kind(&telco, "TotalCharges"), ColumnKind::Number);
    assert!(
        telco.actions.iter().any(|action| action.en.contains("`TotalCharges`: 11 cells")),
        "{:?}",
        telco.actions
    );
    assert!(telco.warnings.is_empty(), "{:?}", telco.warnings);
    let report = profile(&stored(telco), None);
    assert_eq!(report.likely_target.as_deref(), Some("Churn"));
    assert_eq!(leaks(&report), Vec::<&str>::new());
    assert!(report.findings.iter().any(|finding| finding.kind == FindingKind::Identifier));
}

#[test]
fn the_columns_known_only_afterwards_are_named_as_leaks() {
    let cases: [(&str, &str, &[&str]); 6] = [
        ("tabular_hotel_bookings/hotel_bookings.csv.gz", "is_canceled", &["reservation_status"]),
        ("tabular_ai4i2020/ai4i2020.csv", "Machine_failure", &["TWF", "HDF", "PWF", "OSF"]),
        ("tabular_titanic/titanic.csv", "survived", &["alive"]),
        ("tabular_bike_sharing/bike-hour.csv.gz", "cnt", &[]),
        ("tabular_diamonds/diamonds.csv.gz", "price", &[]),
        ("tabular_california_housing/housing.csv", "median_house_value", &[]),
    ];
    for (path, target, expected) in cases {
        let Some(table) = real(path) else { continue };
        let names: Vec<String> = table.frame.columns.iter().map(|column| column.name.clone()).collect();
        assert!(names.iter().any(|name| name == target), "{path}: {names:?}");
        let report = profile(&stored(table), Some(target));
        assert_eq!(leaks(&report), expected, "{path}: {:#?}", report.findings);
    }
}

#[test]
fn mnist_goes_through_the_warehouse() {
    let Some(digits) = real("vision_mnist") else { return };
    assert_eq!((digits.frame.rows(), digits.frame.columns.len()), (70_000, 3));
    let folder = tempfile::tempdir().expect("a folder");
    let warehouse = Warehouse::new(folder.path());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let start = Instant::now();
        let Imported { frame, kinds, writing, .. } = &digits;
        let summary = warehouse.write("mnist", frame, kinds, writing, "idx", now()).await.expect("a table");
        eprintln!("written in {:?}: {} bytes", start.elapsed(), summary.bytes);
        let start = Instant::now();
        let table = warehouse.read("mnist", None, None).await.expect("a table");
        eprintln!("read in {:?}", start.elapsed());
        assert!(table.frame == digits.frame && table.kinds == digits.kinds, "not what was written");
        let report = profile(&table, None);
        assert_eq!(report.likely_target.as_deref(), Some("label"));
        let parts: Vec<_> = report.parts.iter().map(|part| part.count).collect();
        assert_eq!(parts, [60_000, 10_000]);
    });
}

#[test]
fn other_tables_are_read_without_doubt() {
    let cases: [(&str, usize); 7] = [
        ("tabular_titanic/titanic.csv", 891),
        ("tabular_titanic/TitanicSurvival-1309.csv", 1309),
        ("tabular_bike_sharing/bike-hour.csv.gz", 17_379),
        ("tabular_diamonds/diamonds.csv.gz", 53_940),
        ("tabular_california_housing/housing.csv", 20_640),
        ("tabular_student_performance/student-por.csv", 649),
        ("tabular_student_performance/student-mat.csv", 395),
    ];
    for (path, rows) in cases {
        let Some(table) = real(path) else { continue };
        assert_eq!(table.frame.rows(), rows, "{path}");
        profile(&stored(table), None);
    }
}

#[test]
fn a_file_without_a_header_or_with_a_foreign_one_is_refused() {
    let Some(folder) = std::env::var_os("FLYWHEEL_DATA").map(PathBuf::from) else { return };
    for (path, code) in [
        ("tabular_adult/adult-train.csv.gz", "tables.no_header"),
        ("tabular_german_credit/german.csv", "tables.no_header"),
        ("tabular_wine_quality/winequality-red.csv", "tables.no_header"),
        ("tabular_breast_cancer/breast_cancer.csv", "tables.header_mismatch"),
    ] {
        let path = folder.join(path);
        if path.exists() {
            let problems = import(&Source::Path(&path), &ImportOptions::default()).expect_err("no header");
            let found = problems.problems.iter().any(|problem| problem.code == code);
            assert!(found, "{}: {problems}", path.display());
        }
    }
}
