//! What to improve, ranked: themes joined with what their people did.

use std::collections::{BTreeMap, BTreeSet};

use flywheel_product::{behaviour, opportunity};
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::feedback::MessageKind;
use flywheel_spec::feedback::behaviour::{BehaviourReport, BehaviourSpec, Cohorts, Comparison, Spoke};
use flywheel_spec::feedback::insights::{InsightsSpec, ThemeRow, TrendKind};
use flywheel_spec::feedback::opportunity::{
    EvidenceQuote, EvidenceRating, EvidenceTrend, Going, OpportunityReport, OpportunitySpec, ThemeEvidence,
};
use flywheel_spec::product::{EventFilter, Property};
use flywheel_spec::sql::SqlSpec;
use flywheel_spec::{Phrase, phrase};
use flywheel_stats::share::wilson;
use flywheel_text::Message;
use flywheel_text::listen::Heard;
use jiff::Timestamp;

use super::{FeedbackRead, SPEAKING};
use crate::look_up::{LookedUp, settings_of};
use crate::{AskOptions, Failure, Workbench};

/// Events that usually mean that somebody pays, the likelier first.
const PAYING: [&str; 10] = [
    "bill paid",
    "order",
    "purchase",
    "payment",
    "pay",
    "order completed",
    "checkout completed",
    "subscribed",
    "支付成功",
    "下单",
];

/// Properties that usually hold how much.
const VALUES: [&str; 5] = ["amount", "revenue", "price", "total", "value"];

/// Events that usually mean that somebody leaves.
const LEAVING: [&str; 5] =
    ["subscription cancelled", "cancelled", "account deleted", "unsubscribed", "取消订阅"];

/// Quotes of an opportunity at least, where so many tell of trouble.
const QUOTES: usize = 3;

/// The mood below which a message sounds bad.
const SOUNDS_BAD: f64 = -0.1;

/// What counts as paying and leaving; what is absent is looked for among the project's events.
#[derive(Debug, Clone, Default)]
pub struct BehaviourChoices {
    /// Paying.
    pub paying: Option<EventFilter>,
    /// The property that holds how much.
    pub value: Option<Property>,
    /// Leaving.
    pub leaving: Option<EventFilter>,
}

/// Which events and properties were taken for what.
pub(super) struct Taken {
    /// The behaviour to look at, of nobody yet.
    pub spec: BehaviourSpec,
    /// What its conditions name, and doubts about that.
    pub looked_up: LookedUp,
    /// What was guessed.
    pub said: Vec<Phrase>,
}

/// A ranking as it is asked for.
#[derive(Debug, Clone, Default)]
pub struct RankRequest {
    /// How it is ranked.
    pub spec: OpportunitySpec,
    /// What counts as paying and leaving.
    pub behaviour: BehaviourChoices,
}

impl Workbench {
    /// What to improve, ranked.
    ///
    /// # Errors
    /// Every mistake of the settings at once; that nobody said anything.
    pub async fn opportunities(&self, request: &RankRequest) -> Result<OpportunityReport, Failure> {
        let taken = self.taken(&request.behaviour).await?;
        let read = self.read_feedback(&InsightsSpec { themes: 200, ..InsightsSpec::default() }).await?;
        let records = self.linked_records(&read).await?;
        // Those who say nothing at all are fewer the more a product's people speak, and quieter people besides.
        let behaviour = self.behaviour_of(&read, &taken, Comparison::NotOfTheme).await?;
        // A message without a name is a person of its own wherever people are counted, among the active ones too.
        let active = self.people_between(None, None).await? + nameless(&read, None, None);
        let mut evidence = evidence(&read, &behaviour, active);
        self.concern(&mut evidence, &read, &taken).await?;
        let mut spec = request.spec.clone();
        for record in &records {
            if let Some(effort) = record.effort {
                spec.efforts.entry(record.theme.clone()).or_insert(effort);
            }
        }
        let mut report = opportunity::rank(&evidence, &records, &spec)?;
        report.warnings.extend(behaviour.warnings);
        report.findings.extend(taken.said);
        self.add_alike(&mut report, &read)?;
        Ok(report)
    }

