//! Messages written out for somebody else to read: JSON Lines, personal data masked in every field.

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;
use thiserror::Error;

use super::{Counts, Tally, mask};
use crate::Message;

/// Why an export stopped.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The place to write to refused.
    #[error("failed to write the export: {0}")]
    Write(#[from] std::io::Error),
    /// A message has no form in JSON.
    #[error("failed to encode a message: {0}")]
    Encode(#[from] serde_json::Error),
}

#[derive(Serialize)]
struct Line {
    id: String,
    text: String,
    time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    more: BTreeMap<String, String>,
}

/// Writes one line a message and says what was masked; who wrote it is left out.
///
/// # Errors
/// Where writing or encoding fails; the lines before stand.
pub fn export<'a>(
    messages: impl IntoIterator<Item = &'a Message>,
    mut to: impl Write,
) -> Result<Tally, ExportError> {
    let mut tally = Tally::default();
    for message in messages {
        let mut counts = Counts::new();
        let mut masked = |text: &str| {
            let (masked, found) = mask(text);
            for (kind, count) in found {
                *counts.entry(kind).or_default() += count;
            }
            masked
        };
        let line = Line {
            id: masked(&message.id),
            text: masked(&message.text),
            time: message.time,
            rating: message.rating,
            source: message.source.as_deref().map(&mut masked),
            // Four numbers here are a version, not an address.
            version: message.version.clone(),
            more: message.more.iter().map(|(name, value)| (name.clone(), masked(value))).collect(),
        };
        tally.add(&counts);
        serde_json::to_writer(&mut to, &line)?;
        to.write_all(b"\n")?;
    }
    Ok(tally)
}
