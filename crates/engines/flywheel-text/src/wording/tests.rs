//! Questions in both languages, and what is understood of them.

use flywheel_product::{Calendar, Context};
use flywheel_spec::product::trend::{Compare, Measure};
use flywheel_spec::product::{EventFilter, Period, PropertyFilter, QuestionSpec};
use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

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
        Asked::Search { spec } => return format!("search ({}){}", spec.query, moments(&spec.from, &spec.to)),
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
    let context = Context { calendar };
    if let Err(wrong) = flywheel_product::plan(question, &context) {
        panic!("{text}: {question:?} is not valid: {wrong:?}");
    }
}

#[test]
fn questions_in_both_languages_are_understood() {
    let vocabulary = vocabulary();
    let mut wrong = Vec::new();
    for (text, expected) in TABLE {
        let understood = understand(text, &vocabulary, &settings());
        for part in &understood.parts {
            check_valid(&part.asked, text);
            assert!((0.0..=1.0).contains(&part.certainty), "{text}");
            assert!(!part.why.is_empty(), "{text}");
        }
        let told: Vec<String> = understood.parts.iter().map(|part| told(&part.asked)).collect();
        let told = told.join(" | ");
        if told != *expected {
            wrong.push(format!(
                "{text}\n  expected {expected}\n  found    {told}   left {:?}",
                understood.not_understood
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), TABLE.len(), wrong.join("\n"));
}

const TABLE: &[(&str, &str)] = &[
    // Counts, in both languages.
    (
        "how many people signed up last month by country?",
        "trend signup people 2026-10-01..2026-10-31 day by country",
    ),
    ("How often was a file uploaded yesterday", "trend file_uploaded 2026-11-26..2026-11-26 hour"),
    ("signups per day in the last 7 days", "trend signup -7d.. day"),
    ("number of page views this week", "trend $pageview 2026-11-23.. day"),
    ("orders per user over the past 3 months", "trend order_completed per_person -3mo.. week"),
    (
        "total amount of orders by plan this year",
        "trend order_completed value sum amount 2026-01-01.. week by plan",
    ),
    (
        "average amount of orders in march 2026",
        "trend order_completed value average amount 2026-03-01..2026-03-31 day",
    ),
    ("median order value since september", "trend order_completed value median amount 2026-09-01.. week"),
    (
        "how many pro users exported reports last week",
        "trend report_exported people 2026-11-16..2026-11-22 day [plan is \"pro\"]",
    ),
    (
        "failed payments in China on mobile",
        "trend payment_failed -30d.. day [$device_type is \"Mobile\"] [country is \"CN\"]",
    ),
    ("payment failures compared with the week before", "trend payment_failed 2026-11-23.. day vs"),
    ("are there more refund requests than last month", "trend refund_requested 2026-11-01.. day vs"),
    ("logins from 2026-03-01 to 2026-03-15", "trend login 2026-03-01..2026-03-15 day"),
    ("logins from march to may by week", "trend login 2026-03-01..2026-05-31 week"),
    ("signups in q1 monthly", "trend signup 2026-01-01..2026-03-31 month"),
    (
        "orders with amount over 100 last quarter",
        "trend order_completed 2026-07-01..2026-09-30 week [amount gt 100]",
    ),
    ("weekly active users this quarter", "trend * people 2026-10-01.. week"),
    ("DAU last month", "trend * people 2026-10-01..2026-10-31 day"),
    (
        "payment_failed by reason and country today",
        "trend payment_failed 2026-11-27.. hour by reason by country",
    ),
    ("signups and logins last week", "trend signup login 2026-11-16..2026-11-22 day"),
    ("new users last week by utm_source", "trend signup people 2026-11-16..2026-11-22 day by utm_source"),
    ("which country do refund requests come from", "trend refund_requested -30d.. day by country"),
    ("signups not in China since 2025", "trend signup 2025-01-01.. month [country is_not \"CN\"]"),
    ("上周付款失败的用户多吗？", "trend payment_failed people 2026-11-16..2026-11-22 day vs"),
    ("最近7天有多少人注册", "trend signup people -7d.. day"),
    ("上个月按国家的注册人数", "trend signup people 2026-10-01..2026-10-31 day by country"),
    ("本月每天的登录次数", "trend login 2026-11-01.. day"),
    ("3月以来分渠道的注册", "trend signup 2026-03-01.. week by utm_source"),
    ("2026年3月的订单金额总和", "trend order_completed value sum amount 2026-03-01..2026-03-31 day"),
    ("人均上传文件数 最近三个月", "trend file_uploaded per_person -3mo.. week"),
    (
        "用手机的用户昨天有多少人付款成功",
        "trend payment_succeeded people 2026-11-26..2026-11-26 hour [$device_type is \"Mobile\"]",
    ),
    ("今年退款申请同比", "trend refund_requested 2026-01-01.. week vs year"),
    ("上周加购物车的次数环比", "trend addToCart 2026-11-16..2026-11-22 day vs"),
    ("去年的周活", "trend * people 2025-01-01..2025-12-31 week"),
    (
        "专业版用户导出报表的人数按设备",
        "trend report_exported people -30d.. day [plan is \"pro\"] by $device_type",
    ),
    ("创建任务的人数 本周", "trend 创建任务 people 2026-11-23.. day"),
    ("付款失敗多少次", "trend payment_failed -30d.. day"),
    ("从3月1日到3月15日的登录", "trend login 2026-03-01..2026-03-15 day"),
    ("金额大于100的订单 上季度", "trend order_completed 2026-07-01..2026-09-30 week [amount gt 100]"),
    // Ways to a goal.
    ("conversion from signup to payment", "funnel signup > payment_succeeded -30d.."),
    (
        "funnel from page view to add to cart to order last week by country",
        "funnel $pageview > addToCart > order_completed 2026-11-16..2026-11-22 by country",
    ),
    ("signup -> login -> payment_succeeded", "funnel signup > login > payment_succeeded -30d.."),
    ("从注册到付款的转化率", "funnel signup > payment_succeeded -30d.."),
    ("注册→登录→下单 上个月", "funnel signup > login > order_completed 2026-10-01..2026-10-31"),
    ("免费用户从注册到付款成功的转化漏斗", "funnel signup > payment_succeeded -30d.. [plan is \"free\"]"),
    // Coming back, and growing.
    ("weekly retention of new users since March", "retention * first_time week 2026-03-01.."),
    ("how many people come back after signup", "retention signup first_time week -> *"),
    ("注册用户的周留存", "retention signup first_time week -> *"),
    ("上个月的留存按国家", "retention * recurring week 2026-10-01..2026-10-31 by country"),
    ("user growth this year", "growth * week 2026-01-01.."),
    ("用户增长情况", "growth * week"),
    ("stickiness of search", "stickiness search day"),
    ("用户粘性怎么样", "stickiness * day"),
    ("用户生命周期", "lifecycle * week"),
    // Money, moods and ways.
    ("MRR this year", "revenue order_completed amount month 2026-01-01.."),
    ("今年每月收入", "revenue order_completed amount month 2026-01-01.."),
    ("NPS since january", "nps survey sent $survey_response month 2026-01-01.."),
    ("最近的满意度", "csat survey sent $survey_response day -30d.."),
    ("what do people do after login", "paths login> -30d.."),
    ("登录之后的路径", "paths login> -30d.."),
    ("how good is our word of mouth", "word of mouth signup referrer"),
    ("裂变效果如何", "word of mouth signup referrer"),
    ("what changed this week", "digest "),
    ("上周有什么变化", "digest 2026-11-16"),
    // What people say.
    ("What do people complain about?", "insights ()"),
    ("what do users say about slow refunds last month", "insights (slow refunds) 2026-10-01..2026-11-01"),
    ("why do users cancel", "insights (cancel)"),
    ("complaints about dark mode", "insights (dark mode)"),
    ("大家最近在抱怨什么", "insights () 2026-10-28.."),
    ("用户对退款怎么看", "insights (退款)"),
    ("search slow refund", "search (slow refund)"),
    ("find messages about dark mode last week", "search (dark mode) 2026-11-16..2026-11-23"),
    ("搜索 退款 慢", "search (退款 慢)"),
    ("找一下提到闪退的反馈", "search (闪退)"),
    // Two parts.
    (
        "上周付款失败的用户多吗？主要在说什么？",
        "trend payment_failed people 2026-11-16..2026-11-22 day vs | insights (付款失败) 2026-11-16..2026-11-23",
    ),
    (
        "How many payments failed last week, and what do they complain about?",
        "trend payment_failed 2026-11-16..2026-11-22 day | insights (payments failed) 2026-11-16..2026-11-23",
    ),
    (
        "上个月注册多少人？按国家呢？",
        "trend signup people 2026-10-01..2026-10-31 day | trend signup people 2026-10-01..2026-10-31 day by country",
    ),
    // Nothing.
    ("colorless green ideas sleep furiously", ""),
    ("天气真好呀", ""),
    ("how many unicorns frolicked last week", ""),
    ("?!", ""),
];

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
    let near = understand("pageveiw", &vocabulary, &settings());
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

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
