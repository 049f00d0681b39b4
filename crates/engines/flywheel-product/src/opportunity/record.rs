//! The life of an opportunity: pure changes of its record, and which of them are possible when.

use flywheel_spec::feedback::opportunity::ThemeEvidence;
use flywheel_spec::feedback::opportunity_record::{
    OpportunityChange, OpportunityEvent, OpportunityLink, OpportunityNote, OpportunityRecord,
    OpportunityState,
};
use flywheel_spec::{Phrase, Problem, Problems, phrase};

use OpportunityState::{Accepted, Dropped, Measured, Open, Released};

/// A new record of a theme, open.
pub fn opened(id: &str, evidence: &ThemeEvidence) -> OpportunityRecord {
    OpportunityRecord {
        id: id.to_owned(),
        theme: evidence.theme.clone(),
        name: evidence.name.clone(),
        effort: evidence.effort,
        ..OpportunityRecord::default()
    }
}

/// The record after a change, which its history keeps; `at` is a moment in RFC 3339, `by` who did it.
///
/// open → accepted → released → measured; open and accepted may be dropped; whatever is over may be reopened.
///
/// # Errors
/// When the change is impossible where the record stands, or says nothing.
pub fn changed(
    record: &OpportunityRecord,
    change: OpportunityChange,
    at: &str,
    by: &str,
) -> Result<OpportunityRecord, Problems> {
    let mut next = record.clone();
    match &change {
        OpportunityChange::Accept => next.state = step(record, &[Open], Accepted, "opportunity.do_accept")?,
        OpportunityChange::Drop { why } => {
            text("why", why)?;
            next.state = step(record, &[Open, Accepted], Dropped, "opportunity.do_drop")?;
        }
        OpportunityChange::Reopen => {
            next.state =
                step(record, &[Accepted, Dropped, Released, Measured], Open, "opportunity.do_reopen")?;
            (next.verdict, next.case) = (None, None);
        }
        OpportunityChange::Link { link } => {
            step(record, &[Open, Accepted, Released], record.state, "opportunity.do_link")?;
            match link {
                OpportunityLink::Release { version, at } => {
                    text("version", version)?;
                    at.as_deref().map_or(Ok(()), |at| moment("at", at))?;
                }
                OpportunityLink::Experiment { name } => text("name", name)?,
            }
            if record.links.contains(link) {
                return Err(wrong("link", phrase!("opportunity.link_twice")));
            }
            next.links.push(link.clone());
            if record.state == Open {
                next.state = Accepted;
            }
        }
        OpportunityChange::Release { version, at } => {
            text("version", version)?;
            moment("at", at)?;
            next.state = step(record, &[Accepted], Released, "opportunity.do_release")?;
            // A link that was made before the release was out is completed.
            next.links.retain(
                |link| !matches!(link, OpportunityLink::Release { version: known, .. } if known == version),
            );
            next.links.push(OpportunityLink::Release { version: version.clone(), at: Some(at.clone()) });
        }
        OpportunityChange::Measure { verdict, case } => {
            text("case", case)?;
            next.state = step(record, &[Released, Measured], Measured, "opportunity.do_measure")?;
            (next.verdict, next.case) = (Some(*verdict), Some(case.clone()));
        }
        OpportunityChange::Effort { weeks } => {
            if !(*weeks > 0.0 && weeks.is_finite()) {
                return Err(wrong("weeks", phrase!("opportunity.effort_wrong", found = weeks)));
            }
            next.effort = Some(*weeks);
        }
        OpportunityChange::Rename { name } => {
            text("name", name)?;
            next.name.clone_from(name);
        }
        OpportunityChange::Note { text: words } => {
            text("text", words)?;
            next.notes.push(OpportunityNote { at: at.to_owned(), by: by.to_owned(), text: words.clone() });
        }
    }
    moment("at", at)?;
    if let Some(last) = record.history.last()
        && earlier(at, &last.at)
    {
        return Err(wrong("at", phrase!("opportunity.before_last", at = at, last = last.at)));
    }
    next.history.push(OpportunityEvent { at: at.to_owned(), by: by.to_owned(), change, state: next.state });
    Ok(next)
}

/// The state after a step, where it may be taken.
fn step(
    record: &OpportunityRecord,
    from: &[OpportunityState],
    to: OpportunityState,
    doing: &str,
) -> Result<OpportunityState, Problems> {
    if from.contains(&record.state) {
        return Ok(to);
    }
    let mut allowed = Phrase::verbatim("");
    for state in from {
        let word = state_word(*state);
        allowed.en = format!("{}{}{}", allowed.en, if allowed.en.is_empty() { "" } else { ", " }, word.en);
        allowed.zh = format!("{}{}{}", allowed.zh, if allowed.zh.is_empty() { "" } else { "、" }, word.zh);
    }
    let message = phrase!("opportunity.impossible", name = record.name)
        .with_phrase("doing", &phrase!(doing))
        .with_phrase("state", &state_word(record.state))
        .with_phrase("allowed", &allowed);
    Err(wrong("state", message))
}

/// A state's name.
pub(crate) fn state_word(state: OpportunityState) -> Phrase {
    match state {
        Open => phrase!("opportunity.state_open"),
        Accepted => phrase!("opportunity.state_accepted"),
        Dropped => phrase!("opportunity.state_dropped"),
        Released => phrase!("opportunity.state_released"),
        Measured => phrase!("opportunity.state_measured"),
    }
}

fn text(setting: &str, value: &str) -> Result<(), Problems> {
    if value.trim().is_empty() { Err(wrong(setting, phrase!("opportunity.empty"))) } else { Ok(()) }
}

/// A moment or a date.
fn moment(setting: &str, value: &str) -> Result<(), Problems> {
    let fine = value.parse::<jiff::Timestamp>().is_ok() || value.parse::<jiff::civil::Date>().is_ok();
    if fine { Ok(()) } else { Err(wrong(setting, phrase!("opportunity.no_moment", found = value))) }
}

/// Whether a moment is before another; dates are not compared with moments.
fn earlier(one: &str, two: &str) -> bool {
    match (one.parse::<jiff::Timestamp>(), two.parse::<jiff::Timestamp>()) {
        (Ok(one), Ok(two)) => one < two,
        _ => false,
    }
}

fn wrong(setting: &str, message: Phrase) -> Problems {
    Problem::error(message).at_setting(setting).into()
}
