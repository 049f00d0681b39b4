//! Referral trees, the viral coefficient, its cycle time, and who came by themselves.

mod report;
mod tree;

#[cfg(test)]
mod tests;

use flywheel_people::{Column, PersonEvents, Question, Reading};
use flywheel_spec::product::EventFilter;
use flywheel_spec::product::word_of_mouth::WordOfMouthSpec;
use flywheel_spec::{Problems, phrase};
use serde::{Deserialize, Serialize};

use crate::calendar::{DAY_MICROS, Steps};
use crate::metric::bit;
use crate::plan::{Context, Planned};
use crate::settings::Settings;
use crate::told::planned;

/// Where the columns stand.
const REFERRER: usize = 0;
const TEXT: usize = 1;

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(spec: &WordOfMouthSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let calendar = &context.calendar;
    let mut settings = Settings::default();
    settings.filter("joined", &spec.joined);
    settings.need(spec.joined.event.is_some(), "joined.event", || phrase!("growth.joined_missing"));
    settings.text("referrer", &spec.referrer);
    settings.maybe("invited", spec.invited.as_ref());
    settings.range("within_days", f64::from(spec.within_days), 1.0, 3660.0);
    if let Some(mentions) = &spec.mentions {
        settings.filter("mentions.event", &mentions.event);
        settings.text("mentions.text", &mentions.text);
        let named = !mentions.names.is_empty() && mentions.names.iter().all(|name| !name.trim().is_empty());
        settings.need(named, "mentions.names", || phrase!("growth.mention_names"));
    }
    let stretch = settings.stretch(calendar, &spec.period, spec.interval, 12);
    let steps = settings.steps(calendar, stretch, spec.interval);
    let mut filters: Vec<EventFilter> = Vec::new();
    let joined = bit(&mut filters, &spec.joined);
    let invited = spec.invited.as_ref().map_or(0, |filter| bit(&mut filters, filter));
    let written = spec.mentions.as_ref().map_or(0, |mentions| bit(&mut filters, &mentions.event));
    let mut columns = vec![Column::Text { property: spec.referrer.clone() }];
    columns.extend(spec.mentions.as_ref().map(|mentions| Column::Text { property: mentions.text.clone() }));
    let (from, to) = stretch.unwrap_or_default();
    let names =
        spec.mentions.iter().flat_map(|mentions| &mentions.names).map(|name| name.trim().to_lowercase());
    let names = names.collect();
    let reading = Reading { filters, columns, from: None, to: Some(to), ..Reading::default() };
    settings.settle(planned(WordOfMouth {
        reading,
        steps,
        joined,
        invited,
        written,
        names,
        mentions: spec.mentions.is_some(),
        within: i64::from(spec.within_days) * DAY_MICROS,
        within_days: spec.within_days,
        from,
        to,
    }))
}

struct WordOfMouth {
    reading: Reading,
    steps: Steps,
    joined: u64,
    invited: u64,
    written: u64,
    names: Vec<String>,
    mentions: bool,
    within: i64,
    within_days: u32,
    from: i64,
    to: i64,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    joiners: Vec<Joiner>,
    invitations: u64,
    inviters: u64,
    texts: u64,
    mentions: u64,
    writers: u64,
    mentioners: u64,
}

/// Somebody who joined, at any time.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Joiner {
    person: i64,
    time: i64,
    referrer: Option<String>,
}

impl Question for WordOfMouth {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        let mut joiner: Option<Joiner> = None;
        let (mut invited, mut wrote, mut mentioned) = (0, 0, 0);
        for event in 0..events.len() {
            let (time, mark) = (events.times[event], events.marks[event]);
            if mark & self.joined != 0 {
                let referrer = events.text(REFERRER, event).map(str::trim).filter(|text| !text.is_empty());
                match &mut joiner {
                    None => {
                        let referrer = referrer.map(str::to_owned);
                        joiner = Some(Joiner { person: events.person, time, referrer });
                    }
                    // Of several at the first moment, the referrer that comes first in order.
                    Some(first) if first.time == time => {
                        if let Some(referrer) = referrer
                            && first.referrer.as_deref().is_none_or(|known| referrer < known)
                        {
                            first.referrer = Some(referrer.to_owned());
                        }
                    }
                    Some(_) => {}
                }
            }
            if time < self.from {
                continue;
            }
            invited += u64::from(mark & self.invited != 0);
            if mark & self.written != 0
                && let Some(text) = events.text(TEXT, event).filter(|text| !text.trim().is_empty())
            {
                wrote += 1;
                let text = text.to_lowercase();
                mentioned += u64::from(self.names.iter().any(|name| text.contains(name.as_str())));
            }
        }
        state.joiners.extend(joiner);
        state.invitations += invited;
        state.inviters += u64::from(invited > 0);
        state.texts += wrote;
        state.mentions += mentioned;
        state.writers += u64::from(wrote > 0);
        state.mentioners += u64::from(mentioned > 0);
    }

    fn merge(&self, state: &mut State, other: State) {
        state.joiners.extend(other.joiners);
        state.invitations += other.invitations;
        state.inviters += other.inviters;
        state.texts += other.texts;
        state.mentions += other.mentions;
        state.writers += other.writers;
        state.mentioners += other.mentioners;
    }
}
