//! What was kept aside: listed, shown, and sent again once it is mended.

use std::collections::HashMap;

use flywheel_collect::posthog::{self, v0, v1};
use flywheel_collect::{Arrived, Aside, Delivery, segment};
use flywheel_people::Event;
use flywheel_spec::events::{AsideReport, ResendRequest, SeenEvent};
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_tables::spool;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::log::EventLog;
use super::mask::Masks;
use super::moment::{now, rfc3339};
use super::read::read_segment;
use super::seen_event;
use crate::data::blocking;
use crate::{Failure, Workbench};

/// How many are listed.
const LISTED: u64 = 1_000;

impl Workbench {
    /// What was kept aside and not sent again, newest first; with `resent_too` also what was.
    ///
    /// # Errors
    /// When the ledger or the spool cannot be read.
    pub async fn asides(&self, resent_too: bool) -> Result<Vec<AsideReport>, Failure> {
        self.newest_asides(resent_too, Some(LISTED)).await
    }

    /// As [`Self::asides`], as many as are asked for, or all.
    pub(super) async fn newest_asides(
        &self,
        resent_too: bool,
        at_most: Option<u64>,
    ) -> Result<Vec<AsideReport>, Failure> {
        let mut known = self.ledger().asides(true, at_most).await?;
        for waiting in self.waiting_asides().await?.iter().map(report) {
            match known.iter_mut().find(|known| known.id == waiting.id) {
                Some(known) if is_mended(known, &waiting) => {}
                Some(known) => *known = waiting,
                None => known.push(waiting),
            }
        }
        known.retain(|aside| resent_too || aside.resent_at.is_none());
        known.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.id.cmp(&b.id)));
        Ok(known)
    }

    /// How many were kept aside and not sent again.
    pub(super) async fn count_asides(&self) -> Result<u64, Failure> {
        let mut count = self.ledger().count_asides().await?;
        let waiting = self.waiting_asides().await?.into_iter().map(|aside| (aside.id, aside));
        for (id, waiting) in waiting.collect::<HashMap<_, _>>() {
            let known = self.ledger().aside(&id.to_string()).await?;
            let adds = known.is_none_or(|known| {
                // Sent again, and arrived once more since.
                known.resent_at.is_some() && !is_mended(&known, &report(&waiting))
            });
            count += u64::from(adds);
        }
        Ok(count)
    }

    /// One that was kept aside.
    ///
    /// # Errors
    /// When nothing is kept under that id.
    pub async fn aside(&self, id: &str) -> Result<AsideReport, Failure> {
        let waiting =
            self.waiting_asides().await?.iter().rfind(|aside| aside.id.to_string() == id).map(report);
        match (self.ledger().aside(id).await?, waiting) {
            (Some(known), Some(waiting)) if !is_mended(&known, &waiting) => Ok(waiting),
            (Some(known), _) => Ok(known),
            (None, Some(waiting)) => Ok(waiting),
            (None, None) => {
                let problem = Problem::error(phrase!("events.no_aside", id = id));
                Err(Failure::NotFound(problem.advise(Phrase::new("events.no_aside_advice"))))
            }
        }
    }

    /// Sends one again after changing what is wrong with it; through this process's log where it has one.
    ///
    /// # Errors
    /// When there is none, when it was sent again already, or when it still cannot be taken.
    pub async fn resend_aside(
        &self,
        log: Option<&EventLog>,
        id: &str,
        request: &ResendRequest,
    ) -> Result<SeenEvent, Failure> {
        let aside = self.aside(id).await?;
        if let Some(at) = &aside.resent_at {
            return Err(Failure::Conflict(Problem::error(phrase!("events.aside_resent", id = id, at = at))));
        }
        let mut raw =
            serde_json::from_str::<Value>(&aside.raw).ok().filter(Value::is_object).ok_or_else(|| {
                Failure::Wrong(Problem::error(phrase!("events.aside_not_json", id = id)).into())
            })?;
        for (path, value) in &request.set {
            set(&mut raw, path, value)?;
        }
        let arrived = at_micros(&aside.at);
        let mut event = read_again(&aside.source, &raw, arrived)?;
        Masks::new(self.project().privacy.as_ref()).event(&mut event);
        let seen = seen_event(&event);
        match log {
            Some(log) => log.take(vec![event], Vec::new()).await?,
            None => drop(self.take_import(vec![event], Vec::new()).await?),
        }
        // What waited in the spool is in the ledger only after the next commit; until then its mark waits with it.
        self.ledger().aside_resent(&as_kept(&aside), now()).await?;
        Ok(seen)
    }

    /// What waits in the spool and is not in the ledger yet, in the order arrived.
    pub(super) async fn waiting_asides(&self) -> Result<Vec<Aside>, Failure> {
        let after = self.ledger().segment_taken().await?;
        let folder = self.folder().spool();
        blocking(move || {
            let mut asides = Vec::new();
            let segments = spool::segments(&folder).map_err(|error| Failure::io(&folder, &error))?;
            for (number, path) in segments.into_iter().filter(|(number, _)| *number > after) {
                read_segment(number, &path, |record| asides.extend(record.aside))?;
            }
            Ok(asides)
        })
        .await?
    }
}

