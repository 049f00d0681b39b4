//! Reports of made-up messages.

use std::collections::BTreeMap;

use flywheel_language::{fold, language};
use flywheel_stats::chance::Chance;

use flywheel_spec::feedback::insights::TrendKind;

use super::*;
use crate::gist::{Gists, Kept};

const DAY: i64 = 86_400_000_000;

/// Sixty days of messages: a payment that fails more and more, a steady praise, some adverts and empty ones.
fn sample() -> Vec<Message> {
    let mut found = Vec::new();
    for day in 0..60_i64 {
        let mut said: Vec<String> =
            (0..4).map(|at| format!("delivery was quick and friendly, thanks {day} {at}")).collect();
        said.extend((0..4).map(|at| format!("界面简洁 设计好看 {day} {at}")));
        said.extend((0..day / 8).map(|at| format!("付款失败,无法支付 {day} {at}")));
        said.extend((0..day / 10).map(|at| format!("payment failed at checkout {day} {at}")));
        if day % 10 == 0 {
            said.push(" ".to_owned());
            said.push("加微信 abc12345 日赚500,轻松在家赚钱".to_owned());
            said.push("how do i change the language?".to_owned());
        }
        for (at, text) in said.into_iter().enumerate() {
            found.push(Message {
                id: format!("m{day}-{at}"),
                text,
                time: 1_767_225_600_000_000 + day * DAY + at as i64,
                person: Some(format!("p{}", (day * 31 + at as i64) % 400)),
                source: Some(if at % 2 == 0 { "store" } else { "survey" }.to_owned()),
                version: Some("2.1".to_owned()),
                more: BTreeMap::new(),
                rating: None,
            });
        }
    }
    found
}

fn read(message: &Message) -> ReadMessage<'_> {
    let bad = message.text.contains("fail") || message.text.contains("失败");
    ReadMessage {
        message,
        language: language(&message.text),
        mood: Some(if bad { -0.8 } else { 0.6 }),
        kind: Some(if bad { "bug" } else { "praise" }.to_owned()),
        masked: message.text.clone(),
    }
}

#[test]
fn a_growing_problem_is_told_with_its_people_and_quotes() {
    let messages = sample();
    let read: Vec<ReadMessage<'_>> = messages.iter().map(read).collect();
    let found = insights(&read, &InsightsSpec::default(), Beside::default());
    let report = &found.report;
    let names: Vec<&str> = report.themes.iter().map(|theme| theme.name.as_str()).collect();
    let payment: Vec<&_> =
        report.themes.iter().filter(|theme| theme.mood.is_some_and(|mood| mood < -0.5)).collect();
    assert!(!payment.is_empty(), "{names:?}");
    assert!(
        payment
            .iter()
            .all(|theme| theme.trend.kind == TrendKind::Growing || theme.trend.kind == TrendKind::New),
        "{payment:?}"
    );
    let theme = payment[0];
    assert!(theme.typical.len() == 3 && theme.lowest.len() == 3 && theme.people > 10, "{theme:?}");
    assert_eq!(theme.versions[0].name, "2.1");
    for theme in &report.themes {
        let said = fold(&theme.typical[0].text);
        assert!(theme.name.split(" / ").any(|name| said.contains(&fold(name))), "{theme:?}");
    }
    assert_eq!(
        report.set_aside.iter().map(|aside| (aside.reason, aside.messages)).collect::<Vec<_>>(),
        [(AsideReason::Empty, 6), (AsideReason::Advert, 6)]
    );
    assert_eq!(report.total.messages, messages.len() as u64);
    assert_eq!(report.total.read, messages.len() as u64 - 12);
    let in_themes: u64 = report.themes.iter().map(|theme| theme.messages).sum();
    assert_eq!(in_themes + report.other.messages, report.total.read);
    assert!(report.other.share < 0.15, "{}", report.other.share);
    assert!(
        report.questions.iter().any(|question| question.text.contains("language") && question.messages == 6),
        "{:?}",
        report.questions
    );
    assert!(
        report.findings.iter().all(|finding| !finding.en.contains('{') && !finding.zh.contains('{')),
        "{:?}",
        report.findings
    );
    for chart in &report.charts {
        assert!(chart.series.iter().all(|series| series.values.len() == chart.axis.len()), "{chart:?}");
        for series in &chart.series {
            let told = series.title.as_ref().is_some_and(|title| title.zh != title.key);
            assert!(told || names.contains(&series.name.as_str()), "{series:?} has no word in Chinese");
        }
    }
}

