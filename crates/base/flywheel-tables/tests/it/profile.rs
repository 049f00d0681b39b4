//! Profiles and findings on made tables.

use std::time::Instant;

use flywheel_spec::table::{ColumnKind, FindingKind, ProfileReport};
use flywheel_stats::chance::Chance;
use flywheel_tables::frame::{Column, Frame, Values};
use flywheel_tables::{StoredTable, profile};

use crate::made::{imported, stored};

fn findings(report: &ProfileReport) -> Vec<(FindingKind, Option<&str>)> {
    report.findings.iter().map(|finding| (finding.kind, finding.column.as_deref())).collect()
}

/// A table of 400 customers in which each kind of doubt occurs once.
fn doubtful() -> StoredTable {
    let mut text = "customer_id,age,age_months,plan,plan_code,country,refund_reason,size,income,gap,spend,bonus,paid,churned\n".to_owned();
    let mut chance = Chance::new(7);
    for row in 0..400 {
        let age = 18 + chance.below(60);
        let plan = *chance.pick(&["free", "pro", "team"]);
        let code = match plan {
            "free" => "F-0",
            "pro" => "P-1",
            _ => "T-2",
        };
        let churned = chance.below(12) == 0;
        let reason = if churned && row % 2 == 0 { "closing" } else { "none given" };
        let size = if row % 5 == 0 { "varies".to_owned() } else { (20 + chance.below(50)).to_string() };
        let income = if row == 10 { 9_000_000 } else { 20_000 + chance.below(30_000) };
        let gap = if row % 3 == 0 { String::new() } else { chance.below(1000).to_string() };
        let (spend, bonus) = (chance.below(500), chance.below(50));
        let paid = spend + bonus;
        text.push_str(&format!(
            "C{row:05},{age},{},{plan},{code},NL,{reason},{size},{income},{gap},{spend},{bonus},{paid},{}\n",
            age * 12,
            if churned { "yes" } else { "no" }
        ));
    }
    stored(imported("customers.csv", text.as_bytes()))
}

#[test]
fn every_kind_of_doubt_is_found_where_it_is_and_nowhere_else() {
    let report = profile(&doubtful(), Some("churned"));
    assert_eq!(
        findings(&report),
        [
            (FindingKind::Leak, Some("refund_reason")),
            (FindingKind::Imbalance, Some("churned")),
            (FindingKind::Missing, Some("gap")),
            (FindingKind::MixedTypes, Some("size")),
            (FindingKind::NearCopy, Some("age_months")),
            (FindingKind::NearCopy, Some("plan_code")),
            (FindingKind::Constant, Some("country")),
            (FindingKind::Identifier, Some("customer_id")),
            (FindingKind::Outliers, Some("income")),
        ],
        "{:#?}",
        report.findings
    );
    assert_eq!(report.likely_target.as_deref(), Some("churned"));
}

#[test]
fn the_two_columns_that_make_up_a_target_of_numbers_give_it_away() {
    let report = profile(&doubtful(), Some("paid"));
    let leaks: Vec<_> = report.findings.iter().filter(|finding| finding.kind == FindingKind::Leak).collect();
    let columns: Vec<_> = leaks.iter().filter_map(|finding| finding.column.as_deref()).collect();
    assert_eq!(columns, ["spend", "bonus"], "{leaks:#?}");
    assert!(leaks[0].message.en.contains("`paid` = spend + bonus"), "{}", leaks[0].message);
}

#[test]
fn a_column_that_tells_the_class_leaks_and_an_honest_one_does_not() {
    let mut text = "status,strong,weak,id,y\n".to_owned();
    let mut chance = Chance::new(3);
    for row in 0..1000 {
        let y = chance.below(2);
        // Right in nine cases of ten: a good feature, and no leak.
        let strong = if chance.below(10) == 0 { 1 - y } else { y } as f64 + chance.below(100) as f64 / 200.0;
        let status = if y == 1 { ["shipped", "returned"][row % 2] } else { "open" };
        text.push_str(&format!("{status},{strong},{},u{row},{y}\n", chance.below(100)));
    }
    let report = profile(&stored(imported("a.csv", text.as_bytes())), Some("y"));
    let leaks: Vec<_> =
        findings(&report).into_iter().filter(|(kind, _)| *kind == FindingKind::Leak).collect();
    assert_eq!(leaks, [(FindingKind::Leak, Some("status"))], "{:#?}", report.findings);
}

#[test]
fn repeated_rows_and_the_tables_own_parts_are_counted() {
    let report =
        profile(&stored(imported("a.csv", b"x,part\n1,train\n1,train\n2,test\n1,train\n1,test\n")), None);
    assert_eq!(report.duplicate_rows, 2);
    let parts: Vec<_> = report.parts.iter().map(|part| (part.value.as_str(), part.count)).collect();
    assert_eq!(parts, [("train", 3), ("test", 2)]);
}

#[test]
fn the_likely_target_is_told_by_name_then_by_place() {
    let cases = [
        ("age,survived,class\n1,0,a\n2,1,b\n3,0,a\n", Some("survived")),
        ("label,x\n1,0.5\n0,1.5\n1,2.5\n", Some("label")),
        ("Machine failure,torque\n1,0.5\n0,1.5\n1,2.5\n", Some("Machine failure")),
        ("x,kind\n0.5,a\n1.5,b\n2.5,a\n", Some("kind")),
        ("x,z\n0.5,1.25\n1.5,2.5\n2.5,0.5\n", None),
        ("default,income\nno,12000.5\nyes,8000\nno,9100\n", Some("default")),
        ("income,age\n>50K,31.5\n<=50K,28\n<=50K,44\n", Some("income")),
        ("status,income\ngood,12000.5\nbad,8000\ngood,9100\n", Some("status")),
        ("bookings_canceled,price\n12,12000.5\n0,8000\n7,9100\n", None),
        ("是否违约,收入\n是,12000.5\n否,8000\n否,9100\n", Some("是否违约")),
    ];
    for (text, target) in cases {
        let report = profile(&stored(imported("a.csv", text.as_bytes())), None);
        assert_eq!(report.likely_target.as_deref(), target, "{text}");
    }
}

/// A table of random numbers.
fn large(rows: usize, columns: usize, values: u64) -> StoredTable {
    let columns: Vec<Column> = (0..columns)
        .map(|column| {
            let mut chance = Chance::new(column as u64);
            let values = (0..rows).map(|_| chance.below(values) as f64).collect();
            Column { name: format!("c{column}"), values: Values::Number(values) }
        })
        .collect();
    let kinds = vec![ColumnKind::Number; columns.len()];
    StoredTable {
        name: "large".to_owned(),
        version: 0,
        fingerprint: String::new(),
        frame: Frame { columns },
        kinds,
        writing: Default::default(),
    }
}

#[test]
fn large_tables_are_profiled_in_seconds() {
    for (rows, columns, values) in [(60_000, 785, 256), (1_000_000, 20, 1 << 40)] {
        let table = large(rows, columns, values);
        let start = Instant::now();
        let report = profile(&table, Some("c0"));
        eprintln!("{rows} × {columns} profiled in {:?}", start.elapsed());
        assert_eq!(report.columns.len(), columns);
        // Far above what it takes, so that a busy machine does not fail it; a quadratic step would.
        assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
    }
}
