//! From what a sentence says to a question that can be answered.

use flywheel_spec::feedback::search::SearchSpec;
use flywheel_spec::feedback::wording::Asked;
use flywheel_spec::product::digest::DigestSpec;
use flywheel_spec::product::funnel::{Attribution, FunnelBreakdown, FunnelSpec, FunnelStep, Window};
use flywheel_spec::product::growth::GrowthSpec;
use flywheel_spec::product::lifecycle::LifecycleSpec;
use flywheel_spec::product::paths::PathsSpec;
use flywheel_spec::product::retention::{Begins, RetentionSpec};
use flywheel_spec::product::revenue::RevenueSpec;
use flywheel_spec::product::satisfaction::{SatisfactionSpec, Score};
use flywheel_spec::product::stickiness::StickinessSpec;
use flywheel_spec::product::trend::{Aggregate, Compare, Measure, TrendSeries, TrendSpec};
use flywheel_spec::product::word_of_mouth::WordOfMouthSpec;
use flywheel_spec::product::{EventFilter, Interval, Operator, Period, Property, QuestionSpec};
use flywheel_spec::{Phrase, phrase};
use serde_json::Value as Json;

use super::Settings;
use super::kinds::Kind;
use super::names::{Met, Names};
use super::read::Slots;
use super::time;

/// Steps of time that a question is cut into at most; a shorter interval that was asked for becomes longer.
const STEPS: i64 = 370;

/// What a sentence asks.
pub struct Built {
    pub asked: Asked,
    pub why: Vec<Phrase>,
    pub certainty: f64,
    /// Words that it does not use.
    pub unused: Vec<String>,
    pub doubts: Vec<Phrase>,
}

/// The question of an event in the last 30 days.
pub fn plain_trend(event: &str) -> Asked {
    let series = TrendSeries { measure: Measure::People, ..TrendSeries::named(event) };
    let spec = TrendSpec { series: vec![series], period: last_days(), top: 25, ..TrendSpec::default() };
    Asked::Question { question: QuestionSpec::Trend(spec) }
}

/// The question of what changed.
pub fn plain_digest() -> Asked {
    Asked::Question { question: QuestionSpec::Digest(DigestSpec::default()) }
}

fn last_days() -> Period {
    Period { from: Some("-30d".to_owned()), to: None }
}

/// The question that a sentence asks.
///
/// # Errors
/// When it asks none: why, where that helps.
pub fn asked(slots: &Slots, names: &Names<'_>, settings: &Settings) -> Result<Built, Option<Phrase>> {
    let Some(kind) = kind(slots, names) else {
        let asks = slots.counts || slots.people || slots.aggregate.is_some() || slots.days.is_some();
        return Err(asks.then(|| phrase!("wording.no_event")));
    };
    if matches!(kind, Kind::Insights | Kind::Search) {
        return Ok(said(kind, slots, settings));
    }
    if let Some((word, met)) = opposite(slots) {
        let subject = slots.subject.as_deref().unwrap_or(&met.name);
        return Err(Some(phrase!("wording.opposite", subject = subject, word = word, event = met.name)));
    }
    if let Some(word) = denied(slots) {
        return Err(Some(phrase!("wording.denied", word = word)));
    }
    let mut builder = Builder { slots, names, settings, why: Vec::new(), doubts: Vec::new(), sure: 0.9 };
    builder.said_kind(kind);
    let question = builder.question(kind)?;
    builder.said_rest(kind);
    let left = slots.left.len() as f64 / slots.content.max(1) as f64;
    let share = slots.events.iter().map(|met| met.share).fold(1.0, f64::min);
    let certainty = builder.sure * (0.4 + 0.6 * share) * (1.0 - 0.6 * left.min(1.0));
    Ok(Built {
        asked: Asked::Question { question },
        why: builder.why,
        certainty: (certainty * 100.0).round() / 100.0,
        unused: slots.left.clone(),
        doubts: builder.doubts,
    })
}

