//! Why one person is counted where they are: what each of their events did.

use flywheel_spec::product::funnel::{ExplainedEvent, ExplainedPerson, FunnelOrder};
use flywheel_spec::{Phrase, phrase};

use super::fold::{Funnel, Told};
use super::report::WithStep;
use super::walk::Walk;
use crate::calendar::Calendar;

/// Most events shown.
const EVENTS_SHOWN: usize = 500;

/// What the person's events did; absent when nobody was asked for.
pub fn explain(funnel: &Funnel, calendar: &Calendar, told: &[Told]) -> Option<ExplainedPerson> {
    let distinct_id = funnel.spec.explain.clone()?;
    let mut told = told.to_vec();
    told.sort();
    let mut person = ExplainedPerson { distinct_id, ..ExplainedPerson::default() };
    if told.is_empty() {
        person.summary = Some(phrase!("funnel.explain_unknown"));
        return Some(person);
    }
    let times: Vec<i64> = told.iter().map(|event| event.time).collect();
    let marks: Vec<u64> = told.iter().map(|event| event.mark).collect();
    let mut walk = Walk::default();
    funnel.go(&mut walk, &times, &marks, i64::MAX, |_| true);
    person.reached = if walk.counts() { walk.reached as u32 } else { 0 };
    person.summary = Some(summary(funnel, &walk));
    let mut used = 0_u64;
    for event in told.iter().take(EVENTS_SHOWN) {
        let did = if funnel.spec.order == FunnelOrder::Unordered {
            unordered(funnel, &walk, calendar, event, &mut used)
        } else {
            ordered(funnel, &walk, calendar, event, &mut used)
        };
        person.events.push(ExplainedEvent {
            time: moment(calendar, event.time),
            event: event.event.clone(),
            uuid: event.uuid.clone(),
            did,
        });
    }
    Some(person)
}

fn moment(calendar: &Calendar, micros: i64) -> String {
    calendar.zoned(micros).timestamp().to_string()
}

/// A length of time in its two largest units: `2d 5h`, `3m 20s`, `0.250s`.
pub fn length(seconds: f64) -> String {
    if seconds < 10.0 && seconds.fract() != 0.0 {
        return format!("{seconds:.3}s");
    }
    let whole = seconds.round() as i64;
    let parts = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let first = parts.iter().position(|(unit, _)| whole >= *unit).unwrap_or(3);
    let mut text = format!("{}{}", whole / parts[first].0, parts[first].1);
    if let Some((unit, name)) = parts.get(first + 1) {
        let left = whole % parts[first].0 / unit;
        if left > 0 {
            text.push_str(&format!(" {left}{name}"));
        }
    }
    text
}

fn since(from: i64, to: i64) -> String {
    length((to - from) as f64 / 1_000_000.0)
}

fn summary(funnel: &Funnel, walk: &Walk) -> Phrase {
    let last = funnel.route.steps - 1;
    if walk.removed {
        return phrase!("funnel.explain_removed");
    }
    if walk.reached == 0 {
        return phrase!("funnel.explain_none").with_step("step", funnel, 0);
    }
    if walk.reached == funnel.route.steps {
        let took = since(walk.times[0], walk.times[last]);
        return phrase!("funnel.explain_converted", took = took)
            .with_step("first", funnel, 0)
            .with_step("last", funnel, last);
    }
    let window = since(0, funnel.route.window);
    phrase!("funnel.explain_stopped", reached = walk.reached, window = window).with_step(
        "step",
        funnel,
        walk.reached - 1,
    )
}

/// What an event did where steps have an order; `used` are the steps that an event was found for.
fn ordered(funnel: &Funnel, walk: &Walk, calendar: &Calendar, event: &Told, used: &mut u64) -> Phrase {
    let route = &funnel.route;
    let steps = event.mark & route.all();
    let end = walk.began.saturating_add(route.window);
    let on_the_way = walk.reached > 0;
    let mine = (0..walk.reached).find(|step| {
        walk.done >> step & 1 == 1
            && walk.times[*step] == event.time
            && steps >> step & 1 == 1
            && *used >> step & 1 == 0
    });
    if let Some(step) = mine {
        *used |= 1 << step;
        return if step == 0 {
            phrase!("funnel.did_first", step = 1, ends = moment(calendar, end))
        } else {
            phrase!("funnel.did_step", step = step + 1, since = since(walk.began, event.time))
        };
    }
    if steps == 0 {
        if event.mark & route.excluded == 0 {
            return phrase!("funnel.did_between");
        }
        let between = (0..walk.reached).any(|step| {
            let after = walk.times[step] <= event.time && walk.done >> step & 1 == 1;
            let next = (step + 1..walk.reached).find(|next| walk.done >> next & 1 == 1);
            let before = next.is_none_or(|next| event.time <= walk.times[next]) && event.time <= end;
            let gap = route.exclusions.get(step).is_some_and(|bits| bits & event.mark != 0);
            after && before && gap
        });
        return if walk.removed && between {
            phrase!("funnel.did_exclusion")
        } else {
            phrase!("funnel.did_exclusion_off")
        };
    }
    let step = steps.trailing_zeros() as usize;
    if on_the_way && event.time < walk.began {
        return phrase!("funnel.did_before", step = step + 1);
    }
    if on_the_way && event.time > end {
        return phrase!("funnel.did_late", step = step + 1, late = since(end, event.time));
    }
    let reached = walk.reached;
    if on_the_way && step < reached && walk.done >> step & 1 == 1 {
        return phrase!("funnel.did_again", step = step + 1);
    }
    if step == reached && on_the_way {
        return phrase!("funnel.did_broken", step = step + 1);
    }
    let missing = (0..step).find(|step| walk.done >> step & 1 == 0 && route.optional >> step & 1 == 0);
    phrase!("funnel.did_early", step = step + 1, missing = missing.unwrap_or(0) + 1)
}

/// What an event did where steps have no order: steps are named by the question's own numbers.
fn unordered(funnel: &Funnel, walk: &Walk, calendar: &Calendar, event: &Told, used: &mut u64) -> Phrase {
    let route = &funnel.route;
    let steps = event.mark & route.all();
    let end = walk.began.saturating_add(route.window);
    if steps == 0 {
        return if walk.removed {
            phrase!("funnel.did_exclusion")
        } else {
            phrase!("funnel.did_exclusion_off")
        };
    }
    let step = steps.trailing_zeros() as usize + 1;
    let counted = (0..walk.reached).find(|at| walk.times[*at] == event.time && *used >> at & 1 == 0);
    if let Some(at) = counted {
        *used |= 1 << at;
        return if at == 0 {
            phrase!("funnel.did_first", step = step, ends = moment(calendar, end))
        } else {
            phrase!("funnel.did_step", step = step, since = since(walk.began, event.time))
        };
    }
    if event.time < walk.began {
        return phrase!("funnel.did_before", step = step);
    }
    if walk.reached > 0 && event.time > end {
        return phrase!("funnel.did_late", step = step, late = since(end, event.time));
    }
    phrase!("funnel.did_again", step = step)
}
