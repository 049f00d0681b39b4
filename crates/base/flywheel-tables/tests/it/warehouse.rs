//! The warehouse: what is written is read back, versions stay, and whatever dies on the way leaves the version that was.

use std::collections::BTreeMap;
use std::sync::Arc;

use flywheel_spec::table::{ColumnKind, ImageShape};
use flywheel_tables::Warehouse;
use flywheel_tables::frame::{Column, Frame, Images, Values};
use flywheel_tables::infer::Writing;
use proptest::prelude::*;

use crate::made::{imported, now};

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

/// No column is written in another way.
fn usual() -> BTreeMap<String, Writing> {
    BTreeMap::new()
}

fn numbers(values: Vec<f64>) -> (Frame, Vec<ColumnKind>) {
    let column = Column { name: "x".to_owned(), values: Values::Number(values) };
    (Frame { columns: vec![column] }, vec![ColumnKind::Number])
}

async fn write(warehouse: &Warehouse, name: &str, values: Vec<f64>) -> flywheel_spec::table::TableSummary {
    let (frame, kinds) = numbers(values);
    let written = warehouse.write(name, &frame, &kinds, &usual(), "made", now()).await;
    written.unwrap_or_else(|problems| panic!("{problems}"))
}

async fn read(warehouse: &Warehouse, name: &str, version: Option<u64>) -> Vec<f64> {
    let table = warehouse.read(name, version, None).await.unwrap_or_else(|problems| panic!("{problems}"));
    match &table.frame.columns[0].values {
        Values::Number(values) => values.clone(),
        other => panic!("no numbers but {other:?}"),
    }
}

#[test]
fn every_version_stays_readable_and_the_newest_is_shown() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let warehouse = Warehouse::new(folder.path().join("tables"));
        assert_eq!(warehouse.list().await, Ok(Vec::new()));
        for version in 0..13 {
            let summary = write(&warehouse, "numbers", vec![version as f64; 3 + version]).await;
            assert_eq!(
                (summary.version, summary.rows, summary.columns),
                (version as u64, 3 + version as u64, 1)
            );
        }
        write(&warehouse, "表-2", vec![0.5]).await;
        for version in [0, 5, 12] {
            assert_eq!(
                read(&warehouse, "numbers", Some(version)).await,
                vec![version as f64; 3 + version as usize]
            );
        }
        assert_eq!(read(&warehouse, "numbers", None).await.len(), 15);
        let names: Vec<String> = warehouse
            .list()
            .await
            .expect("a list")
            .into_iter()
            .map(|table| format!("{}@{}", table.name, table.version))
            .collect();
        assert_eq!(names, ["numbers@12", "表-2@0"]);
        let first = warehouse.read("numbers", Some(3), Some(2)).await.expect("the first rows");
        assert_eq!(first.frame.rows(), 2);
        let whole = warehouse.read("numbers", Some(3), None).await.expect("all rows");
        assert_eq!(first.fingerprint, whole.fingerprint);
        assert!(
            whole.fingerprint.starts_with("numbers@3:") && whole.fingerprint.len() == "numbers@3:".len() + 64
        );
    });
}

#[test]
fn the_fingerprint_is_of_the_content_alone() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let warehouse = Warehouse::new(folder.path());
        for values in [vec![1.0, f64::NAN], vec![1.0, f64::NAN], vec![1.0, 2.0]] {
            write(&warehouse, "t", values).await;
        }
        let mut sums = Vec::new();
        for version in 0..3 {
            let table = warehouse.read("t", Some(version), None).await.expect("a version");
            sums.push(table.fingerprint.split(':').next_back().expect("a sum").to_owned());
        }
        assert_eq!(sums[0], sums[1]);
        assert_ne!(sums[1], sums[2]);
    });
}

#[test]
fn a_schema_may_change_from_version_to_version() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let warehouse = Warehouse::new(folder.path());
        write(&warehouse, "t", vec![1.0, 2.0]).await;
        let frame = Frame {
            columns: vec![Column {
                name: "x".to_owned(),
                values: Values::Text(vec![Some("a".into()), None]),
            }],
        };
        let kinds = [ColumnKind::Text];
        let written = warehouse.write("t", &frame, &kinds, &usual(), "made", now()).await;
        written.expect("a new schema");
        assert_eq!(warehouse.read("t", None, None).await.expect("new").frame, frame);
        assert_eq!(read(&warehouse, "t", Some(0)).await, [1.0, 2.0]);
    });
}

#[test]
fn what_is_not_there_is_answered_with_what_is() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let warehouse = Warehouse::new(folder.path());
        let problems = warehouse.summary("any").await.expect_err("nothing is there");
        assert!(problems.problems[0].advice.as_ref().is_some_and(|advice| advice.en.contains("data import")));
        write(&warehouse, "customers", vec![1.0]).await;
        let problems = warehouse.read("custmers", None, None).await.expect_err("misspelt");
        assert!(
            problems.problems[0]
                .advice
                .as_ref()
                .is_some_and(|advice| advice.en.contains("nearest is `customers`"))
        );
        let problems = warehouse.read("customers", Some(7), None).await.expect_err("no such version");
        assert_eq!(problems.problems[0].code, "tables.version_unknown");
        for name in ["", "../up", "a/b", ".hidden", "a b"] {
            let (frame, kinds) = numbers(vec![1.0]);
            assert!(warehouse.write(name, &frame, &kinds, &usual(), "", now()).await.is_err(), "{name:?}");
            assert!(warehouse.read(name, None, None).await.is_err(), "{name:?}");
        }
    });
}

