//! Cases: what they find, how they read, which are alike.

use flywheel_spec::Language;
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::feedback::behaviour::Compared;
use flywheel_spec::feedback::case::{CaseReport, CaseSide, CaseSubject, CaseTraits, Verdict};
use flywheel_spec::feedback::opportunity::EvidenceQuote;
use proptest::prelude::*;

use super::{PastCase, alike, case, markdown};

fn side(people: u64, others: Option<u64>, returning: Option<(f64, f64)>) -> CaseSide {
    CaseSide {
        days: 28.0,
        voices: people + 3,
        people,
        active_people: 4000,
        other_people: others,
        returning: returning.map(|(value, reach)| Compared {
            theme: 0.6 + value,
            comparable: 0.6,
            difference: Estimate { value, low: value - reach, high: value + reach },
            ..Compared::default()
        }),
        ..CaseSide::default()
    }
}

fn told(before: &CaseSide, after: &CaseSide) -> CaseReport {
    case(&CaseSubject { name: "checkout".to_owned(), ..CaseSubject::default() }, before, after)
        .expect("a case")
}

#[test]
fn a_case_is_judged_by_what_moved() {
    for (before, after, expected) in [
        // The theme shrank, or the behaviour came back.
        (side(120, Some(500), None), side(40, Some(480), None), Verdict::Worked),
        (side(120, None, Some((-0.3, 0.08))), side(110, None, Some((0.0, 0.08))), Verdict::Worked),
        // Everything was spoken of less.
        (side(120, Some(500), None), side(40, Some(100), None), Verdict::Unclear),
        // It shrank somewhat more than the others, which may be chance.
        (side(120, Some(500), None), side(60, Some(300), None), Verdict::Unclear),
        // Too few.
        (side(6, None, None), side(3, None, None), Verdict::Unclear),
        (side(0, None, None), side(0, None, None), Verdict::Unclear),
        // It stayed, grew, or the behaviour got worse.
        (side(900, Some(500), None), side(890, Some(500), None), Verdict::DidNot),
        (side(40, None, None), side(120, None, None), Verdict::DidNot),
        (side(120, None, Some((0.0, 0.05))), side(40, None, Some((-0.3, 0.05))), Verdict::DidNot),
    ] {
        let found = told(&before, &after);
        assert_eq!(found.verdict, expected, "{found:?}");
        assert!(!found.findings.is_empty() && found.caveats.len() >= 3);
    }
}

#[test]
fn the_difference_of_differences_is_joined_by_its_parts() {
    let found = told(&side(100, None, Some((-0.3, 0.06))), &side(100, None, Some((-0.1, 0.08))));
    let made_good = found.returning.expect("a difference");
    assert!((made_good.value - 0.2).abs() < 1e-12, "{made_good:?}");
    assert!((made_good.high - 0.3).abs() < 1e-12 && (made_good.low - 0.1).abs() < 1e-12, "{made_good:?}");
}

#[test]
fn sides_that_cannot_be_are_refused() {
    let mut before = side(10, None, None);
    (before.days, before.voices) = (0.0, 3);
    let mut after = side(10, None, None);
    after.active_people = 2;
    let wrong = case(&CaseSubject::default(), &before, &after).expect_err("refused");
    let places: Vec<_> =
        wrong.problems.iter().map(|problem| problem.place.setting.clone().unwrap_or_default()).collect();
    assert_eq!(places, ["before.days", "before.voices", "after.active_people"]);
}

#[test]
fn a_case_reads_in_both_languages_and_quotes_cannot_break_it() {
    let mut before = side(120, Some(500), Some((-0.3, 0.06)));
    before.quotes =
        vec![EvidenceQuote { id: "m1".to_owned(), text: "it | hangs\n# <b>付款</b> `x`".to_owned() }];
    before.mood = Some(Estimate { value: -0.6, low: -0.7, high: -0.5 });
    let mut after = side(30, Some(480), Some((-0.05, 0.1)));
    after.mood = Some(Estimate { value: -0.2, low: -0.4, high: 0.0 });
    let mut subject = CaseSubject { name: "Checkout *hangs*".to_owned(), ..CaseSubject::default() };
    (subject.version, subject.released) = ("2.4".to_owned(), "2026-05-02".to_owned());
    let report = case(&subject, &before, &after).expect("a case");
    let (en, zh) = (markdown(&report, Language::En), markdown(&report, Language::Zh));
    assert!(en.starts_with("# Checkout \\*hangs\\*\n\n**It worked.**\n"), "{en}");
    assert!(zh.contains("**奏效了。**") && zh.contains("## 需要注意"), "{zh}");
    assert!(en.contains("> it \\| hangs \\# \\<b\\>付款\\</b\\> \\`x\\` `m1`"), "{en}");
    for text in [&en, &zh] {
        assert!(!text.contains("opportunity."), "a key without words: {text}");
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), 10, "{text}");
        assert!(rows.iter().all(|row| row.matches('|').count() == 5), "{text}");
    }
}