    /// What the people of each theme did before and after they spoke, beside comparable people who did not.
    ///
    /// # Errors
    /// As [`Self::opportunities`].
    pub async fn feedback_behaviour(&self, choices: &BehaviourChoices) -> Result<BehaviourReport, Failure> {
        let taken = self.taken(choices).await?;
        let read = self.read_feedback(&InsightsSpec { themes: 200, ..InsightsSpec::default() }).await?;
        self.behaviour_of(&read, &taken, Comparison::Silent).await
    }

    /// What the people of each theme did, by which events were taken for what.
    async fn behaviour_of(
        &self,
        read: &FeedbackRead,
        taken: &Taken,
        comparison: Comparison,
    ) -> Result<BehaviourReport, Failure> {
        let spec = BehaviourSpec { names: names(read), comparison, ..taken.spec.clone() };
        let cohorts = cohorts(read, None, None);
        let context = taken.looked_up.within(self.context(self.last_known().await?));
        let planned = behaviour::plan(&spec, &cohorts, &context)?;
        let state = self.fold_here(planned.fold()).await?;
        let mut report = planned.finish(state).map_err(|error| Failure::broken("behaviour", error))?;
        report.warnings.extend(taken.looked_up.doubts.iter().cloned());
        Ok(report)
    }

    /// Which of the project's events are taken for paying, leaving and speaking, with whatever their conditions name.
    pub(super) async fn taken(&self, choices: &BehaviourChoices) -> Result<Taken, Failure> {
        let known: BTreeSet<String> = self.event_names().await?.into_iter().collect();
        let among =
            |names: &[&str]| names.iter().find(|name| known.contains(**name)).map(|name| (*name).to_owned());
        let mut said = Vec::new();
        let paying = choices.paying.clone().or_else(|| {
            let name = among(&PAYING)?;
            said.push(phrase!("feedback_import.paying_guessed", event = name));
            Some(EventFilter::named(name))
        });
        let value = match (&choices.value, &paying) {
            (Some(value), _) => Some(value.clone()),
            (None, Some(EventFilter { event: Some(event), .. })) => {
                let properties = self.event_properties(Some(event)).await?;
                let held = |name: &&&str| properties.iter().any(|property| property.name == **name);
                VALUES.iter().find(held).map(|name| Property::of_event(*name))
            }
            _ => None,
        };
        let leaving = choices.leaving.clone().or_else(|| among(&LEAVING).map(EventFilter::named));
        let speaking = SPEAKING.iter().filter(|name| known.contains(**name));
        let spec = BehaviourSpec {
            paying,
            value,
            leaving,
            speaking: speaking.map(|name| (*name).to_owned()).collect(),
            ..BehaviourSpec::default()
        };
        let settings = settings_of(&spec);
        // Who is on a list is asked of the moment that behaviour is known up to, or nobody of an old history would be on any.
        let options = AskOptions { now: Some(self.last_known().await?), ..AskOptions::default() };
        let mut looked_up = self.look_up(&settings, options).await?;
        looked_up.doubts.extend(self.unknown_events(&settings, known).await?);
        Ok(Taken { spec, looked_up, said })
    }

    /// The moment up to which behaviour is known: now, or the day after the last event where nothing arrives any more, as in an
    /// imported history. What comes after it has not happened to anybody yet.
    pub(super) async fn last_known(&self) -> Result<Timestamp, Failure> {
        let report = self.sql(&SqlSpec::new("select max(time) as last from events".to_owned())).await?;
        let last = report.rows.first().and_then(|row| row.first()?.as_str()?.parse::<Timestamp>().ok());
        let now = Timestamp::now();
        Ok(last
            .and_then(|last| last.checked_add(jiff::SignedDuration::from_hours(24)).ok())
            .map_or(now, |end| end.min(now)))
    }

    /// People who did anything in a stretch of time, microseconds since 1970.
    pub(super) async fn people_between(&self, from: Option<i64>, to: Option<i64>) -> Result<u64, Failure> {
        let moment = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or_default();
        let mut query =
            "select count(distinct person) as people from events where distinct_id not like 'anonymous:%'"
                .to_owned();
        if let Some(from) = from {
            query.push_str(&format!(" and time >= timestamp '{}'", moment(from)));
        }
        if let Some(to) = to {
            query.push_str(&format!(" and time < timestamp '{}'", moment(to)));
        }
        let report = self.sql(&SqlSpec::new(query)).await?;
        let first = report.rows.first().and_then(|row| row.first()?.as_u64());
        Ok(first.unwrap_or_default())
    }
}

