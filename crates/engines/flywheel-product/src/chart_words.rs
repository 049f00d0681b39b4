//! Charts of a startup whose own names are all Chinese: whatever letter is left was written by an engine.

use std::collections::BTreeSet;

use flywheel_people::event::Event;
use flywheel_spec::Language;
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::feedback::behaviour::Compared;
use flywheel_spec::feedback::case::{CaseSide, CaseSubject};
use flywheel_spec::feedback::opportunity::{OpportunitySpec, OpportunityView};
use flywheel_spec::product::answer::KINDS;
use flywheel_spec::product::{Chart, QuestionSpec};
use serde_json::{Value, json};

use crate::case::case;
use crate::make_believe::{DAY, HOUR, ask, context, event, micros};
use crate::opportunity::planted::{Planted, behaviour, evidence, spec, startup};
use crate::opportunity::rank;

/// What stays Latin in a Chinese sentence: the units of a length of time, and a method's name.
const LATIN: [&str; 5] = ["d", "h", "m", "s", "RICE"];

/// Complains about every word that a Chinese reader of the charts would see in English.
fn check(what: &str, charts: &[Chart]) {
    assert!(!charts.is_empty(), "{what} draws nothing");
    for chart in charts {
        let names = chart.series.iter().map(|series| series.text(Language::Zh));
        let texts = std::iter::once(chart.title.zh.as_str()).chain(chart.marks(Language::Zh)).chain(names);
        for text in texts {
            let letters = text.split(|letter: char| !letter.is_ascii_alphabetic());
            let english: Vec<&str> =
                letters.filter(|word| !word.is_empty() && !LATIN.contains(word)).collect();
            assert!(english.is_empty(), "{what}, “{}”: `{text}` is not Chinese", chart.title.en);
        }
        assert!([0, chart.axis.len()].contains(&chart.axis_titles.len()), "{what}: {:?}", chart.axis_titles);
    }
}

/// Sixty people who join, look around, order, pay and answer, from Monday 5 January 2026 on.
fn people() -> Vec<Event> {
    let begin = micros("2026-01-05T00:00:00Z");
    let mut events = Vec::new();
    for person in 0..60_i64 {
        let id = format!("用户{person}");
        let joined = begin + person % 20 * DAY;
        let mut add = |name: &str, time: i64, amount: i64| {
            let referrer = format!("用户{}", person - 10);
            let mut said = json!({"金额": amount, "分数": amount % 11, "推荐人": referrer});
            match person % 4 {
                0 => said["套餐"] = json!("专业"),
                1 => said["套餐"] = json!("团队"),
                2 => said["套餐"] = json!("免费"),
                // Who has none.
                _ => {}
            }
            events.push(event(&id, name, time, said));
        };
        add("注册", joined, person);
        for day in (0..60).step_by(1 + person as usize % 5) {
            let time = joined + day * DAY + HOUR;
            add("访问", time, 1);
            if (day + person) % 3 == 0 {
                add("下单", time + HOUR / 6, 10 + person);
            }
            if (day + person) % 6 == 0 {
                add("付款", time + HOUR / 4, 10 + person);
                add("问卷", time + HOUR, day);
            }
        }
    }
    events
}

