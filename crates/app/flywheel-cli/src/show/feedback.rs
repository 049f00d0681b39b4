//! What users say: imported, told, found; what to improve and how it went.

use std::collections::BTreeMap;

use flywheel_spec::encoder::EncodedReport;
use flywheel_spec::feedback::behaviour::BehaviourReport;
use flywheel_spec::feedback::case::{CaseReport, WrittenCase};
use flywheel_spec::feedback::import::FeedbackImportReport;
use flywheel_spec::feedback::insights::{InsightsReport, Quote, ThemeTrend, TrendKind};
use flywheel_spec::feedback::opportunity::{OpportunityReport, OpportunityView};
use flywheel_spec::feedback::opportunity_record::{OpportunityRecord, OpportunityState};
use flywheel_spec::feedback::search::SearchReport;
use flywheel_spec::{Phrase, Problem, phrase};

use super::assistant::{assistant, claims};
use super::chart::chart;
use super::number::{count, percent};
use super::table::{left, right, table};
use super::{Sources, events_imported, problems};
use crate::screen::{Screen, Style};

/// Characters of a quote that are shown.
const QUOTED: usize = 110;

/// Findings of a kind of which each theme may have one, and warnings that say the same of different themes, at most.
const ALIKE: (usize, usize) = (12, 3);

/// Findings, the first of them bold.
pub(super) fn findings(screen: &Screen, findings: &[Phrase]) -> String {
    let mut text = String::new();
    for (place, finding) in findings.iter().enumerate() {
        let said = screen.text(finding);
        text.push_str(&match place {
            0 => format!("{} {}\n", screen.paint(Style::Good, "●"), screen.paint(Style::Bold, said)),
            _ => format!("  · {said}\n"),
        });
    }
    text
}

/// Warnings; of those that say the same of different themes the first few, and how many more there are.
fn doubts(screen: &Screen, warnings: &[Problem]) -> String {
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    let mut shown = Vec::new();
    for warning in warnings {
        let times = told.entry(warning.code.as_str()).or_default();
        *times += 1;
        if *times <= ALIKE.1 {
            shown.push(warning.clone());
        }
    }
    let text = problems(screen, &shown, &Sources::default());
    text + &more_alike(screen, warnings.len() - shown.len())
}

/// That so many more are in the report than are shown; nothing where there are none.
fn more_alike(screen: &Screen, count: usize) -> String {
    if count == 0 {
        return String::new();
    }
    format!("  · {}\n", screen.text(&phrase!("cli.more_alike", count = count)))
}

/// What an import of feedback read and did.
pub fn feedback_imported(screen: &Screen, report: &FeedbackImportReport) -> String {
    let mut text = findings(screen, &report.findings);
    let columns = &report.columns;
    let named = [
        ("column_text", Some(columns.texts().collect::<Vec<_>>().join(", "))),
        ("column_rating", columns.rating.clone()),
        ("column_source", columns.source.clone()),
        ("column_version", columns.version.clone()),
    ];
    for (word, column) in named {
        if let Some(column) = column {
            text.push_str(&format!("  {}: {column}\n", screen.word(word)));
        }
    }
    text.push_str(&events_imported(screen, &report.import));
    text
}

/// The messages read by meaning.
pub fn encoded(screen: &Screen, report: &EncodedReport) -> String {
    findings(screen, &report.findings)
}

