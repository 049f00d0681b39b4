//! CSV and its kin, and the digits as a table.

use flywheel_spec::Severity;
use flywheel_spec::table::ColumnKind;
use flywheel_tables::frame::{Column, Frame, Values};
use flywheel_tables::infer::Writing;
use flywheel_tables::{Expected, Format, ImportOptions};
use proptest::prelude::*;

use crate::made::{gzip, import_bytes, imported, shown, zip};

#[test]
fn columns_are_read_as_a_sensible_analyst_would() {
    let cases: [(&str, &str, &[&str]); 21] = [
        ("numbers", "a\n1\n2.5\n-3e2\n", &["a: number = 1 | 2.5 | -300"]),
        ("money", "a\n$1.50\n\"$1,200.00\"\n0\n", &["a: number = 1.5 | 1200 | 0"]),
        ("percent", "a\n12%\n7.5%\n", &["a: number = 12 | 7.5"]),
        ("decimal comma", "a;b\n1,5;x\n2,25;y\n", &["a: number = 1.5 | 2.25", "b: category = x | y"]),
        (
            "missing words",
            "a,b\n1,x\nNA,?\n3,x\nnull,无\n,x\n6,N/A\n",
            &["a: number = 1 | ∅ | 3 | ∅ | ∅ | 6", "b: category = x | ∅ | x | ∅ | x | ∅"],
        ),
        ("postal codes", "zip\n01234\n90210\n00501\n", &["zip: text = 01234 | 90210 | 00501"]),
        (
            "yes and no",
            "a,b\nyes,1\nno,0\nyes,1\n",
            &["a: boolean = yes | no | yes", "b: boolean = 1 | 0 | 1"],
        ),
        (
            "iso dates",
            "d\n2024-02-29\n2024-03-01 12:00\n",
            &["d: time = 2024-02-29T00:00:00Z | 2024-03-01T12:00:00Z"],
        ),
        (
            "days first",
            "d\n13/02/2024\n01/03/2024\n",
            &["d: time = 2024-02-13T00:00:00Z | 2024-03-01T00:00:00Z"],
        ),
        (
            "dates with dots",
            "d\n01.02.24\n03.04.24\n",
            &["d: time = 2024-02-01T00:00:00Z | 2024-04-03T00:00:00Z"],
        ),
        (
            "months",
            "d,e\n2024-02,2024年2月\n2024-03,2024年3月\n",
            &[
                "d: time = 2024-02-01T00:00:00Z | 2024-03-01T00:00:00Z",
                "e: time = 2024-02-01T00:00:00Z | 2024-03-01T00:00:00Z",
            ],
        ),
        (
            "words for nothing among numbers, and among words",
            "a,b\n1,unknown\nunknown,x\n3.5,unknown\n不详,x\n暂无,暂无\n",
            &["a: number = 1 | ∅ | 3.5 | ∅ | ∅", "b: category = unknown | x | unknown | x | ∅"],
        ),
        (
            "a title above",
            "Customers of 2024\n\na;b\n1;x\n2,5;y\n",
            &["a: number = 1 | 2.5", "b: category = x | y"],
        ),
        (
            "a line for Excel above",
            "sep=;\na;b\n1;x\n2,5;y\n",
            &["a: number = 1 | 2.5", "b: category = x | y"],
        ),
        (
            "packed dates",
            "date\n20240229\n20240301\n",
            &["date: time = 2024-02-29T00:00:00Z | 2024-03-01T00:00:00Z"],
        ),
        ("tabs", "a\tb\n1\t2\n3\t4\n", &["a: number = 1 | 3", "b: number = 2 | 4"]),
        (
            "pipes and quotes",
            "a|b\n\"x|y\"|2\n\"say \"\"hi\"\"\"|4\n",
            &["a: category = x|y | say \"hi\"", "b: number = 2 | 4"],
        ),
        (
            "line breaks in quotes, CRLF, blank lines",
            "a,b\r\n\"x\ny\",2\r\n\r\nz,4\r\n",
            &["a: category = x\ny | z", "b: number = 2 | 4"],
        ),
        ("numbered columns", "0,1\n5,0.5\n6,1.5\n", &["0: number = 5 | 6", "1: number = 0.5 | 1.5"]),
        ("spaces around", "a, b\n x , 2\n y , 4\n", &["a: category = x | y", "b: number = 2 | 4"]),
        (
            "chinese",
            "姓名,是否流失\n王芳,是\n李雷,否\n",
            &["姓名: category = 王芳 | 李雷", "是否流失: boolean = 是 | 否"],
        ),
    ];
    for (case, text, columns) in cases {
        let read = imported("a.csv", text.as_bytes());
        assert_eq!(shown(&read), columns, "{case}");
        assert_eq!(read.format, Format::Csv);
        let again = imported("a.csv.gz", &gzip(text.as_bytes()));
        assert_eq!(shown(&again), columns, "{case}, gzip");
        let zipped =
            imported("a.zip", &zip(&[("folder/a.csv", text.as_bytes().to_vec()), ("readme.md", vec![])]));
        assert_eq!(shown(&zipped), columns, "{case}, zip");
    }
}

