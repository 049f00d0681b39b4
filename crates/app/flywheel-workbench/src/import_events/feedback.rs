//! Which columns make a row a message: guessed from names and values.

use std::collections::HashSet;

use flywheel_language::is_han;
use flywheel_people::event::{number_of, text_of};
use flywheel_spec::feedback::import::FeedbackColumns;
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_tables::source::rows::Row;
use serde_json::Value;

use super::mapping::{Columns, FeedbackChoices, LIKELY, at, plain};
use super::moment;

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

/// Names of columns that head what was said …
const HEADS: [&str; 10] = [
    "title",
    "reviewtitle",
    "commenttitle",
    "headline",
    "subject",
    "summary",
    "标题",
    "评论标题",
    "评价标题",
    "主题",
];

/// … and of those that go on with it.
const SEQUELS: [&str; 8] = [
    "追评",
    "追评内容",
    "追加评论",
    "追加评价",
    "追加内容",
    "followup",
    "followupcomment",
    "additionalcomments",
];

/// Names of columns of stars or points.
const RATINGS: [&str; 27] = [
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
    "userrating",
    "overallrating",
    "reviewrating",
    "ratingvalue",
    "评级",
    "评分等级",
    "评价星级",
    "满意度",
    "推荐度",
    "总体评分",
    "综合评分",
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

/// Parts of names of columns whose words are not the customer's, or no opinion.
const NOT_THEIRS: [&str; 9] =
    ["reply", "developer", "address", "product", "agent", "回复", "地址", "商品", "产品"];

/// Letters of a text, on the mean, from which a column whose name does not say so may hold what was said …
const WORDY: usize = 8;

/// … and from which it tells more than a property does; a Chinese character counts twice.
const WORDIER: usize = 12;

/// Fills what was not said; a text column there must be.
pub(super) fn columns(
    columns: &Columns,
    rows: &[&Row],
    said: &mut FeedbackChoices,
    taken: &[&str],
    guessed: &mut Vec<Phrase>,
) -> Result<FeedbackColumns, Problem> {
    let free = |column: &str| !taken.contains(&column);
    if said.texts.is_empty() {
        said.texts = texts(columns, rows, &free);
        let says = |column: &String| phrase!("feedback_import.guess_text", column = column);
        guessed.extend(said.texts.iter().map(says));
    }
    let read = said.texts.clone();
    let Some((text, more_texts)) = read.split_first() else {
        let problem = Problem::error(phrase!("feedback_import.no_text")).at_setting("text");
        // A number or a date names no column: the first row is a message.
        let is_data = |name: &str| name.parse::<f64>().is_ok() || moment::read(&Value::from(name)).is_some();
        let key = if columns.names().any(is_data) { "no_header_advice" } else { "no_text_advice" };
        let advice = phrase!(&format!("feedback_import.{key}"), known = columns.listed());
        return Err(problem.advise(advice));
    };
    let number = |value: &Value| number_of(value).is_some();
    let some = |value: &Value| text_of(value).is_some_and(|text| !text.trim().is_empty());
    let is_other = |column: &str| free(column) && !read.iter().any(|text| text == column);
    let mut find = |said: &mut Option<String>, names: &[&str], fits: &dyn Fn(&Value) -> bool, what: &str| {
        if said.is_none() {
            let fits = |column: &str| is_other(column) && columns.mostly(rows, column, 0.05, fits);
            *said = columns.named(names, &fits);
            if let Some(column) = said {
                guessed.push(phrase!(&format!("feedback_import.guess_{what}"), column = column));
            }
        }
        said.clone()
    };
    let rating = find(&mut said.rating, &RATINGS, &number, "rating");
    let source = find(&mut said.source, &SOURCES, &some, "source");
    let version = find(&mut said.version, &VERSIONS, &some, "version");
    Ok(FeedbackColumns { text: text.clone(), more_texts: more_texts.to_vec(), rating, source, version })
}

/// What to say of columns of words that are read as properties only: nobody finds them among what was said.
pub(super) fn unread(
    columns: &Columns,
    rows: &[&Row],
    read: &FeedbackColumns,
    taken: &[&str],
) -> Option<Problem> {
    let others = [&read.rating, &read.source, &read.version];
    let is_free = |column: &str| {
        !taken.contains(&column)
            && !read.texts().any(|text| text == column)
            && !others.iter().any(|other| other.as_deref() == Some(column))
    };
    let is_wordy = |column: &str| {
        let name = plain(column);
        !NOT_THEIRS.iter().any(|part| name.contains(part))
            && columns.mostly_where_given(rows, column, LIKELY, is_said)
            && !is_time(columns, rows, column)
            && is_varied(rows, column)
            && is_spoken(rows, column)
    };
    let left: Vec<&str> = columns.names().filter(|column| is_free(column) && is_wordy(column)).collect();
    if left.is_empty() {
        return None;
    }
    let listed = left.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ");
    let all = read.texts().chain(left.iter().copied()).map(|column| format!("--text \"{column}\""));
    let options = all.collect::<Vec<_>>().join(" ");
    let warning = Problem::warning(phrase!("feedback_import.unread", columns = listed));
    Some(warning.advise(phrase!("feedback_import.unread_advice", options = options)).at_setting("text"))
}

/// The columns that say what was said, with its title before it and what was added after it.
fn texts(columns: &Columns, rows: &[&Row], free: &dyn Fn(&str) -> bool) -> Vec<String> {
    // Most people may only rate: what those say who speak is what counts.
    let is_text = |column: &str| {
        free(column)
            && columns.mostly(rows, column, 0.05, is_said)
            && columns.mostly_where_given(rows, column, LIKELY, is_said)
    };
    let unnamed = |column: &str| {
        free(column) && columns.mostly(rows, column, LIKELY, is_said) && !is_time(columns, rows, column)
    };
    let Some(text) = columns.named(&TEXTS, &is_text).or_else(|| wordiest(columns, rows, &unnamed)) else {
        return Vec::new();
    };
    // The title of a product stands again and again.
    let beside = |column: &str| column != text && is_text(column) && is_varied(rows, column);
    let (head, sequel) = (columns.named(&HEADS, &beside), columns.named(&SEQUELS, &beside));
    head.into_iter().chain([text]).chain(sequel).collect()
}

/// Whether somebody may have said it: words, no number and no address.
fn is_said(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.chars().any(char::is_alphabetic) && !text.starts_with("http"))
}