/// What the messages say.
pub fn insights(screen: &Screen, report: &InsightsReport) -> String {
    let mut text = findings(screen, &report.findings);
    text.push_str(&problems(screen, &report.warnings, &Sources::default()));
    if !report.summary.is_empty() {
        text.push_str(&format!("\n{}\n", screen.paint(Style::Bold, &screen.word("summary"))));
        text.push_str(&claims(screen, &report.summary));
    }
    for drawn in &report.charts {
        text.push_str(&format!("\n{}", chart(screen, drawn)));
    }
    let header = [
        right("#"),
        left(screen.word("theme")),
        right(screen.word("voices")),
        right(screen.word("share")),
        right(screen.word("mood")),
        left(screen.word("going")),
        left(screen.word("typical_quote")),
    ];
    let rows: Vec<Vec<String>> = report
        .themes
        .iter()
        .map(|theme| {
            vec![
                theme.id.to_string(),
                theme.given_name.as_ref().map_or_else(|| theme.name.clone(), |name| name.text.clone()),
                count(theme.voices),
                percent(theme.share),
                mood(theme.mood),
                going(screen, &theme.trend),
                theme.typical.first().map(|quote| cut(&quote.text, 60)).unwrap_or_default(),
            ]
        })
        .collect();
    section(screen, &mut text, "themes", &header, &rows);
    let header = [
        left(screen.word("aspect")),
        left(screen.word("opinion")),
        right(screen.word("people")),
        left(screen.word("typical_quote")),
    ];
    let rows: Vec<Vec<String>> = report
        .aspects
        .iter()
        .take(15)
        .map(|row| {
            let quote = row.examples.first().map(|quote| cut(&quote.text, 60)).unwrap_or_default();
            vec![row.aspect.clone(), row.opinion.clone(), count(row.people), quote]
        })
        .collect();
    section(screen, &mut text, "aspects", &header, &rows);
    let header = [left(screen.word("kind")), right(screen.word("messages")), right(screen.word("share"))];
    let kind = |name: &str| screen.word(&format!("kind_{name}"));
    let rows: Vec<Vec<String>> = report
        .kinds
        .iter()
        .map(|share| vec![kind(&share.name), count(share.messages), percent(share.share)])
        .collect();
    section(screen, &mut text, "kinds_of_messages", &header, &rows);
    let header = [left(screen.word("phrase")), right(screen.word("voices"))];
    let rows: Vec<Vec<String>> = report
        .phrases
        .iter()
        .take(12)
        .map(|phrase| vec![phrase.text.clone(), count(phrase.voices)])
        .collect();
    section(screen, &mut text, "phrases", &header, &rows);
    let header = [left(screen.word("asked")), right(screen.word("voices"))];
    let rows: Vec<Vec<String>> = report
        .questions
        .iter()
        .take(10)
        .map(|question| vec![cut(&question.text, QUOTED), count(question.voices)])
        .collect();
    section(screen, &mut text, "questions_asked", &header, &rows);
    let mut worst: Vec<_> = report.themes.iter().collect();
    // The largest themes may be praise: the harshest words are those of the themes with the worst mood.
    worst.sort_by(|one, two| one.mood.unwrap_or(0.0).total_cmp(&two.mood.unwrap_or(0.0)));
    let lowest: Vec<&Quote> = worst.into_iter().filter_map(|theme| theme.lowest.first()).take(5).collect();
    if !lowest.is_empty() {
        text.push_str(&format!("\n{}\n", screen.paint(Style::Bold, &screen.word("hardest_words"))));
        for quote in lowest {
            text.push_str(&format!("  “{}”\n", cut(&quote.text, QUOTED)));
        }
    }
    if let Some(used) = &report.assistant {
        text.push_str(&assistant(screen, used));
    }
    text
}

/// Messages that were found.
pub fn found(screen: &Screen, report: &SearchReport) -> String {
    let mut text = findings(screen, &report.findings);
    text.push_str(&problems(screen, &report.warnings, &Sources::default()));
    for hit in &report.hits {
        let day = jiff::Timestamp::from_microsecond(hit.time).map(|at| at.to_string()).unwrap_or_default();
        let day = day.get(..10).unwrap_or_default().to_owned();
        let told = ["mood", "theme", "version", "source"].iter().filter_map(|name| {
            let value = hit.fields.get(*name)?;
            let is_word = *name == "mood" && ["negative", "neutral", "positive"].contains(&value.as_str());
            let value = if is_word { screen.word(&format!("mood_{value}")) } else { value.clone() };
            Some(format!("{} {value}", screen.word(name)))
        });
        let told: Vec<String> = std::iter::once(day).chain(told).collect();
        text.push_str(&format!("\n{}\n", marked(screen, &hit.text, hit)));
        text.push_str(&format!("  {}\n", screen.paint(Style::Dim, &told.join(" · "))));
    }
    let took = format!("\n{:.1} ms\n", report.took_millis);
    text.push_str(&screen.paint(Style::Dim, &took));
    text
}

/// A hit's text with the words that were found standing out.
fn marked(screen: &Screen, text: &str, hit: &flywheel_spec::feedback::search::SearchHit) -> String {
    let mut marked = String::from("  ");
    let mut from = 0;
    for place in &hit.highlights {
        let (Some(before), Some(found)) = (text.get(from..place.start), text.get(place.start..place.end))
        else {
            continue;
        };
        marked.push_str(before);
        marked.push_str(&screen.paint(Style::Bold, found));
        from = place.end;
    }
    marked.push_str(text.get(from..).unwrap_or_default());
    cut(&marked.replace('\n', " "), 400)
}