fn questions() -> Vec<Value> {
    let period = json!({"from": "2026-01-05", "to": "2026-03-31"});
    let order = json!({"event": "下单"});
    let plan = json!({"name": "套餐"});
    let funnel = json!({"kind": "funnel", "steps": [{"event": "注册"}, {"event": "访问"}, {"event": "下单"}],
        "period": period, "over_time": {"interval": "week"}});
    let retention = json!({"kind": "retention", "start": {"event": "注册"}, "returning": {"event": "访问"},
        "begins": "first_time", "interval": "week", "period": period});
    let mut by_plan = [funnel.clone(), retention.clone()];
    by_plan[0]["breakdown"] = json!({"property": plan, "top": 2});
    by_plan[1]["breakdown"] = plan.clone();
    by_plan[1]["breakdown_most"] = json!(2);
    let mut all = vec![
        json!({"kind": "trend", "series": [{"event": "访问", "measure": "people"}], "interval": "week",
            "period": {"from": "2026-02-02", "to": "2026-03-01"}, "breakdown": [plan], "top": 2,
            "compare": {"kind": "previous"}}),
        funnel,
        retention,
        json!({"kind": "lifecycle", "event": {"event": "访问"}, "interval": "week", "period": period}),
        json!({"kind": "stickiness", "event": {"event": "访问"}, "period": period}),
        json!({"kind": "paths", "period": period}),
        json!({"kind": "segment", "who": {"kind": "did", "event": order},
            "rfm": {"event": order, "value": {"name": "金额"}}}),
        json!({"kind": "growth", "event": {"event": "访问"}, "interval": "week", "period": period,
            "value": {"name": "金额"}}),
        json!({"kind": "activation", "start": {"event": "注册"}, "period": period}),
        json!({"kind": "north_star", "metric": {"event": order, "count": "events"}, "period": period,
            "inputs": [{"metric": {"event": order, "count": "people", "label": "人数"}},
                {"metric": {"event": order, "count": "per_person", "label": "人均"}}]}),
        json!({"kind": "revenue", "event": {"event": "付款"}, "amount": {"name": "金额"}, "period": period}),
        json!({"kind": "lifetime_value", "event": order, "value": {"name": "金额"}, "period": period,
            "holdout_from": "2026-02-16"}),
        json!({"kind": "satisfaction", "event": {"event": "问卷"}, "answer": {"name": "分数"}, "period": period}),
        json!({"kind": "word_of_mouth", "joined": {"event": "注册"}, "referrer": {"name": "推荐人"},
            "period": period}),
        json!({"kind": "experience", "period": period, "tasks": [{"name": "结账", "start": {"event": "访问"},
            "steps": [order], "success": {"event": "付款"}}]}),
        json!({"kind": "release", "at": "2026-03-01", "metrics": [{"event": order, "count": "events"}]}),
    ];
    all.extend(by_plan);
    all
}

#[test]
fn a_chart_of_an_answer_has_a_chinese_word_wherever_no_user_wrote_one() {
    let (events, asked) = (people(), context("UTC", "2026-04-01"));
    let mut kinds = BTreeSet::new();
    for question in questions() {
        let question: QuestionSpec =
            serde_json::from_value(question.clone()).unwrap_or_else(|wrong| panic!("{wrong}: {question}"));
        check(question.kind(), ask(&question, &asked, &events).charts());
        kinds.insert(question.kind());
    }
    // Forty people in each week, all of whom come back, and ten in the last: that is worth a digest.
    let begin = micros("2026-03-02T00:00:00Z");
    let there = |week: i64| (0..if week == 9 { 10 } else { 40 }).map(move |person| (week, person));
    let weeks: Vec<Event> = (0..10)
        .flat_map(there)
        .map(|(week, person)| event(&format!("用户{person}"), "打开", begin + week * 7 * DAY, Value::Null))
        .collect();
    let digest: QuestionSpec = serde_json::from_value(json!({"kind": "digest"})).expect("a question");
    check("digest", ask(&digest, &context("UTC", "2026-05-13"), &weeks).charts());
    kinds.insert("digest");
    assert_eq!(kinds, KINDS.iter().copied().collect::<BTreeSet<_>>(), "each kind is asked");
}

#[test]
fn a_chart_of_opportunities_and_cases_has_a_chinese_word_wherever_no_user_wrote_one() {
    let planted = |theme: &str, leaves: f64| Planted {
        theme: theme.to_owned(),
        reach: 0.12,
        leaves,
        unpaid: leaves,
        speaks: 0.9,
        mood: -0.5,
        voices: 1,
    };
    let themes = [planted("闪退", 0.5), planted("登录", 0.0)];
    let startup = startup(300, &themes, 7);
    check("behaviour", &behaviour(&startup, &spec()).charts);
    for view in [OpportunityView::List, OpportunityView::Rice] {
        let spec = OpportunitySpec { view, ..OpportunitySpec::default() };
        let report = rank(&evidence(&startup, &themes, 7), &[], &spec).expect("a ranking");
        check("opportunities", &report.charts);
    }
    let compared = |theme: f64| Compared {
        theme,
        comparable: 0.6,
        difference: Estimate { value: theme - 0.6, low: theme - 0.7, high: theme - 0.5 },
        ..Compared::default()
    };
    let side = |theme: f64| CaseSide {
        days: 28.0,
        voices: 120,
        people: 110,
        active_people: 4000,
        returning: Some(compared(theme)),
        paying: Some(compared(theme)),
        ..CaseSide::default()
    };
    let subject = CaseSubject { name: "闪退".to_owned(), ..CaseSubject::default() };
    let case = case(&subject, &side(0.3), &side(0.5)).expect("a case");
    assert_eq!(case.charts.len(), 3);
    check("case", &case.charts);
}