#[test]
fn a_report_tells_the_versions_sources_and_people_asked_for() {
    let mut messages = sample();
    messages.iter_mut().step_by(3).for_each(|message| message.version = Some("2.10".to_owned()));
    messages[0].version = None;
    let read: Vec<ReadMessage<'_>> = messages.iter().map(read).collect();
    let theirs: Vec<bool> = (0..messages.len()).map(|at| at % 5 == 0).collect();
    let only = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
    let spec = |versions: &[&str], sources: &[&str]| InsightsSpec {
        versions: only(versions),
        sources: only(sources),
        ..InsightsSpec::default()
    };
    let whole = insights(&read, &InsightsSpec::default(), Beside::default());
    for (spec, theirs, said) in [
        (spec(&["2.10"], &[]), None, "version 2.10"),
        (spec(&["2.1", "2.10"], &[]), None, "version 2.1, 2.10"),
        (spec(&[], &["store"]), None, "from store"),
        (spec(&["2.1"], &["survey"]), None, "version 2.1, from survey"),
        (
            InsightsSpec { segments: only(&["vips"]), ..spec(&["2.1"], &[]) },
            Some(theirs.as_slice()),
            "version 2.1, people of vips",
        ),
    ] {
        let found = insights(&read, &spec, Beside { theirs, ..Beside::default() });
        let asked = messages.iter().enumerate().map(|(at, message)| {
            spec.takes(message.version.as_deref(), message.source.as_deref())
                && theirs.is_none_or(|theirs| theirs[at])
        });
        let asked: Vec<bool> = asked.collect();
        assert_eq!(found.told, asked, "{said}");
        let count = asked.iter().filter(|asked| **asked).count();
        assert!(count > 0 && count < messages.len(), "{said}");
        assert_eq!(found.theme_of, whole.theme_of, "the themes are those of the whole: {said}");
        let expected = format!("only this is told ({said}): {count} of {} messages", messages.len());
        assert_eq!(found.report.findings[1].en, expected);
    }
}

#[test]
fn a_theme_that_is_somebodys_name_is_told_masked_everywhere() {
    let texts = ["客服王先生态度差", "又是王先生", "王先生不回复"];
    let message = |text: &&str| Message { text: (*text).to_owned(), ..Message::default() };
    let messages: Vec<Message> = texts.iter().map(message).collect();
    let read: Vec<ReadMessage<'_>> =
        messages.iter().map(|message| ReadMessage { masked: "…".to_owned(), ..read(message) }).collect();
    let pile = Pile::of(texts.iter().map(|text| (*text, None)));
    let name = "王先生".to_owned();
    let found = Themes {
        themes: vec![crate::themes::Theme { id: 1, words: vec![name.clone()], name, is_new: true }],
        of_message: vec![Some(0); 3],
        like: vec![1.0; 3],
        ..Themes::default()
    };
    let spec = InsightsSpec::default();
    let steps = Steps::between(0, DAY, spec.interval, &TimeZone::UTC);
    let pieces = Pieces {
        messages: &read,
        pile: &pile,
        same: &crate::duplicates::duplicates(&pile),
        found: &found,
        told: &[true; 3],
        read: &[0, 1, 2],
        steps: steps.as_ref(),
        spec: &spec,
    };
    let mut report = pieces.report(&[None; 3], Vec::new(), Vec::new());
    findings::add(&mut report, &TimeZone::UTC);
    charts_and_doubts(&mut report, &pile);
    let theme = &report.themes[0];
    assert_eq!((theme.name.as_str(), theme.words[0].as_str()), ("[姓名]", "[姓名]"));
    let told = format!("{:?} {:?}", report.findings, report.charts);
    assert!(told.contains("[姓名]") && !told.contains("王先生"), "{told}");
}