/// Whether the values of a column read as times.
fn is_time(columns: &Columns, rows: &[&Row], column: &str) -> bool {
    columns.mostly_where_given(rows, column, LIKELY, |value| moment::read(value).is_some())
}

/// The texts of a column that are there.
fn given<'r>(rows: &'r [&Row], column: &'r str) -> impl Iterator<Item = &'r str> {
    let texts = rows.iter().filter_map(move |row| at(&row.fields, column)?.as_str());
    texts.map(str::trim).filter(|text| !text.is_empty())
}

/// Whether most values of a column stand only once: no choices of a list.
fn is_varied(rows: &[&Row], column: &str) -> bool {
    let different: HashSet<&str> = given(rows, column).collect();
    different.len() * 2 > given(rows, column).count()
}

/// Whether the texts of a column are sentences rather than names or codes.
fn is_spoken(rows: &[&Row], column: &str) -> bool {
    let (mut count, mut letters, mut sentences) = (0, 0, 0);
    for text in given(rows, column) {
        count += 1;
        letters += text.chars().map(|letter| 1 + usize::from(is_han(letter))).sum::<usize>();
        sentences += usize::from(text.split_whitespace().count() >= 3 || text.contains(is_han));
    }
    letters >= WORDIER * count && sentences * 2 > count
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
    (longest.0 >= WORDY).then(|| longest.1.to_owned())
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

    fn rows_of(values: &[Value]) -> Vec<Row> {
        let row = |value: &Value| Row::new(1, value.as_object().cloned().unwrap_or_default());
        values.iter().map(row).collect()
    }

    fn guessed(rows: &[&Row]) -> FeedbackColumns {
        let (mut said, mut guessed) = (FeedbackChoices::default(), Vec::new());
        columns(&Columns::of(rows), rows, &mut said, &["Email"], &mut guessed).expect("columns")
    }

    #[test]
    fn what_few_say_is_read_and_dates_are_not() {
        let time = "2026-03-01T10:00:00Z";
        for (many, few, expected) in [
            (
                json!({"Review Text": "", "Review Last Update Date and Time": time}),
                json!({"Review Text": "Crashes when I pay", "Review Last Update Date and Time": time}),
                "Review Text",
            ),
            (
                json!({"Score": 9, "Comment": null, "Email": "ann@example.com"}),
                json!({"Score": 2, "Comment": "too slow", "Email": "bob@example.com"}),
                "Comment",
            ),
            (
                json!({"Answered": time, "Why": "It hangs a lot"}),
                json!({"Answered": time, "Why": "It crashes"}),
                "Why",
            ),
        ] {
            let values: Vec<Value> =
                (0..10).map(|at| if at < 7 { many.clone() } else { few.clone() }).collect();
            let rows = rows_of(&values);
            assert_eq!(guessed(&rows.iter().collect::<Vec<_>>()).text, expected);
        }
    }

    #[test]
    fn titles_and_sequels_are_read_with_the_text_and_other_answers_are_told() {
        for (row, texts, told) in [
            (json!({"body": "It hangs", "title": "Slow"}), &["title", "body"][..], false),
            (json!({"评价": "物流太慢", "追评": "还是坏了"}), &["评价", "追评"], false),
            (
                json!({"What do you like?": "I like the board", "What is bad?": "Please make search faster"}),
                &["What is bad?"],
                true,
            ),
            (
                json!({"text": "slow", "city": "New York", "developer reply": "We are so sorry for this"}),
                &["text"],
                false,
            ),
        ] {
            let rows = rows_of(std::slice::from_ref(&row));
            let rows: Vec<&Row> = rows.iter().collect();
            let found = guessed(&rows);
            assert_eq!(found.texts().collect::<Vec<_>>(), texts, "{row}");
            let code = unread(&Columns::of(&rows), &rows, &found, &[]).map(|doubt| doubt.code);
            assert_eq!(code, told.then(|| "feedback_import.unread".to_owned()), "{row}");
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
            (json!({"評論": "物流太慢", "評分": "2", "版本": "1.0"}), "評論", Some("評分"), Some("版本")),
            (
                json!({"买家昵称": "小明", "评价内容": "物流太慢", "评价星级": "2"}),
                "评价内容",
                Some("评价星级"),
                None,
            ),
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
        let none = none.expect_err("no text");
        assert_eq!(none.code, "feedback_import.no_text");
        assert_eq!(none.advice.map(|advice| advice.key), Some("feedback_import.no_text_advice".to_owned()));
        let row = json!({"很好用": "太慢", "5": "1", "2026-01-02": "2026-01-03"});
        let row = Row::new(1, row.as_object().cloned().unwrap_or_default());
        let none =
            columns(&Columns::of(&[&row]), &[&row], &mut FeedbackChoices::default(), &[], &mut Vec::new());
        let advice = none.expect_err("no text").advice.map(|advice| advice.key);
        assert_eq!(advice, Some("feedback_import.no_header_advice".to_owned()));
    }
}