/// Words that turn what is done into what went wrong.
const FAILING: [&str; 24] = [
    "失败", "报错", "出错", "异常", "不了", "无法", "被拒", "拒绝", "失效", "卡住", "failed", "fail",
    "fails", "failing", "failure", "failures", "error", "errors", "declined", "rejected", "refused",
    "broken", "crashed", "unable",
];

/// The word that says something went wrong, and the event, whose name does not say so, that it would be counted as.
fn opposite(slots: &Slots) -> Option<(&str, &Met)> {
    let word = slots.left.iter().find(|word| FAILING.contains(&word.as_str()))?;
    Some((word, slots.events.first()?))
}

/// The word that asks for what did not happen, where only what did would be counted.
fn denied(slots: &Slots) -> Option<&str> {
    let counted = !slots.events.is_empty() || slots.active || slots.newcomers;
    slots.denied.as_deref().filter(|_| counted)
}

/// Which kind it is, where cues of one meet names that speak for another.
fn kind(slots: &Slots, names: &Names<'_>) -> Option<Kind> {
    let named = !slots.events.is_empty();
    match slots.kind {
        Some(Kind::Digest | Kind::Growth) if named && !slots.active && !growth_of_people(slots) => {
            Some(Kind::Trend)
        }
        Some(Kind::Revenue) if !slots.breakdown.is_empty() || slots.value.is_some() => {
            names.amount(None).map(|_| Kind::Trend).or(Some(Kind::Revenue))
        }
        Some(kind) => Some(kind),
        None if named || slots.active || slots.value.is_some() => Some(Kind::Trend),
        None if slots.newcomers => Some(Kind::Trend),
        None if slots.people && (slots.counts || slots.compare.is_some()) && slots.left.is_empty() => {
            Some(Kind::Trend)
        }
        None => None,
    }
}

fn growth_of_people(slots: &Slots) -> bool {
    slots.kind == Some(Kind::Growth) && slots.people && slots.events.iter().all(|met| met.share < 0.79)
}

/// What people say, or messages that hold some words.
fn said(kind: Kind, slots: &Slots, settings: &Settings) -> Built {
    let (from, to) = slots.days.as_ref().map_or((None, None), |days| days.moments(settings));
    let (mut why, mut doubts) = (Vec::new(), Vec::new());
    let asked = if let Some(version) = &slots.version {
        why.push(kind_phrase("wording.messages"));
        if !slots.query.is_empty() {
            why.push(phrase!("wording.about", about = slots.query));
        }
        why.push(phrase!("wording.version", version = version));
        doubts.push(phrase!("wording.only_messages", version = version));
        let (query, versions) = (slots.query.clone(), vec![version.clone()]);
        Asked::Search { spec: SearchSpec { query, versions, from, to, ..SearchSpec::default() } }
    } else if kind == Kind::Search {
        why.push(kind_phrase("wording.search"));
        if !slots.query.is_empty() {
            why.push(phrase!("wording.about", about = slots.query));
        }
        Asked::Search { spec: SearchSpec { query: slots.query.clone(), from, to, ..SearchSpec::default() } }
    } else {
        why.push(kind_phrase("wording.insights"));
        let about = slots.subject.clone();
        if let Some(about) = &about {
            let key = if slots.theme { "wording.about_theme" } else { "wording.about" };
            why.push(Phrase::new(key).with("about", about));
        }
        Asked::Insights { about, from, to }
    };
    if let Some(days) = &slots.days {
        why.push(days_phrase(days));
    }
    if slots.inherited {
        why.push(phrase!("wording.inherited"));
    }
    Built { asked, why, certainty: 0.9, unused: Vec::new(), doubts }
}

fn kind_phrase(key: &str) -> Phrase {
    Phrase::new("wording.kind").with_phrase("what", &Phrase::new(key))
}

fn days_phrase(days: &time::Days) -> Phrase {
    match days.to {
        Some(to) if days.no_beginning => phrase!("wording.period_until", to = to),
        Some(to) => phrase!("wording.period", from = days.from, to = to),
        None => phrase!("wording.period_since", from = days.from),
    }
}

