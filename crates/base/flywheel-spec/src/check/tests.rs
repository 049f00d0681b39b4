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
fn slips_of_the_keyboard_are_said_with_what_to_write() {
    // The broken text; the place, the kind and the advice of each mistake.
    const CASES: &[(&str, &[(&str, &str, &str)])] = &[
        ("[data\ntable = 1", &[("1:1", "open_header", "write `[data]`")]),
        ("[[network]\nkind = 1", &[("1:1", "open_header", "write `[[network]]`")]),
        ("[data]]", &[("1:7", "surplus_bracket", "write `[data]`")]),
        ("［data］", &[("1:1", "wide", "write `[data]`")]),
        ("【data】", &[("1:1", "wide", "write `[data]`")]),
        ("name ＝ “x”", &[("1:6", "wide", "write `name = \"x\"`")]),
        ("name = ‘x’", &[("1:8", "wide", "write `name = \"x\"`")]),
        ("name = \"x”", &[("1:10", "wide", "write `name = \"x\"`")]),
        ("name = 「x」", &[("1:8", "wide", "write `name = \"x\"`")]),
        ("a = [1，2、3]", &[("1:7", "wide", "write `a = [1,2,3]`")]),
        ("a =\u{3000}１０", &[("1:4", "wide", "write `a = 10`")]),
        ("a\u{a0}= 1", &[("1:2", "wide", "write `a = 1`")]),
        ("a = 1 ＃ one", &[("1:7", "wide", "write `a = 1 # one`")]),
        ("a = \"open\nb = 1", &[("1:5", "open_text", "write `a = \"open\"`")]),
        ("a = 'open # so\nb = 1", &[("1:5", "open_text", "write `a = 'open' # so`")]),
        ("a = [\"x\", \"y]\nb = 1", &[("1:11", "open_text", "write `a = [\"x\", \"y\"]`")]),
        ("a = \"\"\"x\ny = 1", &[("1:5", "open_long", "write `\"\"\"` where it ends")]),
        ("a = [1, 2\nb = 3", &[("1:5", "open_bracket", "add `]` at the end of line 1")]),
        ("a = [\n 1, # one\n\n[data]", &[("1:5", "open_bracket", "add `]` at the end of line 2")]),
        ("a = { b = 1\nc = 2", &[("1:5", "open_bracket", "add `}` at the end of line 1")]),
        ("a = [\n  { b = 1,\n  { c = 2 },\n]", &[("2:3", "open_bracket", "add `}` at the end of line 2")]),
        ("a = [ { b = 1 ]", &[("1:7", "open_bracket", "add `}` at the end of line 1")]),
        ("a = [1, 2]]", &[("1:11", "surplus_bracket", "write `a = [1, 2]`")]),
        ("a: 1", &[("1:2", "colon", "write `a = 1`")]),
        ("data:\n  a: 1", &[("1:5", "colon", "write `[data]`"), ("2:4", "colon", "write `a = 1`")]),
        ("a := 1", &[("1:3", "colon", "write `a = 1`")]),
        ("a = {b: 1}", &[("1:7", "colon", "write `a = {b = 1}`")]),
        ("a == 1", &[("1:3", "double_equals", "write `a = 1`")]),
        ("a => 1", &[("1:3", "double_equals", "write `a = 1`")]),
        ("a 1", &[("1:1", "no_equals", "write `a = 1`")]),
        ("a =", &[("1:1", "no_value", "write its value after `=`, or take the line out")]),
        ("a = word", &[("1:5", "bare_text", "write `a = \"word\"`")]),
        ("a = two words # so", &[("1:5", "bare_text", "write `a = \"two words\" # so`")]),
        (
            "a = [x, y]",
            &[
                ("1:6", "bare_text", "write `a = [\"x\", \"y\"]`"),
                ("1:11", "bare_text", "write `a = [\"x\", \"y\"]`"),
            ],
        ),
        ("a = C:\\data", &[("1:5", "bare_text", "write `a = 'C:\\data'`")]),
        ("a = True", &[("1:5", "truth", "write `a = true`")]),
        ("a = yes", &[("1:5", "truth", "write `true` if it says whether or not, `\"yes\"` if it is a text")]),
        ("a = None", &[("1:5", "nothing", "take the setting out")]),
        ("a = { b = null, c = 1 }", &[("1:11", "nothing", "take the setting out")]),
        ("a = \"C:\\data\\x.csv\"", &[("1:8", "backslash", "write `a = 'C:\\data\\x.csv'`")]),
        ("a = \"C:\\Users\\x\"", &[("1:8", "backslash", "write `a = 'C:\\Users\\x'`")]),
        ("a = \"C:\\data\\\"", &[("1:5", "backslash_last", "write `a = 'C:\\data\\'`")]),
        ("a = 'it's'", &[("1:5", "apostrophe", "write `a = \"it's\"`")]),
        (
            "batch size = 3",
            &[("1:1", "key", "write `batch_size` if it is a setting, `\"batch size\"` if it is a column")],
        ),
        ("年龄 = 1", &[("1:1", "key", "write `\"年龄\" = 1`")]),
        ("[a.年龄]", &[("1:4", "key", "write `[a.\"年龄\"]`")]),
        ("a = 1,", &[("1:6", "surplus", "write `a = 1`")]),
        ("a = 1;", &[("1:6", "surplus", "write `a = 1`")]),
        ("a = 1 b = 2", &[("1:7", "surplus", "take it out, or write it on a line of its own")]),
        ("a = \"x\" \"y\"", &[("1:9", "surplus", "write `a = [\"x\", \"y\"]`")]),
        ("[a] b = 1", &[("1:5", "surplus", "take it out, or write it on a line of its own")]),
        ("a = [\"x\" \"y\"]", &[("1:9", "comma", "write `a = [\"x\", \"y\"]`")]),
        ("a = [1 2]", &[("1:7", "comma", "write `a = [1, 2]`")]),
        ("a = {b = 1 c = 2}", &[("1:11", "comma", "write `a = {b = 1, c = 2}`")]),
        ("a = [\n  { b = 1 }\n  { c = 2 }\n]", &[("2:12", "comma", "write `{ b = 1 },`")]),
        ("a = (1, 2)", &[("1:5", "list", "write `a = [1, 2]`")]),
        ("a = 1,000", &[("1:5", "number", "write `a = 1000`")]),
        ("a = .5", &[("1:5", "number", "write `a = 0.5`")]),
        ("a = 5.", &[("1:5", "number", "write `a = 5.0`")]),
        ("a = 007", &[("1:5", "number", "write `a = 7`")]),
        ("a = 10%", &[("1:5", "number", "write `a = 0.1`")]),
        ("// x", &[("1:1", "comment", "write `# x`")]),
        ("a = 1 // x", &[("1:7", "comment", "write `a = 1 # x`")]),
        ("a = 1\nb = 2\na = 3", &[("3:1", "twice_after", "keep one of the two")]),
        (
            "[a]\nx = 1\n[a]\ny = 2",
            &[("3:1", "twice_after", "put all its settings under the first, and take this header out")],
        ),
        (
            "{\"a\": 1}",
            &[(
                "1:1",
                "json",
                "write `name = value` on lines of their own, and `[data]` above the settings of `data`",
            )],
        ),
        // Nothing is wrong with these.
        ("a = {b = 1, }\n\tc = [1, 2, ]\nd = \"＝“”\" # ＝“”", &[]),
    ];
    for (text, expected) in CASES {
        for text in [(*text).to_owned(), text.replace('\n', "\r\n")] {
            let recovered = parse::recover(&text, "x.toml");
            let said: Vec<(String, String, String)> = recovered
                .problems
                .iter()
                .map(|problem| {
                    let place = &problem.place;
                    let advice = problem.advice.as_ref().map(|advice| advice.en.clone());
                    (
                        format!("{}:{}", place.line.unwrap_or(0), place.character.unwrap_or(0)),
                        problem.code.replace("check.slip_", ""),
                        advice.unwrap_or_default(),
                    )
                })
                .collect();
            let said: Vec<(&str, &str, &str)> =
                said.iter().map(|(place, code, advice)| (&**place, &**code, &**advice)).collect();
            assert_eq!(said, *expected, "{text}");
            assert!(parse::document(&recovered.text).is_ok(), "{text}: {}", recovered.text);
            let lines = |text: &str| text.split('\n').count();
            assert!(recovered.lost || lines(&recovered.text) == lines(&text), "{text}: {}", recovered.text);
        }
    }
}

#[test]
fn a_recipe_typed_on_a_chinese_keyboard_is_mended_throughout() {
    insta::assert_snapshot!(picture(
        "\u{feff}name ＝ “churn”\r\n［data］\r\ntable： “客户”\r\ntarget = \"流失\r\n[train\r\nepochz = 3\r\nbatch size = 32\r\n[prepare.columns.年龄]\r\nkind = “number”\r\n"
    ));
}

#[test]
fn a_broken_header_hides_neither_its_settings_nor_the_tables_after_it() {
    insta::assert_snapshot!(picture(
        "name = \"churn\"\nnetwork = [\n  { kind = \"dense\", units = 8,\n  { kind = \"output\" },\n]\n[data\ntable = \"customers\"\ntraget = \"churned\"\n[train\nepochs = None\nbatch_size = \"many\"\n[split]\nvalidation = 20%\ntest = 7\n"
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
