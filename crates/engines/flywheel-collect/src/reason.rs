//! Why one event was not taken as it is.

use flywheel_spec::{Phrase, phrase};

use crate::moment::Impossible;

/// Why one event was kept aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Its bytes are not UTF-8.
    NotUtf8,
    /// It is not JSON.
    NotJson {
        /// The parser's words.
        reason: String,
    },
    /// It holds `NaN` or `Infinity`, which JSON has no words for.
    NotANumber,
    /// Its properties lie deeper in each other than 100 levels.
    TooDeep {
        /// How deep the event is.
        depth: u32,
    },
    /// Something else stands where the event should.
    NotAnObject {
        /// The start of what stands there.
        found: String,
    },
    /// It has no name.
    NoName,
    /// Its name is longer than 200 characters.
    LongName {
        /// Its length.
        length: usize,
    },
    /// It does not say who did it.
    NoPerson,
    /// It names a person that nobody is, such as `undefined`.
    NobodysId {
        /// The id.
        found: String,
    },
    /// Its person's id is longer than 200 characters.
    LongId {
        /// Its length.
        length: usize,
    },
    /// Its time cannot be.
    Time {
        /// Why.
        why: Impossible,
        /// As it was written.
        found: String,
    },
    /// Something else stands where an object belongs.
    NotAnObjectAt {
        /// Where, such as `properties` or `$set`.
        name: String,
        /// The start of what stands there.
        found: String,
    },
    /// A choice of its `options` has a wrong value.
    Option {
        /// Which.
        name: String,
    },
    /// It carries another key than the rest of its batch.
    OtherKey,
    /// The protocol wants a UUID and it has none.
    NoUuid,
    /// Its kind is none of the protocol's.
    Kind {
        /// The kind.
        found: String,
    },
}

/// Characters of a wrong value that a reason shows.
const SHOWN: usize = 60;

impl Reason {
    /// What people read.
    pub fn phrase(&self) -> Phrase {
        let two = |key, name: &str, found: &str| {
            Phrase::new(key).with("name", shortened(name)).with("found", shortened(found))
        };
        match self {
            Self::NotUtf8 => phrase!("collect.not_utf8"),
            Self::NotJson { reason } => phrase!("collect.not_json", reason = reason),
            Self::NotANumber => phrase!("collect.not_a_number"),
            Self::TooDeep { depth } => phrase!("collect.too_deep", depth = depth),
            Self::NotAnObject { found } => phrase!("collect.not_an_object", found = shortened(found)),
            Self::NoName => phrase!("collect.no_name"),
            Self::LongName { length } => phrase!("collect.long_name", length = length),
            Self::NoPerson => phrase!("collect.no_person"),
            Self::NobodysId { found } => phrase!("collect.nobodys_id", found = shortened(found)),
            Self::LongId { length } => phrase!("collect.long_id", length = length),
            Self::Time { why, found } => {
                let key = match why {
                    Impossible::Unreadable => "collect.time_unreadable",
                    Impossible::TooEarly => "collect.time_too_early",
                    Impossible::Ahead => "collect.time_ahead",
                };
                Phrase::new(key).with("found", shortened(found))
            }
            Self::NotAnObjectAt { name, found } => two("collect.not_an_object_at", name, found),
            Self::Option { name } => phrase!("collect.option", name = name),
            Self::OtherKey => phrase!("collect.other_key"),
            Self::NoUuid => phrase!("collect.no_uuid"),
            Self::Kind { found } => phrase!("collect.kind", found = shortened(found)),
        }
    }

    /// PostHog's word for it, as its version 1 answers.
    pub fn tag(&self) -> &'static str {
        match self {
            Self::NotUtf8 | Self::NotJson { .. } | Self::NotANumber | Self::NotAnObject { .. } => {
                "malformed_event"
            }
            Self::TooDeep { .. } | Self::NotAnObjectAt { .. } => "malformed_event_properties",
            Self::NoName => "missing_event_name",
            Self::LongName { .. } => "event_name_too_long",
            Self::NoPerson => "missing_distinct_id",
            Self::NobodysId { .. } => "malformed_distinct_id",
            Self::LongId { .. } => "distinct_id_too_large",
            Self::Time { .. } => "invalid_event_timestamp",
            Self::Option { .. } => "invalid_options",
            Self::OtherKey => "multiple_tokens",
            Self::NoUuid => "missing_event_uuid",
            Self::Kind { .. } => "unknown_event_type",
        }
    }
}

/// A value as a reason shows it.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