#[test]
fn the_order_of_the_messages_changes_nothing() {
    let messages = sample();
    let ordered: Vec<ReadMessage<'_>> = messages.iter().map(read).collect();
    let mut mixed = ordered.clone();
    Chance::new(5).shuffle(&mut mixed);
    let told =
        |messages: &[ReadMessage<'_>]| insights(messages, &InsightsSpec::default(), Beside::default()).report;
    assert_eq!(told(&mixed), told(&ordered));
}

#[test]
fn nothing_and_next_to_nothing_are_told() {
    let none = insights(&[], &InsightsSpec::default(), Beside::default());
    assert_eq!(none.report.findings[0].key, "feedback.nothing");
    for text in ["付款失败", "👍", "", "ok"] {
        let message = Message { id: "1".to_owned(), text: text.to_owned(), ..Message::default() };
        let found = insights(&[read(&message)], &InsightsSpec::default(), Beside::default());
        assert_eq!(found.report.total.messages, 1);
        assert_eq!(found.theme_of.len(), 1);
    }
}

/// What is kept from call to call.
#[derive(Default)]
struct Days {
    texts: [Vec<u8>; 2],
    state: Vec<u8>,
    placed: Vec<u8>,
    counted: Vec<u8>,
}

impl Days {
    /// A call: what it tells, and of how many kept texts the words were told apart.
    fn call(&mut self, messages: &[Message]) -> (Insights, usize) {
        let kept = Kept::of(self.texts.clone());
        let gists = Gists::of(messages, &kept);
        for (old, new) in self.texts.iter_mut().zip(kept.after(&gists)) {
            if let Some(new) = new {
                *old = new;
            }
        }
        let listened = listen::listen_to(messages, &gists);
        let heard = messages.iter().zip(&listened.heard);
        let read: Vec<ReadMessage<'_>> =
            heard.map(|(message, heard)| ReadMessage::heard(message, heard)).collect();
        let state: Option<ThemeState> = serde_json::from_slice(&self.state).ok();
        let placed = Placed::of(&self.placed, &self.state, "");
        let counted = Counted::kept(&self.counted);
        let beside = Beside {
            pile: Some(gists.pile()),
            before: state.as_ref(),
            placed: placed.as_ref(),
            counted: counted.as_ref(),
            ..Beside::default()
        };
        let found = insights(&read, &InsightsSpec::default(), beside);
        if let Some(state) = &found.state {
            self.state = serde_json::to_vec(state).expect("JSON");
        }
        if let Some(placed) = &found.placed {
            self.placed = placed.bytes(&self.state, "");
        }
        if let Some(counted) = &found.counted {
            self.counted = counted.bytes();
        }
        (found, gists.pile().told_apart())
    }
}

#[test]
fn a_days_messages_cost_a_days_work() {
    const SUBJECTS: [&str; 6] = [
        "payment failed at the checkout",
        "付款失败,一直转圈",
        "how do i change my password?",
        "请问怎么修改密码?",
        "the parcel is late again",
        "快递太慢了",
    ];
    let message = |at: usize| Message {
        id: format!("m{at:05}"),
        text: format!("{} {at}", SUBJECTS[at % 6]),
        time: 1_767_225_600_000_000 + at as i64 * DAY / 50,
        person: Some(format!("p{}", at % 400)),
        ..Message::default()
    };
    let mut messages: Vec<Message> = (0..2_100).map(message).collect();
    let mut days = Days::default();
    let (first, told_apart) = days.call(&messages);
    assert!(told_apart == 0 && first.anew.counted == 2_100, "all was read just now: {:?}", first.anew);
    let (again, told_apart) = days.call(&messages);
    assert_eq!((again.anew, told_apart), (Anew::default(), 0));
    assert_eq!(again.report, first.report);
    // A day's messages, two of them in words that are known.
    messages.extend((2_100..2_118).map(message));
    for (at, known) in [(2_118, 6), (2_119, 7)] {
        messages.push(Message { text: messages[known].text.clone(), ..message(at) });
    }
    let (day, told_apart) = days.call(&messages);
    assert_eq!((day.anew.counted, told_apart), (20, 2));
    let (whole, _) = Days::default().call(&messages);
    assert_eq!(day.report.phrases, whole.report.phrases);
    assert_eq!(day.report.questions, whole.report.questions);
    assert_eq!(day.report.total, whole.report.total);
    assert_eq!(day.group_of, whole.group_of);
    // Asked about some of them only, all that are told are counted, and what is kept stays.
    let read: Vec<ReadMessage<'_>> = messages.iter().map(read).collect();
    let spec = InsightsSpec { from: Some(messages[1_000].time), ..InsightsSpec::default() };
    let counted = Counted::kept(&days.counted);
    assert!(counted.is_some());
    let beside = |counted| Beside { counted, ..Beside::default() };
    let (with, without) =
        (insights(&read, &spec, beside(counted.as_ref())), insights(&read, &spec, beside(None)));
    assert!(with.counted.is_none() && with.report == without.report);
}
