//! Answers: what they mean first, then what is drawn, then the numbers.

use flywheel_spec::product::QuestionSpec;
use flywheel_spec::product::answer::{Answered, QuestionKind, SavedQuestion};
use flywheel_spec::product::metric::Count;
use flywheel_spec::product::satisfaction::Score;
use flywheel_spec::product::sheet::{Sheet, sheets_in};
use flywheel_spec::{Phrase, phrase};
use serde_json::Value;

use super::chart::{chart, value};
use super::number::{count, duration, percent, significant};
use super::table::{left, right, table};
use super::{Sources, problems};
use crate::screen::{Screen, Style};

/// Rows of a table that are shown; files hold all.
const ROWS: usize = 30;

/// An answer; with a table's name, that table whole.
pub fn answered(screen: &Screen, answered: &Answered, wanted: Option<&str>) -> String {
    let answer = &answered.answer;
    let mut text = String::new();
    for (place, finding) in answer.findings().iter().enumerate() {
        let style = if place == 0 { Style::Bold } else { Style::Dim };
        let mark = if place == 0 { "●" } else { "·" };
        let said = screen.text(finding);
        text.push_str(&if place == 0 {
            format!("{} {}\n", screen.paint(Style::Good, mark), screen.paint(style, said))
        } else {
            format!("  {mark} {said}\n")
        });
    }
    text.push_str(&problems(screen, answer.warnings(), &Sources::default()));
    for drawn in answer.charts().iter().filter(|_| wanted.is_none()) {
        text.push('\n');
        text.push_str(&chart(screen, drawn));
    }
    for sheet in sheets_in(answer, screen.language) {
        let shown = match wanted {
            Some(wanted) => sheet.name == wanted,
            // What lies deep inside is drawn, or asked for by name.
            None => !sheet.name.contains('.') && sheet.name != "axis" && sheet.name != "axis_before",
        };
        if shown && !sheet.rows.is_empty() {
            text.push('\n');
            text.push_str(&numbers(screen, &answered.question, &sheet, wanted.is_some()));
        }
    }
    text.push_str(&format!("\n{}\n", screen.paint(Style::Dim, &read(screen, answered))));
    text
}

/// What was read: how many events, of which version, in which time zone, how long it took.
fn read(screen: &Screen, answered: &Answered) -> String {
    let said: Phrase = phrase!(
        "cli.answered",
        events = count(answered.events + answered.waiting),
        version = answered.version.map_or_else(|| "–".to_owned(), |version| version.to_string()),
        waiting = count(answered.waiting),
        zone = answered.time_zone,
        took = duration(answered.secs, screen.language)
    );
    screen.text(&said).to_owned()
}

/// A table of a report.
fn numbers(screen: &Screen, question: &QuestionSpec, sheet: &Sheet, whole: bool) -> String {
    let mut text = format!("{}\n", screen.paint(Style::Bold, &heading(screen, &sheet.name)));
    if sheet.name == "report" {
        let pairs: Vec<(String, String)> = sheet
            .columns
            .iter()
            .zip(sheet.rows.first().into_iter().flatten())
            .filter(|(_, cell)| !cell.is_null())
            .map(|(column, cell)| {
                (heading(screen, column), shown(screen, column, cell, is_share(question, 0, column)))
            })
            .collect();
        text.push_str(&super::plan::pairs(screen, &pairs));
        return text;
    }
    // The ends of an interval stand beside its estimate.
    let is_end = |column: &str| {
        ["_low", "_high"].iter().any(|end| {
            column.strip_suffix(end).is_some_and(|of| sheet.columns.iter().any(|other| other == of))
        })
    };
    let kept: Vec<usize> = (0..sheet.columns.len())
        .filter(|at| !is_end(&sheet.columns[*at]) && sheet.rows.iter().any(|row| !row[*at].is_null()))
        .collect();
    let header: Vec<_> = kept
        .iter()
        .map(|at| {
            let numeric = sheet.rows.iter().all(|row| row[*at].is_number() || row[*at].is_null());
            let word = column_heading(screen, question, sheet, &sheet.columns[*at]);
            if numeric { right(word) } else { left(word) }
        })
        .collect();
    let most = if whole { usize::MAX } else { ROWS };
    let rows: Vec<Vec<String>> = sheet
        .rows
        .iter()
        .enumerate()
        .take(most)
        .map(|(place, row)| {
            let share = |at: usize| is_share(question, place, &sheet.columns[at]);
            let told = |at: usize| {
                let word = own_word(screen, question, &sheet.columns[at], &row[at]);
                word.unwrap_or_else(|| cell(screen, sheet, row, at, share(at)))
            };
            kept.iter().map(|at| told(*at)).collect()
        })
        .collect();
    text.push_str(&table(screen, &header, &rows));
    if sheet.rows.len() > most {
        let more =
            phrase!("cli.more_rows", count = count((sheet.rows.len() - most) as u64), table = sheet.name);
        text.push_str(&format!("  {}\n", screen.text(&more)));
    }
    text
}

