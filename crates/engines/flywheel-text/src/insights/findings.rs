//! The report in plain words, and what is drawn of it.

use flywheel_spec::feedback::insights::{AsideReason, InsightsReport, InsightsSpec, TrendKind};
use flywheel_spec::product::{Chart, ChartKind, Series};
use flywheel_spec::{Phrase, phrase};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Themes told in words, and drawn over time.
const THEMES: usize = 5;
/// Themes in the chart of sizes.
const BARS: usize = 15;

/// `12.3%`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

/// Adds what the report means, most important first.
pub(super) fn add(report: &mut InsightsReport, zone: &TimeZone) {
    let mut found = Vec::new();
    let total = &report.total;
    match (total.first, total.last) {
        (Some(first), Some(last)) => found.push(phrase!(
            "feedback.heard",
            messages = total.read,
            people = total.people,
            voices = total.voices,
            first = day(first, zone),
            last = day(last, zone)
        )),
        _ => found.push(phrase!("feedback.nothing")),
    }
    for theme in report.themes.iter().take(THEMES) {
        found.push(
            phrase!("feedback.theme", name = theme.name, people = theme.people, share = percent(theme.share))
                .with_phrase("trend", &trend(theme.trend.kind)),
        );
    }
    // What changes is worth a word, however small it is.
    let moving = report.themes.iter().filter(|theme| theme.trend.kind != TrendKind::Steady);
    for theme in moving.take(THEMES) {
        let change = &theme.trend;
        let p = change.p.unwrap_or(1.0);
        let p = if p < 0.001 { "<0.001".to_owned() } else { format!("{p:.3}") };
        found.push(
            phrase!(
                "feedback.theme_moves",
                name = theme.name,
                recent = change.recent,
                before = change.before,
                p = p
            )
            .with_phrase("trend", &trend(change.kind)),
        );
    }
    if let Some(mood) = report.mood {
        let key = match mood {
            mood if mood > 0.1 => "feedback.mood_good",
            mood if mood < -0.1 => "feedback.mood_bad",
            _ => "feedback.mood_even",
        };
        found.push(phrase!(key, mood = format!("{mood:.2}")));
    }
    for question in report.questions.iter().take(2) {
        found.push(phrase!("feedback.asked", voices = question.voices, question = question.text));
    }
    if total.exact_duplicates + total.near_duplicates > 0 {
        found.push(phrase!(
            "feedback.duplicates",
            exact = total.exact_duplicates,
            near = total.near_duplicates
        ));
    }
    if !report.set_aside.is_empty() {
        found.push(set_aside(report));
    }
    if report.other.messages > 0 {
        found.push(phrase!("feedback.other", share = percent(report.other.share)));
    }
    report.findings = found;
}

/// Says that only some of so many messages are told.
pub(super) fn narrowed(report: &mut InsightsReport, spec: &InsightsSpec, all: usize) {
    let told = report.total.messages;
    let said = match spec.subject() {
        _ if !(spec.versions.is_empty() && spec.sources.is_empty() && spec.segments.is_empty()) => {
            phrase!("feedback.only_of", count = told, all = all).with_phrase("what", &narrowing(spec))
        }
        Some(about) if told == 0 => phrase!("feedback.nothing_about", about = about, all = all),
        Some(about) => phrase!("feedback.only_about", about = about, count = told, all = all),
        None if told == 0 => phrase!("feedback.nothing_then", all = all),
        None => phrase!("feedback.only_then", count = told, all = all),
    };
    if report.total.read == 0 {
        report.findings.clear();
    }
    let at = report.findings.len().min(1);
    report.findings.insert(at, said);
}