#[test]
fn a_few_strays_in_a_column_of_numbers_become_missing_and_are_listed() {
    let mut text = "x,y\n".to_owned();
    for row in 0..98 {
        text.push_str(&format!("{row}.5,{row}\n"));
    }
    text.push_str("broken,98\noops,99\n");
    let read = imported("a.csv", text.as_bytes());
    assert_eq!(read.kinds, [ColumnKind::Number, ColumnKind::Number]);
    let warning = &read.warnings[0];
    assert_eq!((warning.code.as_str(), warning.place.line), ("tables.not_numbers", Some(100)));
    assert!(warning.message.en.contains("100: `broken`, 101: `oops`"), "{}", warning.message);
}

#[test]
fn many_texts_among_numbers_keep_the_column_as_it_is_unless_numbers_are_asked_for() {
    let text = "size\n19\n20\n21\nvaries\n25\nvaries\n30\n";
    let read = imported("a.csv", text.as_bytes());
    assert_eq!(read.warnings[0].code, "tables.mixed_column");
    assert!(read.warnings[0].message.en.contains("5 numbers and 2 texts"), "{}", read.warnings[0].message);
    assert!(matches!(read.frame.columns[0].values, Values::Text(_)));

    let options =
        ImportOptions { kinds: [("size".to_owned(), ColumnKind::Number)].into(), ..ImportOptions::default() };
    let read =
        import_bytes("a.csv", text.as_bytes(), &options).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(shown(&read), ["size: number = 19 | 20 | 21 | ∅ | 25 | ∅ | 30"]);
    assert_eq!(read.warnings[0].code, "tables.not_numbers_asked");
}

#[test]
fn columns_are_read_as_they_were_before_where_their_cells_allow_it() {
    let expected = [
        ("size", ColumnKind::Text, Writing::Usual),
        ("price", ColumnKind::Number, Writing::DecimalComma),
        ("born", ColumnKind::Time, Writing::DayFirst),
        ("on", ColumnKind::Time, Writing::Usual),
        ("absent", ColumnKind::Number, Writing::Usual),
    ];
    let expected = expected.map(|(name, kind, writing)| (name.to_owned(), Expected { kind, writing }));
    let options = ImportOptions { expected: expected.into(), ..ImportOptions::default() };
    let read = |text: &str| {
        let read = import_bytes("a.csv", text.as_bytes(), &options);
        shown(&read.unwrap_or_else(|problems| panic!("{problems}")))
    };
    assert_eq!(
        read("size;price;born;on\n19M;1,234;3/1/1970;19700102\n20M;2,5;4/1/1970;19700103\n"),
        [
            "size: text = 19M | 20M",
            "price: number = 1.234 | 2.5",
            "born: time = 1970-01-03T00:00:00Z | 1970-01-04T00:00:00Z",
            "on: time = 1970-01-02T00:00:00Z | 1970-01-03T00:00:00Z",
        ]
    );
    assert_eq!(read("price;size\nfree;1M\ncheap;2M\n")[0], "price: category = free | cheap");
}