struct Builder<'a> {
    slots: &'a Slots,
    names: &'a Names<'a>,
    settings: &'a Settings,
    why: Vec<Phrase>,
    doubts: Vec<Phrase>,
    sure: f64,
}

impl Builder<'_> {
    fn question(&mut self, kind: Kind) -> Result<QuestionSpec, Option<Phrase>> {
        Ok(match kind {
            Kind::Funnel => QuestionSpec::Funnel(self.funnel()?),
            Kind::Retention => QuestionSpec::Retention(self.retention()),
            Kind::Lifecycle => QuestionSpec::Lifecycle(LifecycleSpec {
                event: self.event(),
                interval: self.interval(Interval::Week),
                period: self.period(),
                ..LifecycleSpec::default()
            }),
            Kind::Stickiness => QuestionSpec::Stickiness(StickinessSpec {
                event: self.event(),
                interval: self.interval(Interval::Day),
                period: self.period(),
                ..StickinessSpec::default()
            }),
            Kind::Growth => QuestionSpec::Growth(GrowthSpec {
                event: self.event(),
                interval: self.interval(Interval::Week),
                period: self.period(),
                ..GrowthSpec::default()
            }),
            Kind::Revenue => QuestionSpec::Revenue(self.revenue()?),
            Kind::Satisfaction(score) => QuestionSpec::Satisfaction(self.satisfaction(score)),
            Kind::Paths => QuestionSpec::Paths(self.paths()),
            Kind::WordOfMouth => QuestionSpec::WordOfMouth(self.word_of_mouth()?),
            Kind::Digest => QuestionSpec::Digest(self.digest()),
            _ => QuestionSpec::Trend(self.trend()?),
        })
    }

    fn trend(&mut self) -> Result<TrendSpec, Option<Phrase>> {
        let slots = self.slots;
        let mut series: Vec<TrendSeries> = Vec::new();
        for met in &slots.events {
            series.push(TrendSeries::named(&met.name));
        }
        if series.is_empty() {
            series.push(TrendSeries::default());
            if slots.newcomers
                && let Some(event) = self.names.event_of("signup")
            {
                self.why.push(phrase!("wording.event_chosen", event = event));
                series[0].event = Some(event);
            } else if slots.value.is_none() && slots.kind != Some(Kind::Revenue) {
                self.why.push(phrase!("wording.event_any"));
                self.sure *= if slots.active { 1.0 } else { 0.7 };
            }
        }
        let mut value = slots.value.clone();
        if slots.kind == Some(Kind::Revenue) && value.is_none() {
            value = self.names.amount(series[0].event.as_deref()).or_else(|| self.names.amount(None));
        }
        if let Some(property) = &value {
            self.why.push(phrase!("wording.property", property = property.name));
            if series[0].event.is_none() {
                series[0].event = self.event_with(property);
            }
        }
        let per_person = slots.per_person && value.is_none();
        for one in &mut series {
            if let Some(property) = &value {
                one.measure = Measure::Value;
                one.property = Some(property.clone());
                one.aggregate = Some(slots.aggregate.unwrap_or(Aggregate::Sum));
            } else if per_person {
                one.measure = Measure::PerPerson;
            } else if slots.people {
                one.measure = Measure::People;
            }
        }
        if series[0].measure == Measure::People {
            self.why.push(phrase!("wording.people"));
        }
        let mut compare = slots.compare;
        if matches!(slots.kind, Some(Kind::Digest | Kind::Growth)) {
            compare = compare.or(Some(Compare::Previous));
        }
        if let Some(word) = &slots.rate {
            self.doubts.push(phrase!("wording.no_rate", word = word));
            self.sure *= 0.6;
        }
        match compare {
            Some(Compare::Previous) => self.why.push(phrase!("wording.compare")),
            Some(Compare::Back { .. }) => self.why.push(phrase!("wording.compare_year")),
            None => {}
        }
        let period = self.period_or_last_days();
        let by_length = slots.days.as_ref().map_or(Interval::Day, |days| days.interval(self.settings.today));
        Ok(TrendSpec {
            series,
            period,
            interval: self.interval(by_length),
            conditions: slots.filters.clone(),
            breakdown: slots.breakdown.clone(),
            top: 25,
            compare,
            ..TrendSpec::default()
        })
    }

    fn funnel(&mut self) -> Result<FunnelSpec, Option<Phrase>> {
        let slots = self.slots;
        let mut steps: Vec<FunnelStep> =
            slots.events.iter().map(|met| FunnelStep::named(&met.name)).collect();
        match steps.len() {
            0 => return Err(Some(phrase!("wording.no_event"))),
            1 => {
                steps.insert(0, FunnelStep::default());
                self.why.push(phrase!("wording.event_any"));
                self.sure *= 0.6;
            }
            _ if !slots.ways => self.sure *= 0.8,
            _ if slots.stopped => {
                self.why.push(phrase!("wording.stopped", days = Window::default().count));
                self.sure *= 0.9;
            }
            _ => {}
        }
        Ok(FunnelSpec {
            steps,
            period: self.period_or_last_days(),
            conditions: slots.filters.clone(),
            breakdown: slots.breakdown.first().map(|property| FunnelBreakdown {
                property: property.clone(),
                attribution: Attribution::First,
                top: 25,
            }),
            ..FunnelSpec::default()
        })
    }

    fn retention(&mut self) -> RetentionSpec {
        let slots = self.slots;
        let mut events = slots.events.iter();
        let mut start = events.next().map_or_else(EventFilter::default, |met| EventFilter::named(&met.name));
        let mut returning = events.next().map(|met| EventFilter::named(&met.name));
        let joins = start.event.as_deref().is_some_and(|event| {
            ["signup", "install", "onboarding"].iter().any(|concept| self.names.event_means(event, concept))
        });
        let begins = if slots.newcomers || joins { Begins::FirstTime } else { Begins::Recurring };
        if joins && returning.is_none() {
            returning = Some(EventFilter::default());
        }
        if start.event.is_none() {
            self.why.push(phrase!("wording.event_any"));
        }
        start.conditions.clone_from(&slots.filters);
        if !start.conditions.is_empty() && returning.is_none() {
            returning = Some(EventFilter { event: start.event.clone(), ..EventFilter::default() });
        }
        let days = slots.days.as_ref().map_or(84, |days| self.length(days));
        let by_length = match days {
            ..=21 => Interval::Day,
            22..=400 => Interval::Week,
            _ => Interval::Month,
        };
        // Cohorts old enough for the day that is asked for, as many as there are by default.
        let intervals = RetentionSpec::default().intervals + slots.return_day.unwrap_or(0);
        RetentionSpec {
            start,
            returning,
            begins,
            interval: self.interval(by_length),
            period: self.period(),
            intervals,
            breakdown: slots.breakdown.first().cloned(),
            ..RetentionSpec::default()
        }
    }

    fn revenue(&mut self) -> Result<RevenueSpec, Option<Phrase>> {
        let named = self.slots.events.first().map(|met| met.name.clone());
        let amount =
            self.names.property_with(&["amount", "revenue", "price", "total", "value"], named.as_deref());
        let of_amount = amount.as_ref().and_then(|(_, event)| event.clone());
        let chosen = named.is_none();
        let event = named
            .or(of_amount)
            .or_else(|| self.names.event_of("pay"))
            .or_else(|| self.names.event_of("order"))
            .ok_or_else(|| Some(phrase!("wording.no_payment")))?;
        if chosen {
            self.why.push(phrase!("wording.event_chosen", event = event));
            self.sure *= 0.9;
        }
        let amount = amount.map_or_else(|| Property::of_event("amount"), |(property, _)| property);
        let interval = match self.interval(Interval::Month) {
            Interval::Hour => Interval::Day,
            interval => interval,
        };
        Ok(RevenueSpec {
            event: EventFilter { event: Some(event), conditions: self.slots.filters.clone(), label: None },
            amount,
            covers: None,
            one_off: None,
            active: None,
            interval,
            period: self.period(),
            group: None,
        })
    }

    fn satisfaction(&mut self, score: Score) -> SatisfactionSpec {
        let mut spec = SatisfactionSpec { score, period: self.period(), ..SatisfactionSpec::default() };
        let own: &[&str] = match score {
            Score::Nps => &["nps", "$survey_response", "recommend", "score"],
            Score::Csat => &["csat", "satisfaction", "$survey_response", "rating", "score"],
            Score::Ces => &["ces", "effort", "$survey_response", "score"],
        };
        let named = self.slots.events.first().map(|met| met.name.clone());
        if let Some((property, event)) = self.names.property_with(own, named.as_deref()) {
            if let Some(event) = named.or(event) {
                spec.event = EventFilter::named(event);
            }
            spec.answer = property;
        }
        if let Some(event) = &spec.event.event {
            self.why.push(phrase!("wording.event_chosen", event = event));
        }
        spec.event.conditions.clone_from(&self.slots.filters);
        let by_length = self.slots.days.as_ref().map_or(Interval::Month, |days| match self.length(days) {
            ..=31 => Interval::Day,
            32..=180 => Interval::Week,
            _ => Interval::Month,
        });
        spec.interval = self.interval(by_length);
        spec
    }

    fn paths(&mut self) -> PathsSpec {
        let slots = self.slots;
        let name = |at: usize| slots.events.get(at).map(|met| met.name.clone());
        let (from, to) = match slots.events.len() {
            0 => (None, None),
            1 if slots.before => (None, name(0)),
            1 => (name(0), None),
            last => (name(0), name(last - 1)),
        };
        PathsSpec { from, to, period: self.period_or_last_days(), ..PathsSpec::default() }
    }

    fn word_of_mouth(&mut self) -> Result<WordOfMouthSpec, Option<Phrase>> {
        let named = self.slots.events.first().map(|met| met.name.clone());
        let joined = named
            .filter(|event| self.names.event_means(event, "signup"))
            .or_else(|| self.names.event_of("signup"))
            .ok_or_else(|| Some(phrase!("wording.no_joining")))?;
        self.why.push(phrase!("wording.event_chosen", event = joined));
        let referrer =
            self.names.property_with(&["referrer", "invited_by", "referred", "inviter"], Some(&joined));
        let invited = self.names.event_of("invite").filter(|event| *event != joined);
        Ok(WordOfMouthSpec {
            joined: EventFilter { event: Some(joined), conditions: self.slots.filters.clone(), label: None },
            referrer: referrer.map_or_else(|| Property::of_event("referrer"), |(property, _)| property),
            invited: invited.map(EventFilter::named),
            period: self.period(),
            interval: self.interval(Interval::Week),
            within_days: 30,
            mentions: None,
        })
    }

    fn digest(&self) -> DigestSpec {
        let this_week = time::current(Interval::Week, self.settings).from;
        let last = |days: &time::Days| days.to.filter(|_| days.no_beginning);
        let from = self.slots.days.as_ref().map(|days| last(days).unwrap_or(days.from));
        let from = from.filter(|from| *from < this_week);
        DigestSpec { week_of: from.map(|from| from.to_string()), ..DigestSpec::default() }
    }

    /// The event that it is about, any when none is named.
    fn event(&mut self) -> EventFilter {
        let event = self.slots.events.first().map(|met| met.name.clone());
        if event.is_none() {
            self.why.push(phrase!("wording.event_any"));
        }
        EventFilter { event, conditions: self.slots.filters.clone(), label: None }
    }

    /// The one event that is known to have a property.
    fn event_with(&mut self, property: &Property) -> Option<String> {
        let known = &self.names.vocabulary.properties;
        let event = known.iter().find(|known| known.property == *property)?.events.first()?.clone();
        self.why.push(phrase!("wording.event_chosen", event = event));
        Some(event)
    }

    fn period(&self) -> Period {
        self.slots.days.as_ref().map_or_else(Period::default, time::Days::period)
    }

    fn period_or_last_days(&mut self) -> Period {
        if self.slots.days.is_none() {
            self.why.push(phrase!("wording.period_default"));
            return last_days();
        }
        self.period()
    }

    fn length(&self, days: &time::Days) -> i64 {
        let last = days.to.unwrap_or(self.settings.today);
        last.since(days.from).map_or(0, |span| i64::from(span.get_days())) + 1
    }

    /// The steps that were asked for, or else those, as long as there are not too many.
    fn interval(&self, otherwise: Interval) -> Interval {
        let mut interval = self.slots.interval.unwrap_or(otherwise);
        let days = self.slots.days.as_ref().map_or(30, |days| self.length(days));
        loop {
            let (steps, longer) = match interval {
                Interval::Hour => (days * 24, Interval::Day),
                Interval::Day => (days, Interval::Week),
                Interval::Week => (days / 7, Interval::Month),
                Interval::Month => return interval,
            };
            if steps <= STEPS {
                return interval;
            }
            interval = longer;
        }
    }

    fn said_kind(&mut self, kind: Kind) {
        let key = match kind {
            Kind::Funnel => "wording.funnel",
            Kind::Retention => "wording.retention",
            Kind::Lifecycle => "wording.lifecycle",
            Kind::Stickiness => "wording.stickiness",
            Kind::Growth => "wording.growth",
            Kind::Revenue => "wording.revenue",
            Kind::Satisfaction(_) => "wording.satisfaction",
            Kind::Paths => "wording.paths",
            Kind::WordOfMouth => "wording.word_of_mouth",
            Kind::Digest => "wording.digest",
            _ => "wording.trend",
        };
        self.why.push(kind_phrase(key));
        let words = self.slots.subject.clone().unwrap_or_default();
        for (at, met) in self.slots.events.iter().enumerate() {
            let own = if at == 0 && !words.is_empty() { words.clone() } else { met.name.clone() };
            if own != met.name {
                let key = if met.share > SURE { "wording.event" } else { "wording.event_partly" };
                self.why.push(Phrase::new(key).with("words", own).with("event", &met.name));
            } else {
                self.why.push(phrase!("wording.event_chosen", event = met.name));
            }
        }
    }

    fn said_rest(&mut self, kind: Kind) {
        let slots = self.slots;
        let told_apart = match kind {
            Kind::Trend => slots.breakdown.len(),
            Kind::Funnel | Kind::Retention => 1,
            _ => 0,
        };
        for property in slots.breakdown.iter().take(told_apart) {
            self.why.push(phrase!("wording.breakdown", property = property.name));
        }
        if slots.breakdown.len() > told_apart {
            self.doubts.push(phrase!("wording.not_told_apart"));
            self.sure *= 0.8;
        }
        if !matches!(kind, Kind::Paths | Kind::Digest) {
            for filter in &slots.filters {
                let value = match &filter.value {
                    Json::Array(values) => values.iter().map(value_text).collect::<Vec<_>>().join(", "),
                    value => value_text(value),
                };
                let key = match filter.operator {
                    Operator::Is => "wording.filter",
                    Operator::IsNot => "wording.filter_not",
                    _ => "wording.filter_number",
                };
                let operator = match filter.operator {
                    Operator::Gte => ">=",
                    Operator::Lt => "<",
                    Operator::Lte => "<=",
                    _ => ">",
                };
                let mut phrase = Phrase::new(key).with("property", &filter.property).with("value", value);
                if key == "wording.filter_number" {
                    phrase = phrase.with("operator", operator);
                }
                self.why.push(phrase);
            }
        }
        if let Some(days) = &slots.days {
            self.why.push(days_phrase(days));
        }
        if slots.inherited {
            self.why.push(phrase!("wording.inherited"));
        }
        if slots.why {
            self.doubts.push(phrase!("wording.no_reason"));
            self.sure *= 0.7;
        }
        if slots.per_person && kind == Kind::Trend && slots.value.is_none() {
            self.sure *= 0.95;
        }
    }
}

fn value_text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Share of a name's words from which the event is said to be meant, not only near.
const SURE: f64 = 0.7;