/// True when it was sent again after it had arrived as it waits.
fn is_mended(known: &AsideReport, waiting: &AsideReport) -> bool {
    known.resent_at.as_ref().is_some_and(|resent| at_micros(resent) >= at_micros(&waiting.at))
}

fn report(aside: &Aside) -> AsideReport {
    AsideReport {
        id: aside.id.to_string(),
        at: rfc3339(aside.at),
        source: aside.source.clone(),
        reason: aside.reason.clone(),
        raw: aside.raw.clone(),
        resent_at: None,
    }
}

/// What a report was made of.
fn as_kept(report: &AsideReport) -> Aside {
    Aside {
        id: report.id.parse().unwrap_or_default(),
        at: at_micros(&report.at),
        source: report.source.clone(),
        reason: report.reason.clone(),
        raw: report.raw.clone(),
    }
}

fn at_micros(moment: &str) -> i64 {
    moment.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_microsecond)
}

/// Puts a value at a path such as `properties.amount`; null takes away what is there.
fn set(raw: &mut Value, path: &str, value: &Value) -> Result<(), Failure> {
    let mut at = raw;
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let Value::Object(object) = at else {
            let problem = phrase!("events.aside_no_place", path = path, part = part);
            return Err(Failure::Wrong(Problem::error(problem).at_setting(path).into()));
        };
        if parts.peek().is_none() {
            if value.is_null() {
                object.shift_remove(part);
            } else {
                object.insert(part.to_owned(), value.clone());
            }
            return Ok(());
        }
        at = object.entry(part).or_insert_with(|| Value::Object(Map::new()));
        if at.is_null() {
            *at = Value::Object(Map::new());
        }
    }
    Ok(())
}

