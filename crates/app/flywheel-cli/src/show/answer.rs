//! Answers: what they mean first, then what is drawn, then the numbers.

use flywheel_spec::product::answer::{Answered, QuestionKind, SavedQuestion};
use flywheel_spec::product::sheet::{Sheet, sheets};
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
    for sheet in sheets(answer) {
        let shown = match wanted {
            Some(wanted) => sheet.name == wanted,
            // What lies deep inside is drawn, or asked for by name.
            None => !sheet.name.contains('.') && sheet.name != "axis" && sheet.name != "axis_before",
        };
        if shown && !sheet.rows.is_empty() {
            text.push('\n');
            text.push_str(&numbers(screen, &sheet, wanted.is_some()));
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
fn numbers(screen: &Screen, sheet: &Sheet, whole: bool) -> String {
    let mut text = format!("{}\n", screen.paint(Style::Bold, &heading(screen, &sheet.name)));
    if sheet.name == "report" {
        let pairs: Vec<(String, String)> = sheet
            .columns
            .iter()
            .zip(sheet.rows.first().into_iter().flatten())
            .filter(|(_, cell)| !cell.is_null())
            .map(|(column, cell)| (heading(screen, column), shown(screen, column, cell)))
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
            let word = heading(screen, &sheet.columns[*at]);
            if numeric { right(word) } else { left(word) }
        })
        .collect();
    let most = if whole { usize::MAX } else { ROWS };
    let rows: Vec<Vec<String>> = sheet
        .rows
        .iter()
        .take(most)
        .map(|row| kept.iter().map(|at| cell(screen, sheet, row, *at)).collect())
        .collect();
    text.push_str(&table(screen, &header, &rows));
    if sheet.rows.len() > most {
        let more =
            phrase!("cli.more_rows", count = count((sheet.rows.len() - most) as u64), table = sheet.name);
        text.push_str(&format!("  {}\n", screen.text(&more)));
    }
    text
}

/// A cell, an estimate with its interval.
fn cell(screen: &Screen, sheet: &Sheet, row: &[Value], at: usize) -> String {
    let column = &sheet.columns[at];
    let end = |end: &str| {
        let name = format!("{column}{end}");
        sheet.columns.iter().position(|other| *other == name).map(|at| &row[at])
    };
    let value = shown(screen, column, &row[at]);
    match (end("_low"), end("_high")) {
        (Some(low), Some(high)) if low.is_number() && high.is_number() => {
            format!("{value} ({} … {})", shown(screen, column, low), shown(screen, column, high))
        }
        _ => value,
    }
}

/// A value as people read it, by what its column is called.
fn shown(screen: &Screen, column: &str, cell: &Value) -> String {
    match cell {
        Value::Null => "–".to_owned(),
        Value::Bool(truth) => screen.word(if *truth { "yes" } else { "no" }),
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            let last = column.rsplit('.').next().unwrap_or(column);
            if is_secs(last) {
                duration(number, screen.language)
            } else if is_share(last) {
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

/// Columns whose numbers are parts of a whole.
fn is_share(column: &str) -> bool {
    const SHARES: [&str; 18] = [
        "share",
        "of_first",
        "of_previous",
        "rate",
        "low",
        "high",
        "mean",
        "retention",
        "payer_churn",
        "net_retention",
        "success",
        "error_rate",
        "with_friction",
        "organic",
        "relative",
        "difference",
        "day_of_month",
        "day_of_week",
    ];
    SHARES.contains(&column)
}

/// A column's or table's name in the user's language, where there is a word for it.
fn heading(screen: &Screen, name: &str) -> String {
    let word = |part: &str| {
        let key = format!("cli.column_{part}");
        let phrase = Phrase::new(&key);
        let text = screen.text(&phrase);
        if text == key { part.replace('_', " ") } else { text.to_owned() }
    };
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
