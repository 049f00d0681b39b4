//! The make-believe startup's names: events of several words, and one that only a value tells.

use super::*;

fn startup() -> Vocabulary {
    let events = [
        ("$pageview", 60_000),
        ("moved card", 22_000),
        ("commented", 10_000),
        ("searched", 4_000),
        ("exported", 2_000),
        ("feedback", 600),
        ("$rageclick", 500),
        ("signed up", 450),
        ("created board", 380),
        ("error shown", 350),
        ("invited teammate", 300),
        ("bill paid", 300),
        ("used report", 250),
        ("survey sent", 150),
        ("purchased", 120),
        ("subscription cancelled", 40),
    ];
    let known = |events: &[&str], property: Property, values: &[&str]| KnownProperty {
        events: events.iter().map(|event| (*event).to_owned()).collect(),
        property,
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let everywhere: Vec<&str> = events.iter().map(|(name, _)| *name).collect();
    Vocabulary {
        events: events.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
        properties: vec![
            known(&everywhere, Property::of_event("$browser"), &["Chrome", "Safari"]),
            known(&everywhere, Property::of_event("$device_type"), &["Mobile", "Desktop", "Tablet"]),
            known(&everywhere, Property::of_event("$geoip_country_code"), &["CN", "US", "DE"]),
            known(&everywhere, Property::of_event("plan"), &["free", "team", "business"]),
            known(&everywhere, Property::of_event("utm_source"), &["google", "wechat"]),
            known(&["bill paid", "purchased"], Property::of_event("amount"), &["12", "49"]),
            known(
                &["error shown"],
                Property::of_event("code"),
                &["payment_declined", "crash", "export_failed"],
            ),
            known(&["signed up"], Property::of_event("invited_by"), &[]),
            known(&["survey sent"], Property::of_event("$survey_response"), &["9", "it is slow"]),
            known(&["feedback"], Property::of_event("source"), &["app_store", "support"]),
            known(&[], Property::of_person("country"), &["CN", "US"]),
        ],
        themes: vec![("1".to_owned(), "付款失败".to_owned())],
    }
}

#[test]
fn what_went_wrong_is_never_counted_as_what_worked() {
    let mut vocabulary = startup();
    vocabulary.properties.retain(|known| known.property.name != "code");
    for (text, about) in [
        ("上周付款失败的用户多吗？主要在说什么？", "付款失败"),
        ("How many people had a payment that failed last week? What do they say?", "failed"),
    ] {
        let understood = understand(text, &vocabulary, &settings());
        let said = understood.findings.iter().any(|finding| finding.key == "wording.opposite");
        assert!(said, "{text}: {:?}", understood.findings);
        let asked: Vec<String> = understood.parts.iter().map(|part| format!("{:?}", part.asked)).collect();
        assert!(asked.len() == 1 && asked[0].contains(about), "{text}: {asked:?}");
    }
}

#[test]
fn the_startups_questions_are_understood() {
    check_table(&startup(), TABLE);
}

const TABLE: &[(&str, &str)] = &[
    (
        "上周付款失败的用户多吗？主要在说什么？",
        "trend error shown people 2026-11-16..2026-11-22 day [code is \"payment_declined\"] vs | insights (付款失败) 2026-11-16..2026-11-23",
    ),
    (
        "How many people had payments declined in March 2026, and what do they complain about?",
        "trend error shown people 2026-03-01..2026-03-31 day [code is \"payment_declined\"] | insights (payments declined) 2026-03-01..2026-04-01",
    ),
    (
        "2026年3月付款失败的用户多吗？主要在说什么？",
        "trend error shown people 2026-03-01..2026-03-31 day [code is \"payment_declined\"] vs | insights (付款失败) 2026-03-01..2026-04-01",
    ),
    ("how often do exports fail", "trend error shown -30d.. day [code is \"export_failed\"]"),
    ("2026年3月从注册到购买的转化率", "funnel signed up > purchased 2026-03-01..2026-03-31"),
    (
        "conversion from signed up to purchased in march 2026 by plan",
        "funnel signed up > purchased 2026-03-01..2026-03-31 by plan",
    ),
    ("从注册到购买的转化，另外大家在抱怨什么？", "funnel signed up > purchased -30d.. | insights ()"),
    (
        "weekly retention of people who signed up since January 2026",
        "retention signed up first_time week -> * 2026-01-01..",
    ),
    ("用户粘性怎么样", "stickiness * day"),
    (
        "total amount of bills paid since 2026-01-01 by country",
        "trend bill paid value sum amount 2026-01-01.. week by country",
    ),
    (
        "how many page views on mobile from 2026-02-01 to 2026-02-14",
        "trend $pageview 2026-02-01..2026-02-14 day [$device_type is \"Mobile\"]",
    ),
    ("评论的人数 2026年2月 按设备", "trend commented people 2026-02-01..2026-02-28 day by $device_type"),
    ("what do people do after signing up", "paths signed up> -30d.."),
    ("user growth since january 2026", "growth * week 2026-01-01.."),
    ("NPS since 2026-01-01", "nps survey sent $survey_response month 2026-01-01.."),
    ("search payment declined in march 2026", "search (payment declined) 2026-03-01..2026-04-01"),
    ("大家在抱怨什么", "insights ()"),
    ("用户对价格怎么看 2026年2月", "insights (价格) 2026-02-01..2026-03-01"),
    ("2026年3月按国家的注册人数", "trend signed up people 2026-03-01..2026-03-31 day by country"),
    ("今年的收入", "revenue bill paid amount month 2026-01-01.."),
    ("how good is our word of mouth", "word of mouth signed up invited_by"),
    ("退订的人多吗", "trend subscription cancelled people -30d.. day vs"),
];