/// The event that a protocol makes of it now.
fn read_again(source: &str, raw: &Value, arrived: i64) -> Result<Event, Failure> {
    let still = |reason: &dyn std::fmt::Display| {
        let problem = Problem::error(phrase!("events.aside_still", reason = reason));
        Failure::Wrong(problem.advise(Phrase::new("events.aside_still_advice")).into())
    };
    // Its time is believed as it was corrected or left when it arrived.
    let body =
        json!({ "api_key": "again", "writeKey": "again", "historical_migration": true, "batch": [raw] })
            .to_string();
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, body.as_bytes());
    let delivery = Delivery { encoding: "", query: "", body: body.as_bytes(), now: arrived, id };
    let read = if source == segment::SOURCE {
        segment::read(segment::Door::Batch, "", &delivery)
    } else if source == posthog::SOURCE && v1::is_one(raw) {
        let headers = v1::Headers { authorization: "Bearer again", ..v1::Headers::default() };
        v1::read(&headers, &delivery).map(|(arrived, _)| arrived)
    } else {
        v0::read(v0::Door::Events, &delivery)
    };
    let Arrived { events, aside, .. } = read.map_err(|refusal| still(&refusal.phrase()))?;
    match (events.into_iter().next(), aside.into_iter().next()) {
        (Some(mut event), _) => {
            event.source = source.to_owned();
            Ok(event)
        }
        (None, Some(aside)) => {
            let problem = phrase!("events.aside_still").with_phrase("reason", &aside.reason);
            Err(Failure::Wrong(
                Problem::error(problem).advise(Phrase::new("events.aside_still_advice")).into(),
            ))
        }
        (None, None) => Err(still(&"–")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_where_the_path_leads() {
        let mut raw = json!({"event": "", "properties": {"amount": "x"}, "list": [1]});
        for (path, value) in [
            ("event", json!("bought")),
            ("properties.amount", json!(5)),
            ("properties.deep.er", json!(true)),
            ("list", json!(null)),
        ] {
            set(&mut raw, path, &value).expect("put");
        }
        assert_eq!(raw, json!({"event": "bought", "properties": {"amount": 5, "deep": {"er": true}}}));
        assert!(set(&mut raw, "event.name", &json!(1)).is_err());
    }

    #[test]
    fn what_came_alone_is_mended_as_what_came_in_a_batch() {
        let delivery = |body: &'static [u8]| Delivery {
            encoding: "",
            query: "",
            body,
            now: 1_800_000_000_000_000,
            id: Uuid::from_u128(1),
        };
        let call = delivery(b"{\"writeKey\":\"k\",\"userId\":\"a\"}");
        let call = segment::read(segment::Door::One(segment::Kind::Track), "", &call).expect("taken");
        let told = delivery(b"{\"token\":\"k\",\"$set\":{\"plan\":\"pro\"}}");
        let told = v0::read(v0::Door::Engage, &told).expect("taken");
        for (arrived, path, value, event) in
            [(call, "event", "bought", "bought"), (told, "distinct_id", "a", "$identify")]
        {
            let aside = &arrived.aside[0];
            let mut raw: Value = serde_json::from_str(&aside.raw).expect("JSON");
            assert!(read_again(&aside.source, &raw, aside.at).is_err(), "{raw}");
            set(&mut raw, path, &json!(value)).expect("put");
            let mended = read_again(&aside.source, &raw, aside.at).expect("an event");
            assert_eq!((mended.event.as_str(), mended.distinct_id.as_str()), (event, "a"));
        }
    }

    #[test]
    fn what_is_mended_has_the_time_of_what_came_with_it() {
        let now = 1_800_000_000_000_000; // 2027-01-15T08:00:00Z
        for (sent, happened) in [
            ("2027-01-15T10:00:00Z", "2027-01-15T09:59:50Z"),
            // Two days ahead could never be taken as it stands.
            ("2027-01-17T08:00:00Z", "2027-01-17T07:59:50Z"),
        ] {
            let posthog = json!({"api_key": "k", "sent_at": sent, "batch": [
                {"event": "a", "distinct_id": "u", "timestamp": happened},
                {"event": "a", "distinct_id": "u", "timestamp": happened, "$set": [1]}]});
            let segment = json!({"writeKey": "k", "sentAt": sent, "batch": [
                {"type": "track", "event": "a", "userId": "u", "originalTimestamp": happened},
                {"type": "track", "event": "a", "userId": "u", "originalTimestamp": happened, "context": [1]}]});
            let mut own = segment.clone();
            own["batch"][1]["sentAt"] = json!(sent);
            for (body, wrong) in [
                (posthog.to_string(), "$set"),
                (segment.to_string(), "context"),
                (own.to_string(), "context"),
            ] {
                let id = Uuid::from_u128(1);
                let delivery = Delivery { encoding: "", query: "", body: body.as_bytes(), now, id };
                let arrived = match wrong {
                    "$set" => v0::read(v0::Door::Events, &delivery),
                    _ => segment::read(segment::Door::Batch, "", &delivery),
                };
                let arrived = arrived.expect("taken");
                let (sibling, aside) = (&arrived.events[0], &arrived.aside[0]);
                let mut raw: Value = serde_json::from_str(&aside.raw).expect("JSON");
                set(&mut raw, wrong, &Value::Null).expect("put");
                let mended = read_again(&aside.source, &raw, aside.at).expect("an event");
                assert_eq!((mended.time, sibling.time), (now - 10_000_000, now - 10_000_000), "{body}");
            }
        }
    }

    #[test]
    fn what_is_mended_becomes_an_event_and_what_is_not_says_why() {
        let raw = json!({"event": "", "distinct_id": "a", "timestamp": "2026-03-01T00:00:00Z"});
        let failure = read_again("posthog", &raw, 1_800_000_000_000_000).expect_err("no name");
        assert_eq!(failure.problems().problems[0].code, "events.aside_still");
        let mut mended = raw;
        set(&mut mended, "event", &json!("bought")).expect("put");
        let event = read_again("posthog", &mended, 1_800_000_000_000_000).expect("an event");
        assert_eq!((event.event.as_str(), event.time), ("bought", 1_772_323_200_000_000));
        let raw = json!({"event": "bought", "distinct_id": "a", "uuid": "u-1", "session_id": "s",
            "timestamp": "2026-03-01T00:00:00Z", "options": {"process_person_profile": "perhaps"}});
        assert!(read_again("posthog", &raw, 1_800_000_000_000_000).is_err(), "a choice is still wrong");
        let mut mended = raw;
        set(&mut mended, "options.process_person_profile", &json!(false)).expect("put");
        let event = read_again("posthog", &mended, 1_800_000_000_000_000).expect("an event");
        let expected = json!({"$session_id": "s", "$process_person_profile": false});
        assert_eq!(Value::Object(event.properties), expected);
        let segment = json!({"type": "track", "event": "bought", "userId": "a"});
        assert_eq!(read_again("segment", &segment, 1_800_000_000_000_000).expect("an event").event, "bought");
    }
}