/// The themes' names by their numbers.
pub(super) fn names(read: &FeedbackRead) -> BTreeMap<String, String> {
    read.insights.report.themes.iter().map(|theme| (theme.id.to_string(), theme.name.clone())).collect()
}

/// Whether a message tells of something to mend: praise and bare ratings do not, unless they sound bad.
pub(super) fn tells_trouble(heard: &Heard) -> bool {
    let content = matches!(heard.kind, MessageKind::Praise | MessageKind::RatingOnly);
    !content || heard.mood.certainty > 0.0 && heard.mood.score < SOUNDS_BAD
}

/// Who spoke of each theme when, in a stretch of time.
pub(super) fn cohorts(read: &FeedbackRead, from: Option<i64>, to: Option<i64>) -> Cohorts {
    let mut cohorts = Cohorts::new();
    let heard = read.messages.iter().zip(&read.listened.heard).zip(&read.insights.theme_of);
    for ((message, heard), theme) in heard {
        let (Some(theme), Some(person)) = (theme, &message.person) else { continue };
        if !tells_trouble(heard) {
            continue;
        }
        if !is_between(message.time, from, to) {
            continue;
        }
        let spoke = Spoke { distinct_id: person.clone(), time: message.time };
        cohorts.entry(theme.to_string()).or_default().push(spoke);
    }
    cohorts
}

/// Messages that are read and have no name in a stretch of time: each counts as a person of its own, among those who
/// spoke and so among those who were active.
pub(super) fn nameless(read: &FeedbackRead, from: Option<i64>, to: Option<i64>) -> u64 {
    let all = read.messages.iter().zip(&read.insights.aside_of);
    let nameless = all.filter(|(message, aside)| {
        message.person.is_none() && aside.is_none() && is_between(message.time, from, to)
    });
    nameless.count() as u64
}

fn is_between(time: i64, from: Option<i64>, to: Option<i64>) -> bool {
    from.is_none_or(|from| time >= from) && to.is_none_or(|to| time < to)
}

/// The people behind some messages; one without a name is a person of its own.
pub(super) fn people(read: &FeedbackRead, messages: &[usize]) -> u64 {
    let person = |at: &usize| read.messages[*at].person.as_deref().unwrap_or(&read.messages[*at].id);
    messages.iter().map(person).collect::<BTreeSet<_>>().len() as u64
}

/// The voices of some messages: each person once for what they say in the same or nearly the same words.
pub(super) fn voices(read: &FeedbackRead, messages: &[usize]) -> u64 {
    let voice = |at: &usize| {
        let Message { id, person, .. } = &read.messages[*at];
        match person {
            Some(person) => (Some(person.as_str()), Some(read.insights.group_of[*at]), None),
            None => (None, None, Some(id.as_str())),
        }
    };
    messages.iter().map(voice).collect::<BTreeSet<_>>().len() as u64
}

/// Everything that is known of each theme.
pub(super) fn evidence(read: &FeedbackRead, behaviour: &BehaviourReport, active: u64) -> Vec<ThemeEvidence> {
    let report = &read.insights.report;
    let given: Vec<f64> = read.listened.heard.iter().filter_map(|heard| heard.stars).collect();
    let usual = average(&given).unwrap_or_default();
    report.themes.iter().map(|theme| of_theme(read, theme, behaviour, active, usual)).collect()
}