/// The versions, sources and segments that are asked for, and what about.
fn narrowing(spec: &InsightsSpec) -> Phrase {
    let listed = |names: &[String]| (!names.is_empty()).then(|| names.join(", "));
    let parts = [
        spec.subject().map(|about| phrase!("feedback.of_subject", about = about)),
        listed(&spec.versions).map(|names| phrase!("feedback.of_versions", names = names)),
        listed(&spec.sources).map(|names| phrase!("feedback.of_sources", names = names)),
        listed(&spec.segments).map(|names| phrase!("feedback.of_segments", names = names)),
    ];
    joined(&parts.into_iter().flatten().collect::<Vec<_>>())
}

/// Phrases in a row.
fn joined(phrases: &[Phrase]) -> Phrase {
    let mut joined = Phrase::verbatim("");
    joined.en = phrases.iter().map(|phrase| phrase.en.as_str()).collect::<Vec<_>>().join(", ");
    joined.zh = phrases.iter().map(|phrase| phrase.zh.as_str()).collect::<Vec<_>>().join("、");
    joined
}

fn set_aside(report: &InsightsReport) -> Phrase {
    let count: u64 = report.set_aside.iter().map(|aside| aside.messages).sum();
    let reasons: Vec<Phrase> = report
        .set_aside
        .iter()
        .map(|aside| {
            let key = match aside.reason {
                AsideReason::Empty => "feedback.aside_empty",
                AsideReason::Punctuation => "feedback.aside_punctuation",
                AsideReason::Advert => "feedback.aside_advert",
                AsideReason::Repeated => "feedback.aside_repeated",
                AsideReason::Mash => "feedback.aside_mash",
            };
            phrase!(key, count = aside.messages)
        })
        .collect();
    phrase!("feedback.set_aside", count = count).with_phrase("reasons", &joined(&reasons))
}

fn trend(kind: TrendKind) -> Phrase {
    phrase!(match kind {
        TrendKind::New => "feedback.trend_new",
        TrendKind::Growing => "feedback.trend_growing",
        TrendKind::Fading => "feedback.trend_fading",
        TrendKind::Burst => "feedback.trend_burst",
        TrendKind::Steady => "feedback.trend_steady",
    })
}

fn day(moment: i64, zone: &TimeZone) -> String {
    let zoned = Timestamp::from_microsecond(moment).map(|moment| moment.to_zoned_datetime(zone.clone()));
    zoned.map_or_else(|_| moment.to_string(), |zoned| zoned.date().to_string())
}

/// What is drawn: the mood and the people over time, the themes by size, and the largest over time.
pub(super) fn charts(report: &InsightsReport) -> Vec<Chart> {
    let axis: Vec<String> = report.steps.iter().map(|step| step.step.clone()).collect();
    let line = |title: Phrase, series: Vec<Series>| Chart {
        kind: ChartKind::Line,
        title,
        axis: axis.clone(),
        axis_titles: Vec::new(),
        series,
    };
    let mut found = Vec::new();
    if report.steps.len() > 1 {
        if report.mood.is_some() {
            let values = report.steps.iter().map(|step| step.mood).collect();
            found.push(line(phrase!("feedback.chart_mood"), vec![Series::word("mood", values)]));
        }
        let values = report.steps.iter().map(|step| Some(step.people as f64)).collect();
        found.push(line(phrase!("feedback.chart_heard"), vec![Series::word("people", values)]));
        let series: Vec<Series> = report
            .themes
            .iter()
            .take(THEMES)
            .map(|theme| Series {
                name: theme.name.clone(),
                title: None,
                values: theme.steps.iter().map(|people| Some(*people as f64)).collect(),
            })
            .collect();
        if !series.is_empty() {
            found.push(line(phrase!("feedback.chart_theme_steps"), series));
        }
    }
    let largest = || report.themes.iter().take(BARS);
    if !report.themes.is_empty() {
        found.push(Chart {
            kind: ChartKind::Bar,
            title: phrase!("feedback.chart_themes"),
            axis: largest().map(|theme| theme.name.clone()).collect(),
            axis_titles: Vec::new(),
            series: vec![Series::word("voices", largest().map(|theme| Some(theme.voices as f64)).collect())],
        });
    }
    found
}