/// A cell that holds one of the engine's own words, as people read it.
fn own_word(screen: &Screen, question: &QuestionSpec, column: &str, cell: &Value) -> Option<String> {
    match (question, column, cell) {
        (QuestionSpec::Digest(_), "what", Value::String(word)) => {
            Some(screen.text(&Phrase::new(&format!("chart.{word}"))).to_owned())
        }
        _ => None,
    }
}

/// A cell, an estimate with its interval.
fn cell(screen: &Screen, sheet: &Sheet, row: &[Value], at: usize, share: bool) -> String {
    let column = &sheet.columns[at];
    let shown = |cell: &Value| shown(screen, column, cell, share);
    let end = |end: &str| {
        let name = format!("{column}{end}");
        sheet.columns.iter().position(|other| *other == name).map(|at| &row[at])
    };
    let value = shown(&row[at]);
    match (end("_low"), end("_high")) {
        (Some(low), Some(high)) if low.is_number() && high.is_number() => {
            format!("{value} ({} … {})", shown(low), shown(high))
        }
        _ => value,
    }
}

/// A value as people read it, by what its column is called, and whether it is a part of a whole.
fn shown(screen: &Screen, column: &str, cell: &Value, share: bool) -> String {
    match cell {
        Value::Null => "–".to_owned(),
        Value::Bool(truth) => screen.word(if *truth { "yes" } else { "no" }),
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            // A count is whole, however its column is called.
            let share = share && number.is_f64();
            let number = number.as_f64().unwrap_or_default();
            if is_secs(last(column)) {
                duration(number, screen.language)
            } else if share {
                percent(number)
            } else {
                value(number)
            }
        }
        other => other.to_string(),
    }
}

fn is_secs(column: &str) -> bool {
    column.ends_with("_seconds") || column.ends_with("_secs")
}

/// The innermost name of a column: `mean` of `model.spend.mean`.
fn last(column: &str) -> &str {
    column.rsplit('.').next().unwrap_or(column)
}

/// Whether a column's numbers are parts of a whole, in the row of so many before it: what is a share in one report is
/// money or a count in another.
fn is_share(question: &QuestionSpec, row: usize, column: &str) -> bool {
    const SHARES: [&str; 16] = [
        "share",
        "of_first",
        "of_previous",
        "rate",
        "low",
        "high",
        "retention",
        "payer_churn",
        "net_retention",
        "success",
        "error_rate",
        "with_friction",
        "organic",
        "relative",
        "day_of_month",
        "day_of_week",
    ];
    match (question, last(column)) {
        // The lines of a trend are columns, called as people call their events.
        (QuestionSpec::Trend(_), _) => false,
        (QuestionSpec::Retention(_), "mean") => true,
        (QuestionSpec::Activation(_) | QuestionSpec::Satisfaction(_), "difference") => true,
        (QuestionSpec::Satisfaction(spec), "score") => spec.score == Score::Csat,
        (QuestionSpec::Release(spec), "before" | "after" | "difference" | "earlier") => {
            spec.metrics.get(row).is_some_and(|metric| metric.count == Count::Share)
        }
        (_, name) => SHARES.contains(&name),
    }
}

/// A column's name: a trend's lines are called as people call their events, which may be any of our words.
fn column_heading(screen: &Screen, question: &QuestionSpec, sheet: &Sheet, column: &str) -> String {
    let line = matches!(question, QuestionSpec::Trend(_)) && sheet.name == "steps" && column != "step";
    if line && !column.ends_with(" (before)") {
        return column.to_owned();
    }
    heading(screen, column)
}

