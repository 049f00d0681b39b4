//! Which columns make a row a message: guessed from names and values.

use flywheel_people::event::{number_of, text_of};
use flywheel_spec::feedback::import::FeedbackColumns;
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_tables::source::rows::Row;
use serde_json::Value;

use super::mapping::{Columns, FeedbackChoices, LIKELY, at, plain};

/// Names of columns that say what was said, the likelier first, as `mapping::plain` writes them.
const TEXTS: [&str; 42] = [
    "text",
    "review",
    "reviewtext",
    "reviewbody",
    "reviewcontent",
    "comment",
    "comments",
    "content",
    "feedback",
    "message",
    "body",
    "verbatim",
    "description",
    "answer",
    "response",
    "opinion",
    "tweet",
    "sentence",
    "question",
    "query",
    "utterance",
    "reviews",
    "remark",
    "note",
    "details",
    "summary",
    "title",
    "评论",
    "评论内容",
    "内容",
    "反馈",
    "反馈内容",
    "留言",
    "评价",
    "评价内容",
    "意见",
    "建议",
    "文本",
    "描述",
    "问题",
    "点评",
    "吐槽",
];

/// Names of columns of stars or points.
const RATINGS: [&str; 16] = [
    "rating",
    "ratings",
    "stars",
    "star",
    "starrating",
    "score",
    "reviewscore",
    "overall",
    "nps",
    "csat",
    "points",
    "评分",
    "星级",
    "打分",
    "分数",
    "得分",
];

/// Names of columns that say where it was said.
const SOURCES: [&str; 14] = [
    "source",
    "channel",
    "platform",
    "store",
    "appstore",
    "origin",
    "medium",
    "site",
    "via",
    "来源",
    "渠道",
    "平台",
    "应用商店",
    "商店",
];

/// Names of columns of the product's version.
const VERSIONS: [&str; 11] = [
    "version",
    "appversion",
    "reviewcreatedversion",
    "appversionname",
    "release",
    "build",
    "productversion",
    "版本",
    "版本号",
    "应用版本",
    "app版本",
];

/// True for a column that is named like the version of something, whose digits are no amount.
pub(super) fn is_version(column: &str) -> bool {
    let name = plain(column);
    VERSIONS.contains(&name.as_str()) || name.ends_with("version") || name.ends_with("版本")
}

/// Fills what was not said; a text column there must be.
pub(super) fn columns(
    columns: &Columns,
    rows: &[&Row],
    said: &mut FeedbackChoices,
    taken: &[&str],
    guessed: &mut Vec<Phrase>,
) -> Result<FeedbackColumns, Problem> {
    let free = |column: &str| !taken.contains(&column);
    let is_text = |column: &str| free(column) && columns.mostly(rows, column, LIKELY, is_said);
    if said.text.is_none() {
        said.text = columns.named(&TEXTS, &is_text).or_else(|| wordiest(columns, rows, &is_text));
        if let Some(column) = &said.text {
            guessed.push(phrase!("feedback_import.guess_text", column = column));
        }
    }
    let Some(text) = said.text.clone() else {
        let problem = Problem::error(phrase!("feedback_import.no_text")).at_setting("text");
        return Err(problem.advise(phrase!("feedback_import.no_text_advice", known = columns.listed())));
    };
    let number = |value: &Value| number_of(value).is_some();
    let some = |value: &Value| text_of(value).is_some_and(|text| !text.trim().is_empty());
    let mut find = |said: &mut Option<String>, names: &[&str], fits: &dyn Fn(&Value) -> bool, what: &str| {
        if said.is_none() {
            let fits =
                |column: &str| free(column) && column != text && columns.mostly(rows, column, 0.05, fits);
            *said = columns.named(names, &fits);
            if let Some(column) = said {
                guessed.push(phrase!(&format!("feedback_import.guess_{what}"), column = column));
            }
        }
        said.clone()
    };
    Ok(FeedbackColumns {
        rating: find(&mut said.rating, &RATINGS, &number, "rating"),
        source: find(&mut said.source, &SOURCES, &some, "source"),
        version: find(&mut said.version, &VERSIONS, &some, "version"),
        text,
    })
}

/// Whether somebody may have said it: words, no number and no address.
fn is_said(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.chars().any(char::is_alphabetic) && !text.starts_with("http"))
}

/// The column of the longest texts, where they are longer than names are.
fn wordiest(columns: &Columns, rows: &[&Row], is_text: &dyn Fn(&str) -> bool) -> Option<String> {
    let mean = |column: &str| {
        let lengths =
            rows.iter().filter_map(|row| at(&row.fields, column)?.as_str().map(|text| text.chars().count()));
        lengths.sum::<usize>() / rows.len().max(1)
    };
    let texts = columns.names().filter(|column| is_text(column)).map(|column| (mean(column), column));
    // The first of equals wins.
    let longest = texts.rev().max_by_key(|(length, _)| *length)?;
    (longest.0 >= 8).then(|| longest.1.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_version_is_known_by_its_name() {
        for (column, expected) in [
            ("App Version", true),
            ("$browser_version", true),
            ("系统版本", true),
            ("build", true),
            ("amount", false),
            ("conversion_rate", false),
        ] {
            assert_eq!(is_version(column), expected, "{column}");
        }
    }

    #[test]
    fn the_columns_of_messages_are_known_by_their_names_and_values() {
        for (row, text, rating, version) in [
            (
                json!({"reviewId": "a", "content": "Crashes", "score": 1, "reviewCreatedVersion": "2.1", "at": "2026-01-01"}),
                "content",
                Some("score"),
                Some("reviewCreatedVersion"),
            ),
            (json!({"label": 1, "review": "房间很大"}), "review", None, None),
            (json!({"评论": "物流太慢", "评分": "2", "版本": "1.0"}), "评论", Some("评分"), Some("版本")),
            (json!({"a": "x", "b": "The whole page went blank when I paid", "c": 3}), "b", None, None),
        ] {
            let row = Row::new(1, row.as_object().cloned().unwrap_or_default());
            let rows = [&row];
            let mut guessed = Vec::new();
            let found =
                columns(&Columns::of(&rows), &rows, &mut FeedbackChoices::default(), &[], &mut guessed);
            let found = found.expect("columns");
            assert_eq!(
                (found.text.as_str(), found.rating.as_deref(), found.version.as_deref()),
                (text, rating, version)
            );
        }
        let row = Row::new(1, json!({"x": 1, "y": "ab"}).as_object().cloned().unwrap_or_default());
        let none =
            columns(&Columns::of(&[&row]), &[&row], &mut FeedbackChoices::default(), &[], &mut Vec::new());
        assert_eq!(none.expect_err("no text").code, "feedback_import.no_text");
    }
}