#[test]
fn the_one_name_that_is_to_be_read_is_no_title() {
    let text = Expected { kind: ColumnKind::Text, writing: Writing::Usual };
    let options = ImportOptions { expected: [("note".to_owned(), text)].into(), ..ImportOptions::default() };
    let read = import_bytes("a.csv", b"note\nlate; again\ngood; thanks\n", &options);
    let read = read.unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(shown(&read), ["note: text = late; again | good; thanks"]);
}

#[test]
fn rows_to_be_answered_keep_their_places_though_all_of_them_is_missing() {
    let number = Expected { kind: ColumnKind::Number, writing: Writing::Usual };
    let text = Expected { kind: ColumnKind::Text, writing: Writing::Usual };
    let expected = [("a".to_owned(), number), ("b".to_owned(), number), ("note".to_owned(), text)];
    let answering = ImportOptions { expected: expected.into(), ..ImportOptions::default() };
    let cases: [(&str, &[&str], &[&str]); 3] = [
        (
            "a,b\n1,2\n,\n3,4\n\n",
            &["a: number = 1 | 3", "b: number = 2 | 4"],
            &["a: number = 1 | ∅ | 3", "b: number = 2 | ∅ | 4"],
        ),
        (
            "a,b\n1,2\n  \n3,4\n",
            &["a: number = 1 | 3", "b: number = 2 | 4"],
            &["a: number = 1 | 3", "b: number = 2 | 4"],
        ),
        ("note\ngood\n\"\"\nbad\n\n", &["note: category = good | bad"], &["note: text = good | ∅ | bad"]),
    ];
    for (text, learning, answered) in cases {
        let read = |options: &ImportOptions| {
            let read = import_bytes("a.csv", text.as_bytes(), options);
            shown(&read.unwrap_or_else(|problems| panic!("{problems}")))
        };
        assert_eq!(read(&ImportOptions::default()), learning, "{text:?}");
        assert_eq!(read(&answering), answered, "{text:?}");
    }
}

#[test]
fn words_for_nothing_are_values_of_a_category_asked_for_and_of_a_target_of_words() {
    let kind = |kind| ImportOptions { kinds: [("y".to_owned(), kind)].into(), ..ImportOptions::default() };
    let target = || ImportOptions { target: Some("y".to_owned()), ..ImportOptions::default() };
    let signs = "x,y\n1,+\n2,-\n3,\n4,-\n";
    let sleep = "x,y\n1,None\n2,Apnea\n3,None\n4,Apnea\n";
    let cases: [(&str, ImportOptions, &str); 9] = [
        (signs, ImportOptions::default(), "y: category = + | ∅ | ∅ | ∅"),
        (signs, target(), "y: category = + | - | ∅ | -"),
        (signs, kind(ColumnKind::Category), "y: category = + | - | ∅ | -"),
        (signs, kind(ColumnKind::Boolean), "y: boolean = + | - | ∅ | -"),
        (sleep, target(), "y: category = None | Apnea | None | Apnea"),
        ("x,y\n1,NA\n2,7.5\n3,-\n4,8\n", target(), "y: number = ∅ | 7.5 | ∅ | 8"),
        ("x,y\n1,yes\n2,no\n3,NA\n4,no\n", target(), "y: boolean = yes | no | ∅ | no"),
        ("x,y\n1,m\n2,f\n3,NA\n4,f\n", kind(ColumnKind::Boolean), "y: boolean = m | f | ∅ | f"),
        ("x,y\n1,a b\n2,?\n", kind(ColumnKind::Text), "y: text = a b | ∅"),
    ];
    for (text, options, column) in cases {
        let read = import_bytes("a.csv", text.as_bytes(), &options);
        let read = read.unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(shown(&read)[1], column, "{text:?} {options:?}");
    }
    let read = import_bytes("a.csv", signs.as_bytes(), &target());
    let read = read.unwrap_or_else(|problems| panic!("{problems}"));
    let kept = read.actions.iter().find(|action| action.key == "tables.words_kept");
    assert!(kept.is_some_and(|kept| kept.en.contains("2 cells") && kept.en.contains("`-` × 2")));
}

