//! Questions in both languages, and what is understood of them.

mod startup;
mod table;

use flywheel_product::{Calendar, Context};
use flywheel_spec::product::trend::{Compare, Measure};
use flywheel_spec::product::{EventFilter, Period, PropertyFilter, QuestionSpec};
use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use table::TABLE;

/// A Friday.
const TODAY: &str = "2026-11-27";

fn settings() -> Settings {
    Settings {
        today: TODAY.parse().expect("a date"),
        first_day_of_week: Weekday::Monday,
        zone: TimeZone::get("Asia/Shanghai").expect("a zone"),
    }
}

fn vocabulary() -> Vocabulary {
    let events = [
        ("$pageview", 90_000),
        ("signup", 5_000),
        ("payment_failed", 300),
        ("payment_succeeded", 4_000),
        ("order_completed", 3_500),
        ("addToCart", 9_000),
        ("refund_requested", 150),
        ("search", 20_000),
        ("file_uploaded", 7_000),
        ("invite_sent", 800),
        ("report_exported", 600),
        ("survey sent", 900),
        ("login", 40_000),
        ("创建任务", 8_000),
    ];
    let known = |event: Option<&str>, property: Property, values: &[&str]| KnownProperty {
        events: event.into_iter().map(str::to_owned).collect(),
        property,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    Vocabulary {
        events: events.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
        properties: vec![
            known(None, Property::of_event("country"), &["CN", "US", "DE"]),
            known(None, Property::of_event("utm_source"), &["google", "wechat"]),
            known(None, Property::of_person("plan"), &["free", "pro"]),
            known(None, Property::of_event("$device_type"), &["Mobile", "Desktop"]),
            known(Some("order_completed"), Property::of_event("amount"), &["12.5", "40"]),
            known(Some("payment_failed"), Property::of_event("reason"), &["card_declined", "timeout"]),
            known(Some("survey sent"), Property::of_event("$survey_response"), &["9"]),
        ],
        themes: vec![("t1".to_owned(), "退款太慢".to_owned()), ("t2".to_owned(), "dark mode".to_owned())],
    }
}

fn period(period: &Period) -> String {
    match (&period.from, &period.to) {
        (None, None) => String::new(),
        (from, to) => format!(" {}..{}", from.as_deref().unwrap_or(""), to.as_deref().unwrap_or("")),
    }
}

fn name(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn conditions(conditions: &[PropertyFilter]) -> String {
    conditions.iter().map(|one| format!(" [{} {} {}]", one.property, name(one.operator), one.value)).collect()
}

fn filter(filter: &EventFilter) -> String {
    format!(" {}{}", filter.event.as_deref().unwrap_or("*"), conditions(&filter.conditions))
}

/// What is asked, in one line.
fn told(asked: &Asked) -> String {
    let moment = |micros: &i64| {
        let zone = settings().zone;
        Timestamp::from_microsecond(*micros).expect("a moment").to_zoned_datetime(zone).date().to_string()
    };
    let moments = |from: &Option<i64>, to: &Option<i64>| match (from, to) {
        (None, None) => String::new(),
        _ => format!(
            " {}..{}",
            from.as_ref().map(moment).unwrap_or_default(),
            to.as_ref().map(moment).unwrap_or_default()
        ),
    };
    let question = match asked {
        Asked::Question { question } => question,
        Asked::Insights { about, from, to } => {
            return format!("insights ({}){}", about.as_deref().unwrap_or(""), moments(from, to));
        }
        Asked::Search { spec } => {
            let versions: String = spec.versions.iter().map(|version| format!(" of {version}")).collect();
            return format!("search ({}){versions}{}", spec.query, moments(&spec.from, &spec.to));
        }
    };
    match question {
        QuestionSpec::Trend(spec) => {
            let mut line = "trend".to_owned();
            for series in &spec.series {
                line += &format!(" {}", series.label());
                if series.measure != Measure::Total {
                    line += &format!(" {}", name(series.measure));
                }
                if let (Some(property), Some(aggregate)) = (&series.property, series.aggregate) {
                    line += &format!(" {} {}", name(aggregate), property.name);
                }
            }
            line += &period(&spec.period);
            line += &format!(" {}{}", name(spec.interval), conditions(&spec.conditions));
            for property in &spec.breakdown {
                line += &format!(" by {}", property.name);
            }
            match spec.compare {
                Some(Compare::Previous) => line + " vs",
                Some(Compare::Back { .. }) => line + " vs year",
                None => line,
            }
        }
        QuestionSpec::Funnel(spec) => {
            let steps: Vec<&str> = spec.steps.iter().map(|step| step.label()).collect();
            let by = spec.breakdown.as_ref().map_or(String::new(), |by| format!(" by {}", by.property.name));
            format!(
                "funnel {}{}{}{by}",
                steps.join(" > "),
                period(&spec.period),
                conditions(&spec.conditions)
            )
        }
        QuestionSpec::Retention(spec) => format!(
            "retention{} {} {}{}{}{}",
            filter(&spec.start),
            name(spec.begins),
            name(spec.interval),
            spec.returning.as_ref().map_or(String::new(), |returning| format!(" ->{}", filter(returning))),
            period(&spec.period),
            spec.breakdown.as_ref().map_or(String::new(), |by| format!(" by {}", by.name)),
        ),
        QuestionSpec::Lifecycle(spec) => {
            format!("lifecycle{} {}{}", filter(&spec.event), name(spec.interval), period(&spec.period))
        }
        QuestionSpec::Stickiness(spec) => {
            format!("stickiness{} {}{}", filter(&spec.event), name(spec.interval), period(&spec.period))
        }
        QuestionSpec::Growth(spec) => {
            format!("growth{} {}{}", filter(&spec.event), name(spec.interval), period(&spec.period))
        }
        QuestionSpec::Revenue(spec) => format!(
            "revenue{} {} {}{}",
            filter(&spec.event),
            spec.amount.name,
            name(spec.interval),
            period(&spec.period)
        ),
        QuestionSpec::Satisfaction(spec) => format!(
            "{}{} {} {}{}",
            name(spec.score),
            filter(&spec.event),
            spec.answer.name,
            name(spec.interval),
            period(&spec.period)
        ),
        QuestionSpec::Paths(spec) => format!(
            "paths {}>{}{}",
            spec.from.as_deref().unwrap_or(""),
            spec.to.as_deref().unwrap_or(""),
            period(&spec.period)
        ),
        QuestionSpec::WordOfMouth(spec) => {
            format!("word of mouth{} {}{}", filter(&spec.joined), spec.referrer.name, period(&spec.period))
        }
        QuestionSpec::Digest(spec) => format!("digest {}", spec.week_of.as_deref().unwrap_or("")),
        _ => "another".to_owned(),
    }
}

fn check_valid(asked: &Asked, text: &str) {
    let Asked::Question { question } = asked else { return };
    let calendar = Calendar {
        time_zone: "Asia/Shanghai".to_owned(),
        first_day_of_week: Weekday::Monday,
        now: format!("{TODAY}T06:00:00Z").parse().expect("a moment"),
    };
    let context = Context::at(calendar);
    if let Err(wrong) = flywheel_product::plan(question, &context) {
        panic!("{text}: {question:?} is not valid: {wrong:?}");
    }
}

#[test]
fn a_question_that_is_understood_leaves_no_word() {
    for text in [
        "2026年3月有多少人注册",
        "2026年3月注册的用户多吗",
        "2026年3月之前有多少人注册",
        "how many people signed up in March 2026",
        "how many people signed up before March 2026",
    ] {
        let understood = understand(text, &vocabulary(), &settings());
        assert!(understood.not_understood.is_empty(), "{text}: {:?}", understood.not_understood);
    }
    let endless = understand("之前有多少人注册", &vocabulary(), &settings());
    assert_eq!(endless.not_understood, ["之前"], "before what is not said");
}

/// Understands each text and compares what is asked, in one line each.
fn check_table(vocabulary: &Vocabulary, table: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (text, expected) in table {
        let understood = understand(text, vocabulary, &settings());
        for part in &understood.parts {
            check_valid(&part.asked, text);
            assert!((0.0..=1.0).contains(&part.certainty), "{text}");
            assert!(!part.why.is_empty(), "{text}");
        }
        let told: Vec<String> = understood.parts.iter().map(|part| told(&part.asked)).collect();
        let told = told.join(" | ");
        if told != *expected {
            let left = &understood.not_understood;
            wrong.push(format!("{text}\n  expected {expected}\n  found    {told}   left {left:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), table.len(), wrong.join("\n"));
}

#[test]
fn questions_in_both_languages_are_understood() {
    check_table(&vocabulary(), TABLE);
}

#[test]
fn what_did_not_happen_is_never_counted_as_what_did() {
    for text in [
        "上周有多少用户没有付款",
        "上周有多少用户没有付款？按国家呢？",
        "没有付款的用户的留存",
        "how many people did not pay last week",
        "users who haven't logged in this month",
    ] {
        let understood = understand(text, &vocabulary(), &settings());
        assert!(understood.parts.is_empty(), "{text}: {:?}", understood.parts);
        let said = understood.findings.iter().any(|finding| finding.key == "wording.denied");
        assert!(said, "{text}: {:?}", understood.findings);
    }
}

#[test]
fn what_a_question_cannot_tell_is_said() {
    for (text, expected) in [
        ("上周的退款率", "wording.no_rate"),
        ("payment failure rate last week", "wording.no_rate"),
        ("为什么上个月收入下降了", "wording.no_reason"),
        ("why did signups drop last week", "wording.no_reason"),
        ("2.4版本的用户在抱怨什么", "wording.only_messages"),
    ] {
        let understood = understand(text, &vocabulary(), &settings());
        let said = understood.findings.iter().any(|finding| finding.key == expected);
        assert!(said, "{text}: {:?}", understood.findings);
    }
    for text in ["从注册到付款的转化率", "下单的用户的复购率", "上周登录频率", "signups last week"]
    {
        let understood = understand(text, &vocabulary(), &settings());
        let said = understood.findings.iter().any(|finding| finding.key == "wording.no_rate");
        assert!(!said && !understood.parts.is_empty(), "{text}: {:?}", understood.findings);
    }
}

#[test]
fn the_day_of_return_lies_within_what_is_asked() {
    for (text, least) in [("D7 retention", 8), ("30日留存", 31), ("次日留存", 2)] {
        let understood = understand(text, &vocabulary(), &settings());
        let Asked::Question { question: QuestionSpec::Retention(spec) } = &understood.parts[0].asked else {
            panic!("{text}: {:?}", understood.parts);
        };
        assert!(spec.intervals >= least, "{text}: {}", spec.intervals);
        assert!(understood.not_understood.is_empty(), "{text}: {:?}", understood.not_understood);
    }
}

#[test]
fn what_is_not_understood_is_said_with_the_nearest_questions() {
    let vocabulary = vocabulary();
    let understood = understand("how many unicorns frolicked last week", &vocabulary, &settings());
    assert_eq!(understood.not_understood, ["unicorns", "frolicked"]);
    assert_eq!(understood.findings[0].key, "wording.nothing");
    assert_eq!(understood.nearest.len(), 4);
    understood.nearest.iter().for_each(|asked| check_valid(asked, "nearest"));
    let partly = understand("signups by moon phase", &vocabulary, &settings());
    assert_eq!(partly.not_understood, ["moon", "phase"]);
    let whole = understand("signups by country", &vocabulary, &settings());
    assert!(partly.parts[0].certainty < whole.parts[0].certainty);
    let near = understand("pgeveiw", &vocabulary, &settings());
    assert_eq!(told(&near.nearest[0]), "trend $pageview people -30d.. day", "{:?}", near.parts);
}

#[test]
fn weeks_begin_where_the_settings_say() {
    let sunday = Settings { first_day_of_week: Weekday::Sunday, ..settings() };
    let understood = understand("signups last week", &vocabulary(), &sunday);
    assert_eq!(told(&understood.parts[0].asked), "trend signup 2026-11-15..2026-11-21 day");
}

#[test]
fn the_more_frequent_event_wins_between_two_that_fit_alike() {
    let events = |one: u64, other: u64| Vocabulary {
        events: vec![("payment_a1".to_owned(), one), ("payment_b1".to_owned(), other)],
        ..Vocabulary::default()
    };
    for (one, other, expected) in [(1, 2, "payment_b1"), (2, 1, "payment_a1"), (1, 1, "payment_a1")] {
        let understood = understand("付款多少次", &events(one, other), &settings());
        assert_eq!(told(&understood.parts[0].asked), format!("trend {expected} -30d.. day"));
    }
}

#[test]
fn without_a_catalogue_nothing_breaks() {
    for (text, _) in TABLE {
        let understood = understand(text, &Vocabulary::default(), &settings());
        understood.parts.iter().for_each(|part| check_valid(&part.asked, text));
        understood.nearest.iter().for_each(|asked| check_valid(asked, text));
    }
}

/// Words that questions are made of, and every name and value of the vocabulary.
fn pieces() -> Vec<String> {
    let vocabulary = vocabulary();
    let mut pieces: Vec<String> = vocabulary.events.iter().map(|(name, _)| name.clone()).collect();
    pieces.extend(vocabulary.properties.iter().map(|known| known.property.name.clone()));
    pieces.extend(vocabulary.properties.iter().flat_map(|known| known.values.clone()));
    pieces.extend(vocabulary.themes.iter().map(|(_, name)| name.clone()));
    pieces.extend(CUES.iter().map(|cue| (*cue).to_owned()));
    pieces
}

const CUES: &[&str] = &[
    "how many",
    "how often",
    "people",
    "users",
    "number of",
    "per user",
    "who",
    "new users",
    "active users",
    "dau",
    "wau",
    "mau",
    "by",
    "per",
    "which",
    "each",
    "broken down by",
    "top 5",
    "from",
    "to",
    "then",
    "->",
    "after",
    "before",
    "conversion",
    "funnel",
    "retention",
    "come back",
    "churn",
    "stickiness",
    "how many days",
    "life cycle",
    "paths",
    "where do people go",
    "growth",
    "revenue",
    "mrr",
    "nps",
    "csat",
    "ces",
    "word of mouth",
    "what changed",
    "what do people complain about",
    "why",
    "search",
    "find messages about",
    "feedback",
    "total",
    "average",
    "median",
    "p90",
    "max",
    "how much",
    "amount over 100",
    "at least 5",
    "under 3.5",
    "not in",
    "not",
    "didn't",
    "except",
    "rate",
    "D7",
    "drop",
    "compared with last week",
    "vs last year",
    "this year vs last",
    "week over week",
    "than before",
    "yesterday",
    "today",
    "last week",
    "past 30 days",
    "last quarter",
    "since march",
    "in q1",
    "2026-03-01",
    "31 february",
    "from 2026-01-01 to 2025-01-01",
    "hourly",
    "daily",
    "weekly",
    "monthly",
    "多少",
    "几次",
    "人数",
    "用户",
    "人均",
    "谁",
    "新用户",
    "活跃用户",
    "日活",
    "月活",
    "按",
    "分",
    "各",
    "哪个",
    "最多的",
    "占比",
    "从",
    "到",
    "然后",
    "→",
    "之后",
    "之前",
    "转化率",
    "漏斗",
    "留存",
    "次日",
    "回来",
    "流失",
    "粘性",
    "活跃几天",
    "生命周期",
    "路径",
    "增长",
    "收入",
    "满意度",
    "净推荐值",
    "口碑",
    "有什么变化",
    "在说什么",
    "抱怨",
    "为什么",
    "搜索",
    "找一下提到",
    "反馈",
    "总额",
    "平均",
    "中位数",
    "最大",
    "金额",
    "大于100",
    "不超过3",
    "除了",
    "非",
    "没有",
    "不",
    "率",
    "7日",
    "下降",
    "2.4版本",
    "情绪",
    "环比",
    "同比",
    "比上周多吗",
    "今年比去年",
    "昨天",
    "今天",
    "上周",
    "过去30天",
    "上季度",
    "三月以来",
    "去年",
    "前年",
    "每小时",
    "每天",
    "每周",
    "每月",
    "?",
    "？",
    "，",
    "、",
    "和",
    "中国",
    "mobile",
    "注册",
    "付款失败",
    "下单",
    "sign up",
    "payment failed",
    "orders",
    "1000000",
    "99999999999999999999",
    "-",
    "上上个月",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_sentence_of_names_and_cues_gives_valid_questions(
        words in proptest::collection::vec(proptest::sample::select(pieces()), 1..10),
        glue in proptest::sample::select(vec![" ", "", ", ", "?"]),
    ) {
        let text = words.join(glue);
        let understood = understand(&text, &vocabulary(), &settings());
        for asked in understood.parts.iter().map(|part| &part.asked).chain(&understood.nearest) {
            check_valid(asked, &text);
        }
    }

    #[test]
    fn any_words_give_valid_questions_and_the_same_again(
        words in proptest::collection::vec(prop_oneof![
            proptest::sample::select(TABLE.iter().flat_map(|(text, _)| text.split(' ')).collect::<Vec<_>>())
                .prop_map(str::to_owned),
            "[0-9]{1,5}|9999年|12月31日|since|到|-|from|31 february|前50年|过去1000天|last 900 years|每小时|hourly",
            "\\PC{0,6}",
        ], 0..9),
        glue in "| |,|\\?|到",
    ) {
        let text = words.join(&glue);
        let understood = understand(&text, &vocabulary(), &settings());
        for asked in understood.parts.iter().map(|part| &part.asked).chain(&understood.nearest) {
            check_valid(asked, &text);
        }
        prop_assert_eq!(&understood, &understand(&text, &vocabulary(), &settings()));
    }
}
