//! The question of each kind, filled with what a sentence says.

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
use flywheel_spec::product::{EventFilter, Interval, Period, Property, QuestionSpec};
use flywheel_spec::{Phrase, phrase};

use super::kinds::Kind;
use super::names::Names;
use super::slots::Slots;
use super::{Settings, time};

/// Steps of time that a question is cut into at most; a shorter interval that was asked for becomes longer.
const STEPS: i64 = 370;

/// A question while it is made of what a sentence says.
pub struct Builder<'a> {
    pub slots: &'a Slots,
    pub names: &'a Names<'a>,
    pub settings: &'a Settings,
    pub why: Vec<Phrase>,
    pub doubts: Vec<Phrase>,
    pub sure: f64,
}

impl Builder<'_> {
    /// The question of a kind.
    ///
    /// # Errors
    /// When the sentence lacks what the kind needs.
    pub fn question(&mut self, kind: Kind) -> Result<QuestionSpec, Option<Phrase>> {
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
}

/// The days that are asked of where none are said.
pub fn last_days() -> Period {
    Period { from: Some("-30d".to_owned()), to: None }
}