/// A column's or table's name in the user's language, where there is a word for it.
fn heading(screen: &Screen, name: &str) -> String {
    let word = |part: &str| {
        let key = format!("cli.column_{part}");
        let phrase = Phrase::new(&key);
        let text = screen.text(&phrase);
        if text == key { part.replace('_', " ") } else { text.to_owned() }
    };
    // So a trend calls what a line was earlier, in files as well.
    if let Some(line) = name.strip_suffix(" (before)") {
        return format!("{line} ({})", word("before"));
    }
    name.split('.').map(word).collect::<Vec<_>>().join(" · ")
}

/// Every kept question.
pub fn questions(screen: &Screen, questions: &[SavedQuestion]) -> String {
    if questions.is_empty() {
        return format!("{}\n", screen.word("no_questions"));
    }
    let header = [left(screen.word("question")), left(screen.word("kind")), left(screen.word("file"))];
    let rows: Vec<Vec<String>> = questions
        .iter()
        .map(|saved| {
            let kind = saved.question.as_ref().map_or("×", |question| question.kind());
            vec![saved.name.clone(), kind.to_owned(), saved.path.clone()]
        })
        .collect();
    let mut text = table(screen, &header, &rows);
    for saved in questions {
        let sources = Sources::one(saved.path.clone(), saved.text.clone());
        text.push_str(&problems(screen, &saved.problems, &sources));
    }
    text
}

/// What can be asked.
pub fn question_kinds(screen: &Screen, kinds: &[QuestionKind]) -> String {
    let mut text = String::new();
    for kind in kinds {
        text.push_str(&format!("{}  {}\n", screen.paint(Style::Bold, &kind.kind), screen.text(&kind.asks)));
        for line in kind.example.lines() {
            text.push_str(&format!("    {}\n", screen.paint(Style::Dim, line)));
        }
        text.push('\n');
    }
    text
}