#[test]
fn writers_at_once_each_get_a_version_of_their_own() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let warehouse = Arc::new(Warehouse::new(folder.path()));
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let warehouse = warehouse.clone();
                tokio::spawn(async move { write(&warehouse, "t", vec![f64::from(writer); 10]).await.version })
            })
            .collect();
        for writer in writers {
            writer.await.expect("no panic");
        }
        for version in 0..4 {
            let values = read(&warehouse, "t", Some(version)).await;
            assert!(values.len() == 10 && values.iter().all(|value| *value == values[0]), "{values:?}");
        }
    });
}

#[test]
fn sql_reads_and_does_nothing_else() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let warehouse = Warehouse::new(folder.path());
        write(&warehouse, "old", vec![9.0]).await;
        write(&warehouse, "old", vec![1.0, 2.0, f64::NAN]).await;
        let answer =
            warehouse.sql("select count(*) as n, sum(x) as total from old", 10).await.expect("an answer");
        assert_eq!(answer.columns, ["n", "total"]);
        assert_eq!(answer.rows, [[Some("3".to_owned()), Some("3".to_owned())]]);
        let answer = warehouse.sql("select x from old order by x nulls last", 2).await.expect("an answer");
        assert!(answer.cut && answer.rows.len() == 2);
        for query in [
            "drop table old",
            "insert into old values (1)",
            "select y from old",
            "copy old to '/tmp/x.csv'",
            "selec",
        ] {
            let problems = warehouse.sql(query, 10).await.expect_err(query);
            assert_eq!(problems.problems[0].code, "tables.sql_failed", "{query}");
        }
        let sneaky = warehouse.sql("select * from '/etc/passwd'", 10).await;
        assert!(sneaky.is_err(), "{sneaky:?}");
    });
}

/// A child process runs this test again with `FLYWHEEL_TEST_CHILD` set, and is what is killed or starved.
fn child(test: &str, folder: &std::path::Path) -> std::process::Command {
    let mut command = std::process::Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", test, "--nocapture"]).env("FLYWHEEL_TEST_CHILD", folder);
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
    command
}

#[test]
fn a_writer_that_is_killed_leaves_whole_versions() {
    if let Some(folder) = std::env::var_os("FLYWHEEL_TEST_CHILD") {
        let warehouse = Warehouse::new(folder);
        run(async {
            for round in 1.. {
                write(&warehouse, "t", vec![f64::from(round); 200_000]).await;
            }
        });
    }
    let folder = tempfile::tempdir().expect("a folder");
    let warehouse = Warehouse::new(folder.path());
    run(write(&warehouse, "t", vec![0.0; 200_000]));
    for round in 0..12_u64 {
        let mut child = child("warehouse::a_writer_that_is_killed_leaves_whole_versions", folder.path())
            .spawn()
            .expect("a child");
        std::thread::sleep(std::time::Duration::from_millis(60 + 37 * round));
        child.kill().expect("to kill it");
        child.wait().expect("its end");
        let values = run(read(&warehouse, "t", None));
        assert!(
            values.len() == 200_000 && values.iter().all(|value| *value == values[0]),
            "round {round}: a torn table"
        );
    }
    let versions = run(warehouse.summary("t")).expect("a table").version;
    assert!(versions > 0, "no child ever came to write");
}

#[cfg(unix)]
#[test]
fn how_a_column_was_written_is_kept() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let warehouse = Warehouse::new(folder.path());
        let text = "born;price;spend\n31/12/1990;1.234,5;3.5\n1/2/1991;0,25;1\n";
        let made = imported("a.csv", text.as_bytes());
        let written = warehouse.write("t", &made.frame, &made.kinds, &made.writing, "made", now()).await;
        written.unwrap_or_else(|problems| panic!("{problems}"));
        let read = warehouse.read("t", None, None).await.expect("read");
        let kept = [("born".to_owned(), Writing::DayFirst), ("price".to_owned(), Writing::DecimalComma)];
        assert_eq!(read.writing, BTreeMap::from(kept));
    });
}

