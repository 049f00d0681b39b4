//! The pictures of every kind of mistake, and the promise that no text makes the reader panic.

use std::fmt::Write;

use proptest::prelude::*;

use super::*;

const FULL: &str = include_str!("full.toml");

const SMALL: &str = "name = \"churn\"\n[data]\ntable = \"customers\"\ntarget = \"churned\"\n";

/// The problems as a person would read them, in both languages.
fn picture(text: &str) -> String {
    let problems = match read_recipe(text, "churn.toml") {
        Ok((_, warnings)) => warnings,
        Err(problems) => problems.problems,
    };
    let mut picture = String::new();
    for problem in &problems {
        let place = &problem.place;
        let _ = writeln!(
            picture,
            "{}:{} {} [{}]",
            place.line.unwrap_or(0),
            place.character.unwrap_or(0),
            place.setting.as_deref().unwrap_or("-"),
            problem.code
        );
        let _ = writeln!(picture, "  {}\n  {}", problem.message.en, problem.message.zh);
        if let Some(advice) = &problem.advice {
            let _ = writeln!(picture, "  → {}\n  → {}", advice.en, advice.zh);
        }
    }
    picture
}

#[test]
fn a_full_recipe_is_clean() {
    assert_eq!(picture(FULL), "");
    let (spec, _) = read_recipe(FULL, "full.toml").expect("clean");
    assert_eq!(spec.network.len(), 7);
    assert_eq!(spec.prepare.columns.len(), 2);
}

#[test]
fn a_small_recipe_is_clean() {
    assert_eq!(picture(SMALL), "");
}

#[test]
fn every_mistake_is_said_at_once_with_its_place() {
    insta::assert_snapshot!(picture(
        r#"nme = "churn"
seed = -1
[data]
table = 7
colums = ["a", 3]
[split]
kind = "stratifed"
validation = 1.5
[train]
epoch = 10
batch_size = 12.5
learning_rate = 0.1
optimizer = "adm"
schedule = { kind = "step", factor = 0.5 }
l2 = "0.001"
l1 = nan
early_stopping = true
class_weights = { kind = "by_hand", weights = { a = "2" } }
[[network]]
kind = "dence"
units = 4
[[network]]
units = 4
[[network]]
kind = "dense"
units = 0
padding = "same"
activation = "rellu"
[zzz]
x = 1
"#
    ));
}

#[test]
fn a_line_that_does_not_parse_hides_no_other_mistake() {
    insta::assert_snapshot!(picture(
        "name = churn\n[data]\ntable = \"a\" \"b\"\ntarget = \"x\"\n[train]\nepochz = 3\nname = \"x\"\n"
    ));
}

#[test]
fn an_open_bracket_is_said_once() {
    insta::assert_snapshot!(picture(
        "name = \"x\"\nnetwork = [\n  { kind = \"dense\" }\n[data]\ntable = \"t\"\n"
    ));
}

#[test]
fn a_name_that_cannot_be_is_said_with_one_that_can() {
    insta::assert_snapshot!(picture(
        "\n\nname = \"My Churn 模型\"\n[data]\ntable = \"customers\"\ntarget = \"churned\"\n"
    ));
}

#[test]
fn problems_of_a_plan_find_their_line() {
    let text = "name = \"x\"\nnetwork = [\n  { kind = \"flatten\" },\n  { kind = \"dense\", units = 3 },\n]\n[data]\ntable = \"t\"\ntarget = \"y\"\n";
    let mut problems = vec![
        Problem::error(phrase!("check.missing_advice_plain", name = "a")).at_setting("network.1.units"),
        Problem::error(phrase!("check.missing_advice_plain", name = "b")).at_setting("data.target"),
        Problem::error(phrase!("check.missing_advice_plain", name = "c")).at_setting("train.epochs"),
    ];
    place_settings(&mut problems, text, "x.toml");
    let places: Vec<_> =
        problems.iter().map(|problem| (problem.place.line, problem.place.character)).collect();
    assert_eq!(places, [(Some(4), Some(29)), (Some(8), Some(10)), (Some(1), Some(1))]);
}

#[test]
fn a_project_is_read_by_the_same_walk() {
    let problems =
        read_project("name = \"demo\"\nlanguage = \"zh\"\nfirst_day_of_week = \"sonday\"\n", "flywheel.toml")
            .expect_err("two mistakes");
    let codes: Vec<_> = problems.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["check.unknown_word", "check.unknown_word"]);
    read_project("name = \"demo\"\nlanguage = \"zh-CN\"\n", "flywheel.toml").expect("clean");
}

#[test]
fn a_byte_order_mark_is_no_mistake() {
    assert_eq!(picture(&format!("\u{feff}{SMALL}")), "");
}

/// A text near a real recipe: some bytes replaced, some lines moved or cut.
fn mutated() -> impl Strategy<Value = String> {
    let cut = (0..FULL.len(), 0..60usize, "[ -~\n\"\\[\\]{}=.时]{0,12}");
    proptest::collection::vec(cut, 1..6).prop_map(|cuts| {
        let mut text: Vec<char> = FULL.chars().collect();
        for (start, length, put) in cuts {
            let start = start.min(text.len());
            let end = (start + length).min(text.len());
            text.splice(start..end, put.chars());
        }
        text.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_reader_panic_and_what_the_walk_passes_serde_takes(text in mutated()) {
        if let Err(problems) = read_recipe(&text, "mutated.toml") {
            prop_assert!(problems.stop());
            for problem in &problems.problems {
                prop_assert!(problem.code != "check.refused", "the walk let pass what serde refuses: {problem:?}\n{text}");
                prop_assert!(problem.place.line.is_some(), "{problem:?}");
            }
        }
    }

    #[test]
    fn any_text_at_all_is_answered(text in "\\PC{0,200}") {
        let _ = read_recipe(&text, "any.toml");
    }
}