/// What the people of each theme did, beside comparable people.
pub fn behaviour(screen: &Screen, report: &BehaviourReport) -> String {
    let (told, rest) = report.findings.split_at(report.findings.len().min(ALIKE.0));
    let mut text = findings(screen, told);
    // The last says what none of them proves.
    if let Some((cause, more)) = rest.split_last() {
        text.push_str(&more_alike(screen, more.len()));
        text.push_str(&format!("  · {}\n", screen.text(cause)));
    }
    text.push_str(&doubts(screen, &report.warnings));
    let header = [
        left(screen.word("theme")),
        right(screen.word("people")),
        right(screen.word("matched")),
        right(screen.word("came_back")),
        right(screen.word("paid")),
        right(screen.word("went_away")),
    ];
    let compared = |of: &Option<flywheel_spec::feedback::behaviour::Compared>| {
        of.map_or_else(
            || "–".to_owned(),
            |of| {
                let points = |share: f64| format!("{:+.1}", share * 100.0);
                format!(
                    "{} [{}, {}]",
                    points(of.difference.value),
                    points(of.difference.low),
                    points(of.difference.high)
                )
            },
        )
    };
    let rows: Vec<Vec<String>> = report
        .themes
        .iter()
        .map(|theme| {
            vec![
                theme.name.clone(),
                count(theme.people),
                count(theme.matched),
                compared(&theme.returning),
                compared(&theme.paying),
                compared(&theme.leaving),
            ]
        })
        .collect();
    section(screen, &mut text, "beside_comparable", &header, &rows);
    text
}

/// What to improve.
pub fn opportunities(screen: &Screen, report: &OpportunityReport) -> String {
    let mut text = findings(screen, &report.findings);
    text.push_str(&doubts(screen, &report.warnings));
    if let Some(tree) = &report.tree {
        text.push_str(&format!("\n{}\n", screen.paint(Style::Bold, screen.text(&tree.outcome))));
        for group in &tree.groups {
            text.push_str(&format!("  {}\n", screen.text(&group.name)));
            for opportunity in &group.opportunities {
                text.push_str(&format!("    #{} {}\n", opportunity.theme, opportunity.name));
                for solution in &opportunity.solutions {
                    text.push_str(&format!("      → {}\n", solution.name));
                }
            }
        }
        records_without_theme(screen, &mut text, report);
        return text;
    }
    let rice = report.view == OpportunityView::Rice;
    let header = if rice {
        vec![
            right("#"),
            left(screen.word("theme")),
            right(screen.word("rice_reach")),
            right(screen.word("rice_impact")),
            right(screen.word("rice_confidence")),
            right(screen.word("rice_effort")),
            right("RICE"),
        ]
    } else {
        vec![
            right("#"),
            left(screen.word("theme")),
            right(screen.word("points")),
            right(screen.word("people")),
            right(screen.word("pain")),
            left(screen.word("going")),
            right(screen.word("rank_between")),
            left(screen.word("state")),
        ]
    };
    let rows: Vec<Vec<String>> = report
        .opportunities
        .iter()
        .map(|one| {
            let evidence = &one.evidence;
            if rice {
                return vec![
                    evidence.theme.clone(),
                    evidence.name.clone(),
                    format!("{:.0}", one.rice.reach),
                    format!("{:.2}", one.rice.impact),
                    format!(
                        "{:.0}%",
                        one.rice.confidence * if one.rice.confidence <= 1.0 { 100.0 } else { 1.0 }
                    ),
                    format!("{:.1}", one.rice.effort),
                    format!("{:.1}", one.rice.score),
                ];
            }
            let going = evidence.trend.map(|trend| format!("{:?}", trend.label).to_lowercase());
            vec![
                evidence.theme.clone(),
                evidence.name.clone(),
                format!("{:.0}", one.points),
                count(evidence.people),
                format!("{:.2}", one.factors.pain.value),
                going.map(|going| screen.word(&format!("going_{going}"))).unwrap_or_default(),
                format!("{}–{}", one.rank_low, one.rank_high),
                state(screen, one.state),
            ]
        })
        .collect();
    text.push('\n');
    text.push_str(&table(screen, &header, &rows));
    for one in report.opportunities.iter().take(5).filter(|_| !rice) {
        let name = format!("#{} {}", one.evidence.theme, one.evidence.name);
        text.push_str(&format!("\n{}\n", screen.paint(Style::Bold, &name)));
        for reason in &one.reasons {
            text.push_str(&format!("  · {}\n", screen.text(reason)));
        }
        for change in one.changes.iter().take(2) {
            text.push_str(&format!("  ↕ {}\n", screen.text(&change.says)));
        }
        for alike in &one.alike {
            text.push_str(&format!("  ≈ {}\n", screen.text(&alike.says)));
        }
        for quote in one.evidence.quotes.iter().take(2) {
            text.push_str(&format!(
                "  {}\n",
                screen.paint(Style::Dim, &format!("“{}”", cut(&quote.text, QUOTED)))
            ));
        }
    }
    records_without_theme(screen, &mut text, report);
    text
}