/// The rows of an answer in SQL.
pub fn sql(screen: &Screen, report: &flywheel_spec::sql::SqlReport) -> String {
    let header: Vec<_> = report
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let numeric = report.rows.iter().all(|row| row[at].is_number() || row[at].is_null());
            if numeric { right(column.name.clone()) } else { left(column.name.clone()) }
        })
        .collect();
    let cell = |value: &Value| match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => significant(number.as_f64().unwrap_or_default()),
        other => other.to_string(),
    };
    let rows: Vec<Vec<String>> = report.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let mut text = table(screen, &header, &rows);
    let rows = report.rows.len() as u64;
    let said = if report.cut {
        phrase!("ask.sql_cut", rows = count(rows))
    } else {
        phrase!("cli.sql_rows", rows = count(rows))
    };
    text.push_str(&format!("\n  {} · {}\n", screen.text(&said), duration(report.secs, screen.language)));
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use flywheel_spec::Language;
    use serde_json::json;

    use super::*;

    /// What is said of a report beside its numbers, and what its lines stand over.
    const ASIDE: [&str; 7] = ["kind", "findings", "charts", "warnings", "axis", "axis_before", "values_of"];

    /// Every name of a number in a schema and in those that it is made of.
    fn columns(schemas: &Value, schema: &Value, known: &mut BTreeSet<String>, names: &mut BTreeSet<String>) {
        let Value::Object(object) = schema else {
            schema.as_array().into_iter().flatten().for_each(|part| columns(schemas, part, known, names));
            return;
        };
        for (key, inner) in object {
            if key == "properties" {
                let numbers = inner.as_object().into_iter().flatten();
                for (name, number) in numbers.filter(|(name, _)| !ASIDE.contains(&name.as_str())) {
                    names.insert(name.clone());
                    columns(schemas, number, known, names);
                }
            } else if let ("$ref", Some(of)) = (key.as_str(), inner.as_str()) {
                let of = of.rsplit('/').next().unwrap_or_default();
                // A sentence and an estimate are no tables of their own.
                if of != "Phrase" && of != "Estimate" && known.insert(of.to_owned()) {
                    columns(schemas, &schemas[of], known, names);
                }
            } else {
                columns(schemas, inner, known, names);
            }
        }
    }

    #[test]
    fn every_column_of_every_answer_has_a_word_in_both_languages() {
        let document: Value = serde_json::from_str(include_str!("../../../../../docs/openapi.json"))
            .expect("the document of the API");
        let schemas = &document["components"]["schemas"];
        let mut names = BTreeSet::new();
        columns(schemas, &schemas["Answer"], &mut BTreeSet::new(), &mut names);
        assert!(names.len() > 150, "{names:?}");
        let wordless =
            |name: &&String| Phrase::new(&format!("cli.column_{name}")).zh == format!("cli.column_{name}");
        let without: Vec<&String> = names.iter().filter(wordless).collect();
        assert!(without.is_empty(), "words/cli.toml lacks column_ of {without:?}");
    }

    #[test]
    fn what_changed_is_called_in_the_users_language() {
        let digest: QuestionSpec = serde_json::from_value(json!({"kind": "digest"})).expect("a question");
        let trend: QuestionSpec =
            serde_json::from_value(json!({"kind": "trend", "series": []})).expect("a question");
        for (language, question, expected) in [
            (Language::En, &digest, Some("new people")),
            (Language::Zh, &digest, Some("新增人数")),
            (Language::Zh, &trend, None),
        ] {
            let screen = Screen { language, json: false, color: false, live: false, width: None };
            let word = own_word(&screen, question, "what", &json!("new_people"));
            assert_eq!(word.as_deref(), expected);
        }
        for measured in ["active_people", "came_back", "people", "share", "per_person"] {
            assert_ne!(Phrase::new(&format!("chart.{measured}")).en, format!("chart.{measured}"));
        }
    }

    #[test]
    fn what_a_line_was_earlier_is_called_in_the_users_language() {
        for (language, expected) in [(Language::En, "signup (before)"), (Language::Zh, "signup (之前)")] {
            let screen = Screen { language, json: false, color: false, live: false, width: None };
            assert_eq!(heading(&screen, "signup (before)"), expected);
        }
    }

    #[test]
    fn a_line_keeps_the_name_of_its_event() {
        let screen = Screen { language: Language::Zh, json: false, color: false, live: false, width: None };
        let question: QuestionSpec =
            serde_json::from_value(json!({"kind": "trend", "series": []})).expect("a question");
        let steps = Sheet { name: "steps".to_owned(), ..Sheet::default() };
        for (column, expected) in [
            ("step", "步骤"),
            ("share", "share"),
            ("cart.add_item", "cart.add_item"),
            ("share (before)", "share (之前)"),
        ] {
            assert_eq!(column_heading(&screen, &question, &steps, column), expected);
        }
    }

    #[test]
    fn shares_are_told_from_money_and_counts_by_the_report() {
        let screen =
            Screen { language: Language::En, json: false, color: false, live: false, width: Some(100) };
        let retention = json!({"kind": "retention"});
        let money = json!({"kind": "lifetime_value", "event": {"event": "pay"}, "value": {"name": "amount"}});
        let metrics = json!([
            {"event": {"event": "use"}, "count": "people"},
            {"event": {"event": "use"}, "count": "share", "among": {"event": "open"}},
        ]);
        let release = json!({"kind": "release", "at": "2026-03-01", "metrics": metrics});
        let trend = json!({"kind": "trend", "series": [{"event": "share"}]});
        let csat = json!({"kind": "satisfaction", "score": "csat"});
        let nps = json!({"kind": "satisfaction"});
        let friends = json!({"kind": "word_of_mouth", "joined": {"event": "signup"}});
        for (question, row, column, cell, expected) in [
            (&retention, 0, "mean", json!(0.5), "50.00%"),
            (&money, 0, "model.spend.mean", json!(35.2), "35.20"),
            (&release, 0, "difference", json!(12.5), "12.50"),
            (&release, 1, "difference", json!(0.125), "12.50%"),
            (&release, 0, "relative", json!(0.125), "12.50%"),
            (&trend, 0, "share", json!(35.0), "35"),
            (&csat, 0, "score", json!(0.5), "50.00%"),
            (&nps, 0, "score", json!(37.5), "37.50"),
            (&nps, 0, "staying.difference", json!(0.25), "25.00%"),
            (&friends, 0, "organic", json!(12), "12"),
            (&friends, 0, "organic", json!(0.75), "75.00%"),
        ] {
            let question: QuestionSpec = serde_json::from_value(question.clone()).expect("a question");
            let share = is_share(&question, row, column);
            assert_eq!(shown(&screen, column, &cell, share), expected, "{} {column}", question.kind());
        }
    }
}