fn of_theme(
    read: &FeedbackRead,
    theme: &ThemeRow,
    behaviour: &BehaviourReport,
    active: u64,
    usual: f64,
) -> ThemeEvidence {
    let id = theme.id.to_string();
    let mine: Vec<usize> =
        (0..read.messages.len()).filter(|at| read.insights.theme_of[*at] == Some(theme.id)).collect();
    let (kinds, aspects) = kinds_and_aspects(read, theme.id);
    // Whom it concerns are those who tell of trouble; who praises in the same words is none of them.
    let concerned: Vec<usize> =
        mine.iter().copied().filter(|at| tells_trouble(&read.listened.heard[*at])).collect();
    let people = people(read, &concerned);
    let moods: Vec<f64> = concerned
        .iter()
        .map(|at| read.listened.heard[*at].mood)
        .filter(|mood| mood.certainty > 0.0)
        .map(|mood| mood.score)
        .collect();
    let negative = moods.iter().filter(|score| **score < SOUNDS_BAD).count();
    ThemeEvidence {
        theme: id.clone(),
        name: theme.name.clone(),
        kinds,
        voices: voices(read, &concerned),
        people,
        share_of_people: share(people.min(active) as f64, active as f64),
        share_of_revenue: None,
        mood: mood(&moods),
        rating: rating(read, &concerned, usual),
        negative_share: share(negative as f64, moods.len() as f64),
        trend: Some(EvidenceTrend {
            label: match theme.trend.kind {
                TrendKind::New => Going::New,
                TrendKind::Growing => Going::Growing,
                TrendKind::Fading => Going::Fading,
                TrendKind::Burst => Going::Burst,
                TrendKind::Steady => Going::Steady,
            },
            ratio: theme.trend.ratio,
            p: theme.trend.p,
        }),
        behaviour: behaviour.themes.iter().find(|of| of.theme == id).cloned(),
        funnel_step: None,
        aspects,
        quotes: quotes(read, theme, &concerned),
        versions: theme.versions.iter().take(3).map(|version| version.name.clone()).collect(),
        effort: None,
    }
}

/// What those concerned gave, beside what everybody gave.
fn rating(read: &FeedbackRead, concerned: &[usize], usual: f64) -> Option<EvidenceRating> {
    let given: Vec<f64> = concerned.iter().filter_map(|at| read.listened.heard[*at].stars).collect();
    let stars = average(&given)?;
    Some(EvidenceRating { stars, usual, rated: given.len() as u64 })
}

fn average(numbers: &[f64]) -> Option<f64> {
    (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
}

/// Quotes of a theme that tell of trouble: those that the report shows, and others where it shows praise.
fn quotes(read: &FeedbackRead, theme: &ThemeRow, concerned: &[usize]) -> Vec<EvidenceQuote> {
    let ids: BTreeSet<&str> = concerned.iter().map(|at| read.messages[*at].id.as_str()).collect();
    let shown =
        theme.typical.iter().chain(&theme.lowest).filter(|quote| ids.contains(quote.message.as_str()));
    let shown = shown.map(|quote| EvidenceQuote { id: quote.message.clone(), text: quote.text.clone() });
    let mut quotes: Vec<EvidenceQuote> = shown.collect();
    for at in concerned {
        if quotes.len() >= QUOTES {
            break;
        }
        let id = &read.messages[*at].id;
        if !quotes.iter().any(|quote| quote.id == *id) {
            let text = read.listened.heard[*at].masked.chars().take(200).collect();
            quotes.push(EvidenceQuote { id: id.clone(), text });
        }
    }
    quotes
}

/// How many messages of each kind a theme has, and what they blame, most often first.
pub(super) fn kinds_and_aspects(read: &FeedbackRead, theme: u32) -> (BTreeMap<String, u64>, Vec<String>) {
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    let mut aspects: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mine = (0..read.messages.len()).filter(|at| read.insights.theme_of[*at] == Some(theme));
    for at in mine {
        let heard = &read.listened.heard[at];
        *kinds.entry(heard.kind.name().to_owned()).or_default() += 1;
        for pair in heard.pairs.iter().filter(|pair| pair.polarity < 0.0) {
            aspects.entry(&pair.aspect_key).or_default().insert(&read.messages[at].id);
        }
    }
    let mut aspects: Vec<(usize, &str)> = aspects.into_iter().map(|(key, said)| (said.len(), key)).collect();
    aspects.sort_by_key(|(count, key)| (std::cmp::Reverse(*count), *key));
    (kinds, aspects.into_iter().take(5).map(|(_, key)| key.to_owned()).collect())
}

/// The mean mood with its interval.
pub(super) fn mood(moods: &[f64]) -> Option<Estimate> {
    let (value, interval) = flywheel_stats::mean::mean(moods.iter().copied())?;
    let interval = interval.within(-1.0, 1.0);
    Some(Estimate { value, low: interval.low, high: interval.high })
}

fn share(hits: f64, of: f64) -> Option<Estimate> {
    let interval = wilson(hits, of)?;
    Some(Estimate { value: hits / of, low: interval.low, high: interval.high })
}