#[test]
fn a_shifted_row_is_set_aside_and_named_by_line_with_the_place_of_the_shift() {
    let mut text = "app,category,rating,reviews,price\n".to_owned();
    for row in 0..20 {
        let category = ["TOOLS", "GAMES", "FAMILY"][row % 3];
        text.push_str(&format!("App number {row},{category},4.{},{row}00,0\n", row % 10));
    }
    text.push_str("\"Broken, by a lost field\",1.9,19,0\nLast one,TOOLS,4.4,7,0\nToo,many,1,2,3,4\n");
    let read = imported("apps.csv", text.as_bytes());
    assert_eq!(read.frame.rows(), 21);
    let shifted = &read.warnings[0];
    assert_eq!((shifted.place.line, shifted.place.row), (Some(22), Some(21)));
    assert_eq!(shifted.place.column.as_deref(), Some("category"));
    assert!(
        shifted.advice.as_ref().is_some_and(|advice| advice.en.contains("`1.9` stands there")),
        "{shifted:?}"
    );
    assert_eq!((read.warnings[1].place.line, read.warnings[1].place.row), (Some(24), Some(23)));
    assert!(read.actions.iter().any(|action| action.en.contains("set aside 2")), "{:?}", read.actions);
}

#[test]
fn many_broken_rows_are_listed_up_to_twenty_and_then_counted() {
    let mut text = "a,b\n".to_owned();
    for row in 0..300 {
        text.push_str(if row % 10 == 0 { "1,2,3\n" } else { "1,2\n" });
    }
    let read = imported("a.csv", text.as_bytes());
    let (rows, rest): (Vec<_>, Vec<_>) =
        read.warnings.iter().partition(|warning| warning.code == "tables.shifted_row");
    assert_eq!(rows.len(), 20);
    assert!(rest[0].message.en.contains("10 more"), "{}", rest[0].message);
}

#[test]
fn what_makes_the_whole_file_doubtful_is_an_error() {
    let cases: [(&str, &str, &str, Option<u64>); 9] = [
        ("empty", "", "tables.empty_file", None),
        ("blank", " \n\n", "tables.empty_file", None),
        ("header only", "a,b\n", "tables.header_only", None),
        ("no header", "1,7\n3,4\n5,6\n", "tables.no_header", Some(1)),
        ("no header, words too", "1,a\n3,b\n5,a\n", "tables.no_header", Some(1)),
        ("a header of another width", "a,b\n1,2,3\n4,5,6\n7,8,9\n", "tables.header_mismatch", Some(2)),
        ("an open quote", "a,b\n1,2\n\"3,4\n5,6\n7,8\n", "tables.quote_open", Some(3)),
        ("not text", "a,b\n1,\0\n", "tables.not_text", None),
        ("another format", "%PDF-1.7 nonsense", "tables.foreign_format", None),
    ];
    for (case, text, code, line) in cases {
        let problems = import_bytes("a.csv", text.as_bytes(), &ImportOptions::default()).expect_err(case);
        let found = problems.problems.iter().find(|problem| problem.code == code);
        let found = found.unwrap_or_else(|| panic!("{case}: {problems:?}"));
        assert_eq!((found.severity, found.place.line), (Severity::Error, line), "{case}");
        assert!(found.advice.is_some(), "{case}");
    }
}

#[test]
fn names_that_are_empty_or_repeat_are_told_apart() {
    let read = imported("a.csv", b"x,,X\n1,2,3\n4,5,6\n");
    let names: Vec<&str> = read.frame.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["x", "column_2", "X_2"]);
    let codes: Vec<&str> = read.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, ["tables.header_empty", "tables.header_twice"]);
}

#[test]
fn an_unknown_target_is_answered_with_the_nearest_column() {
    let options = ImportOptions { target: Some("churnd".to_owned()), ..ImportOptions::default() };
    let problems =
        import_bytes("a.csv", b"age,churned\n1,yes\n2,no\n", &options).expect_err("no such column");
    let advice = problems.problems[0].advice.as_ref().expect("advice");
    assert!(advice.en.contains("nearest is `churned`"), "{advice}");
}