fn traits(terms: &[&str], aspects: &[&str], step: Option<&str>, bugs: u64, requests: u64) -> CaseTraits {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    CaseTraits {
        terms: texts(terms),
        aspects: texts(aspects),
        funnel_step: step.map(str::to_owned),
        kinds: [("bug".to_owned(), bugs), ("request".to_owned(), requests)].into(),
    }
}

fn past(id: &str, verdict: Verdict, traits: CaseTraits) -> PastCase {
    PastCase { id: id.to_owned(), name: id.to_owned(), verdict, traits }
}

#[test]
fn the_cases_most_alike_come_first_and_say_how_they_went() {
    let library = [
        past("dark mode", Verdict::Worked, traits(&["dark", "mode"], &["design"], None, 0, 40)),
        past(
            "card refused",
            Verdict::DidNot,
            traits(&["card", "payment", "refused"], &["payment"], Some("pay"), 60, 1),
        ),
        past(
            "slow payment",
            Verdict::Worked,
            traits(&["payment", "slow"], &["payment", "speed"], Some("pay"), 30, 2),
        ),
        past("login code", Verdict::Unclear, traits(&["login", "code"], &["login"], Some("signup"), 30, 2)),
    ];
    let new = traits(&["payment", "slow", "android"], &["payment", "speed"], Some("pay"), 25, 0);
    let found = alike(&new, &library, 2);
    let ids: Vec<&str> = found.iter().map(|found| found.id.as_str()).collect();
    assert_eq!(ids, ["slow payment", "card refused"]);
    assert_eq!(found[0].shared_terms, ["payment", "slow"]);
    assert_eq!((found[0].says.key.as_str(), found[0].same_step), ("opportunity.alike_worked", true));
    let itself = &library[1].traits.clone();
    assert!((alike(itself, &library, 1)[0].likeness - 1.0).abs() < 1e-9);
    assert!(alike(&CaseTraits::default(), &[], 3).is_empty());
}

#[test]
fn the_same_kinds_alone_make_no_case_alike() {
    let library = [
        past("login code", Verdict::Worked, traits(&["login", "code"], &["login"], None, 30, 2)),
        past("refund late", Verdict::Worked, traits(&["refund", "late"], &["refund"], Some("pay"), 30, 2)),
    ];
    for (terms, aspects, step, expected) in [
        (&["login", "slow"][..], &["speed"][..], None, &["login code"][..]),
        (&["payment", "slow"], &["payment"], Some("pay"), &["refund late"]),
        (&["payment", "slow"], &["payment"], None, &[]),
    ] {
        let found = alike(&traits(terms, aspects, step, 25, 2), &library, 3);
        let ids: Vec<&str> = found.iter().map(|found| found.id.as_str()).collect();
        assert_eq!(ids, expected, "{terms:?} {step:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn intervals_hold_their_points(before in 0_u64..300, after in 0_u64..300, others in prop::option::of(0_u64..500)) {
        let report = told(&side(before, others, None), &side(after, others, None));
        for rate in [report.rate_before, report.rate_after, report.against_others].into_iter().flatten() {
            prop_assert!(rate.low <= rate.value && rate.value <= rate.high, "{:?}", rate);
        }
        if let Some(ratio) = report.rate_ratio {
            prop_assert!(ratio.value.is_none_or(|value| ratio.low <= value));
            prop_assert!(ratio.value.zip(ratio.high).is_none_or(|(value, high)| value <= high));
            prop_assert!((0.0..=1.0).contains(&ratio.p));
        }
    }
}