/// What was decided about themes that are none of the opportunities.
fn records_without_theme(screen: &Screen, text: &mut String, report: &OpportunityReport) {
    let header = [left(screen.word("record")), left(screen.word("theme")), left(screen.word("state"))];
    let rows: Vec<Vec<String>> = report
        .without_theme
        .iter()
        .map(|record| vec![record.id.clone(), record.name.clone(), state(screen, record.state)])
        .collect();
    section(screen, text, "records_without_theme", &header, &rows);
}

/// What is done about an opportunity.
pub fn opportunity_record(screen: &Screen, record: &OpportunityRecord) -> String {
    format!(
        "{} {} {} · {}\n",
        screen.paint(Style::Good, "✓"),
        record.id,
        screen.paint(Style::Bold, &record.name),
        state(screen, record.state)
    )
}

/// Where an opportunity stands, in a word.
fn state(screen: &Screen, state: OpportunityState) -> String {
    screen.word(&format!("state_{}", format!("{state:?}").to_lowercase()))
}

/// A case as it was written.
pub fn case(screen: &Screen, case: &WrittenCase) -> String {
    let mut text = findings(screen, &case.report.findings);
    text.push_str(&problems(screen, &case.report.warnings, &Sources::default()));
    for caveat in &case.report.caveats {
        text.push_str(&format!("  {} {}\n", screen.paint(Style::Warn, "!"), screen.text(caveat)));
    }
    for alike in &case.alike {
        text.push_str(&format!("  ≈ {}\n", screen.text(&alike.says)));
    }
    text.push_str(&format!("{}\n", screen.paint(Style::Dim, &case.path)));
    text
}

/// The cases, one a line.
pub fn cases(screen: &Screen, cases: &[CaseReport]) -> String {
    let header = [
        left(screen.word("case_id")),
        left(screen.word("theme")),
        left(screen.word("release_version")),
        left(screen.word("verdict")),
    ];
    let rows: Vec<Vec<String>> = cases
        .iter()
        .map(|case| {
            let verdict = screen.word(&format!("verdict_{}", format!("{:?}", case.verdict).to_lowercase()));
            vec![case.subject.id.clone(), case.subject.name.clone(), case.subject.version.clone(), verdict]
        })
        .collect();
    table(screen, &header, &rows)
}

pub(super) fn section(
    screen: &Screen,
    text: &mut String,
    title: &str,
    header: &[(String, super::table::Align)],
    rows: &[Vec<String>],
) {
    if !rows.is_empty() {
        text.push_str(&format!("\n{}\n", screen.paint(Style::Bold, &screen.word(title))));
        text.push_str(&table(screen, header, rows));
    }
}

fn mood(mood: Option<f64>) -> String {
    mood.map_or_else(|| "–".to_owned(), |mood| format!("{mood:+.2}"))
}

fn going(screen: &Screen, trend: &ThemeTrend) -> String {
    screen.word(match trend.kind {
        TrendKind::New => "going_new",
        TrendKind::Growing => "going_growing",
        TrendKind::Fading => "going_fading",
        TrendKind::Burst => "going_burst",
        TrendKind::Steady => "going_steady",
    })
}

pub(super) fn cut(text: &str, most: usize) -> String {
    let line = text.replace(['\n', '\r'], " ");
    if line.chars().count() <= most {
        return line;
    }
    line.chars().take(most).chain(['…']).collect()
}