#[test]
fn digits_as_a_table_become_images() {
    let mut text = "label".to_owned();
    for pixel in 0..16 {
        text.push_str(&format!(",pixel{pixel}"));
    }
    for label in [5, 0] {
        text.push_str(&format!("\n{label}"));
        for pixel in 0..16 {
            text.push_str(&format!(",{}", pixel * label));
        }
    }
    let read = imported("train.csv", text.as_bytes());
    assert_eq!(read.format, Format::PixelTable);
    assert_eq!(read.kinds, [ColumnKind::Image, ColumnKind::Category]);
    assert_eq!(shown(&read)[1], "label: category = 5 | 0");
    assert!(shown(&read)[0].starts_with("image: image = [0, 5, 10, 15"), "{:?}", shown(&read)[0]);

    let broken = text.replace(",75", ",256");
    let problems =
        import_bytes("train.csv", broken.as_bytes(), &ImportOptions::default()).expect_err("256 is no pixel");
    assert_eq!(
        (problems.problems[0].code.as_str(), problems.problems[0].place.line),
        ("tables.pixel_value", Some(2))
    );
    assert!(problems.problems[0].message.en.contains("pixel 15 is `256`"), "{problems}");

    let options = ImportOptions { format: Some(Format::Csv), ..ImportOptions::default() };
    let plain =
        import_bytes("train.csv", text.as_bytes(), &options).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(plain.frame.columns.len(), 17);
}

#[test]
fn large_files_are_read_in_seconds() {
    use std::fmt::Write;
    let mut chance = flywheel_stats::chance::Chance::new(1);
    let mut table = "when,plan,a,b,c,d,e,f,g,h\n".to_owned();
    for row in 0..300_000_u64 {
        let plan = chance.pick(&["free", "pro", "team"]);
        let _ = write!(table, "2024-01-{:02} 10:00,{plan}", row % 28 + 1);
        for _ in 0..8 {
            let _ = write!(table, ",{}", chance.below(1_000_000) as f64 / 100.0);
        }
        table.push('\n');
    }
    let mut pixels =
        format!("label,{}\n", (0..784).map(|at| format!("pixel{at}")).collect::<Vec<_>>().join(","));
    for row in 0..10_000 {
        let _ = write!(pixels, "{}", row % 10);
        for pixel in 0..784 {
            let _ = write!(pixels, ",{}", (pixel * row) % 256);
        }
        pixels.push('\n');
    }
    for (name, text, rows) in [("plain", table, 300_000), ("pixels", pixels, 10_000)] {
        let start = std::time::Instant::now();
        let read = imported("a.csv", text.as_bytes());
        eprintln!("{name}: {} MB read in {:?}", text.len() / 1_000_000, start.elapsed());
        assert_eq!(read.frame.rows(), rows);
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }
}

/// A frame as CSV, every field quoted.
fn written(frame: &Frame) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
    writer.write_record(frame.columns.iter().map(|column| &column.name)).expect("memory takes every byte");
    for row in 0..frame.rows() {
        let fields = frame.columns.iter().map(|column| column.values.text(row).unwrap_or_default());
        writer.write_record(fields).expect("memory takes every byte");
    }
    writer.into_inner().expect("memory takes every byte")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    // Each text ends with a letter that no word for a missing value has (`na`, `nil`).
    #[test]
    fn what_is_written_as_csv_is_read_back(
        rows in proptest::collection::vec((proptest::option::of(-1e9..1e9_f64), "[a-z,;\"\n中é]{2,12}é"), 2..60)
    ) {
        let frame = Frame {
            columns: vec![
                Column { name: "number".to_owned(), values: Values::Number(rows.iter().map(|row| row.0.unwrap_or(f64::NAN)).collect()) },
                // The numbers may all be missing: a second column keeps each row from being blank.
                Column { name: "text, \"quoted\"".to_owned(), values: Values::Text(rows.iter().map(|row| Some(row.1.trim().into())).collect()) },
            ],
        };
        let options = ImportOptions {
            kinds: [("number".to_owned(), ColumnKind::Number), ("text, \"quoted\"".to_owned(), ColumnKind::Text)].into(),
            ..ImportOptions::default()
        };
        let read = import_bytes("a.csv", &written(&frame), &options).unwrap_or_else(|problems| panic!("{problems}"));
        prop_assert_eq!(format!("{:?}", read.frame), format!("{:?}", frame));
    }
}