#[test]
fn a_disk_that_fills_up_leaves_the_version_that_was_and_says_so() {
    if let Some(folder) = std::env::var_os("FLYWHEEL_TEST_CHILD") {
        let limit = libc::rlimit { rlim_cur: 400_000, rlim_max: 400_000 };
        // SAFETY: both calls only change this process, which exists for this test alone.
        unsafe {
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
            assert_eq!(libc::setrlimit(libc::RLIMIT_FSIZE, &limit), 0);
        }
        // Values that hardly compress, so that the file outgrows the limit.
        let noise = (0..500_000_u64)
            .map(|row| (row.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 11) as f64 / 7.0)
            .collect();
        let (frame, kinds) = numbers(noise);
        let warehouse = Warehouse::new(folder);
        let written = run(warehouse.write("t", &frame, &kinds, &usual(), "made", now()));
        let problems = written.expect_err("no room");
        eprintln!("{}", problems.problems[0].code);
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let warehouse = Warehouse::new(folder.path());
    run(write(&warehouse, "t", vec![4.0; 10]));
    let before = std::fs::read_dir(folder.path().join("t")).expect("a folder").count();
    let output =
        child("warehouse::a_disk_that_fills_up_leaves_the_version_that_was_and_says_so", folder.path())
            .output();
    let output = output.expect("the child's end");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("tables.disk_full"), "{said}");
    assert_eq!(run(read(&warehouse, "t", None)), vec![4.0; 10]);
    assert_eq!(
        std::fs::read_dir(folder.path().join("t")).expect("a folder").count(),
        before,
        "something was left behind"
    );
}

#[test]
fn a_damaged_file_is_told_and_does_not_bring_the_program_down() {
    run(async {
        let folder = tempfile::tempdir().expect("a folder");
        let warehouse = Warehouse::new(folder.path());
        write(&warehouse, "t", vec![1.5; 100]).await;
        let files = std::fs::read_dir(folder.path().join("t")).expect("a folder");
        let file = files
            .filter_map(Result::ok)
            .find(|entry| entry.path().extension().is_some_and(|ending| ending == "parquet"));
        let path = file.expect("a data file").path();
        let bytes = std::fs::read(&path).expect("its bytes");
        std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("half of them");
        let problems = warehouse.read("t", None, None).await.expect_err("a damaged file");
        assert_eq!(problems.problems[0].code, "tables.storage_failed");
    });
}

fn values(rows: usize) -> impl Strategy<Value = (Values, ColumnKind)> {
    let number = prop_oneof![
        Just(f64::NAN),
        Just(-0.0),
        Just(f64::MAX),
        (-1000..1000_i32).prop_map(f64::from),
        any::<f64>().prop_filter("finite", |value| value.is_finite())
    ];
    let numbers = proptest::collection::vec(number, rows)
        .prop_map(|values| (Values::Number(values), ColumnKind::Number));
    let micros = proptest::collection::vec(
        proptest::option::of(-1_000_000_000_000_000..4_000_000_000_000_000_i64),
        rows,
    );
    let times = micros.prop_map(|micros| {
        let secs = micros.iter().map(|micros| micros.map_or(f64::NAN, |micros| micros as f64 / 1e6));
        (Values::Time(secs.collect()), ColumnKind::Time)
    });
    let text = proptest::option::of(prop_oneof![
        "[0-9]{1,3}",
        Just("true".to_owned()),
        Just("false".to_owned()),
        "\\PC{0,8}",
        Just("-7".to_owned())
    ]);
    let kind = prop_oneof![Just(ColumnKind::Category), Just(ColumnKind::Boolean), Just(ColumnKind::Text)];
    let texts = (proptest::collection::vec(text, rows), kind).prop_map(|(texts, kind)| {
        (Values::Text(texts.into_iter().map(|text| text.map(Arc::from)).collect()), kind)
    });
    let codes =
        (proptest::collection::vec(proptest::option::of(-5..5_i64), rows), Just(ColumnKind::Category))
            .prop_map(|(codes, kind)| {
                (
                    Values::Text(
                        codes.into_iter().map(|code| code.map(|code| code.to_string().into())).collect(),
                    ),
                    kind,
                )
            });
    let images = (1..4_usize, 1..4_usize, prop_oneof![Just(1_usize), Just(3)]).prop_flat_map(
        move |(height, width, channels)| {
            let shape = ImageShape { height, width, channels };
            proptest::collection::vec(any::<u8>(), rows * shape.bytes()).prop_map(move |pixels| {
                (Values::Image(Images { shape, pixels: pixels.into() }), ColumnKind::Image)
            })
        },
    );
    prop_oneof![numbers, times, texts, codes, images]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_frame_comes_back_as_it_was_written(
        columns in (1..40_usize).prop_flat_map(|rows| proptest::collection::vec(values(rows), 1..5))
    ) {
        let (values, kinds): (Vec<Values>, Vec<ColumnKind>) = columns.into_iter().unzip();
        let columns = values.into_iter().enumerate().map(|(index, values)| Column { name: format!("column [{index}]"), values });
        let frame = Frame { columns: columns.collect() };
        let folder = tempfile::tempdir().expect("a folder");
        let warehouse = Warehouse::new(folder.path());
        let read = run(async {
            let written = warehouse.write("t", &frame, &kinds, &usual(), "made", now()).await;
            written.unwrap_or_else(|problems| panic!("{problems}"));
            warehouse.read("t", None, None).await.unwrap_or_else(|problems| panic!("{problems}"))
        });
        // NaN differs from itself, so the frames are compared as they are shown.
        prop_assert_eq!(format!("{:?}", read.frame), format!("{:?}", frame));
        prop_assert_eq!(read.kinds, kinds);
    }
}
