//! Why a whole request was not taken: nothing of it is kept, and each protocol says so in its own form.

use flywheel_spec::{Phrase, phrase};

use crate::unpack::{LIMIT, Packing};

/// Why a whole request was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// No key is in it.
    NoKey,
    /// Nobody knows its key.
    UnknownKey,
    /// Its key is another project's.
    ForeignKey {
        /// The project that the key names.
        project: String,
    },
    /// It is empty.
    Empty,
    /// Its list of events is empty.
    EmptyBatch,
    /// It is no JSON that can be told apart into events.
    NotJson {
        /// The byte where reading stopped.
        at: usize,
    },
    /// It is JSON of another shape.
    Shape {
        /// What is wrong there, such as `batch`.
        name: String,
    },
    /// It is not packed as it says.
    Packing {
        /// The coding.
        coding: String,
    },
    /// Its coding is not spoken here.
    Coding {
        /// The coding.
        coding: String,
    },
    /// Its media type is not spoken here.
    Media {
        /// The type.
        found: String,
    },
    /// A header cannot be read.
    Header {
        /// Its name.
        name: &'static str,
        /// Its value.
        found: String,
    },
    /// It is larger than [`LIMIT`].
    TooLarge,
    /// The disk is full: nothing can be kept until there is room.
    Full,
    /// The events cannot be kept just now.
    Busy,
}

impl Refusal {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::NoKey | Self::UnknownKey | Self::ForeignKey { .. } => 401,
            Self::TooLarge => 413,
            Self::Coding { .. } | Self::Media { .. } => 415,
            Self::Full | Self::Busy => 503,
            _ => 400,
        }
    }

    /// Seconds after which it may be sent again, where that can help.
    pub fn retry_after_secs(&self) -> Option<u32> {
        match self {
            Self::Full => Some(5),
            Self::Busy => Some(1),
            _ => None,
        }
    }

    /// PostHog's word for it.
    pub fn tag(&self) -> &'static str {
        match self {
            Self::NoKey => "missing_api_key",
            Self::UnknownKey | Self::ForeignKey { .. } => "invalid_api_key",
            Self::Empty => "empty_body",
            Self::EmptyBatch => "empty_batch",
            Self::NotJson { .. } | Self::Shape { .. } => "request_parsing_error",
            Self::Packing { .. } => "request_decoding_error",
            Self::Coding { .. } => "unsupported_encoding",
            Self::Media { .. } => "unsupported_content_type",
            Self::Header { .. } => "invalid_header_value",
            Self::TooLarge => "payload_too_large",
            Self::Full | Self::Busy => "service_unavailable",
        }
    }

    /// What people read.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::NoKey => phrase!("collect.no_key"),
            Self::UnknownKey => phrase!("collect.unknown_key"),
            Self::ForeignKey { project } => phrase!("collect.foreign_key", project = project),
            Self::Empty => phrase!("collect.empty"),
            Self::EmptyBatch => phrase!("collect.empty_batch"),
            Self::NotJson { at } => phrase!("collect.body_not_json", at = at),
            Self::Shape { name } => phrase!("collect.shape", name = name),
            Self::Packing { coding } => phrase!("collect.packing", coding = coding),
            Self::Coding { coding } => phrase!("collect.coding", coding = crate::reason::shortened(coding)),
            Self::Media { found } => phrase!("collect.media", found = crate::reason::shortened(found)),
            Self::Header { name, found } => {
                phrase!("collect.header", name = name, found = crate::reason::shortened(found))
            }
            Self::TooLarge => phrase!("collect.too_large", limit = LIMIT / (1024 * 1024)),
            Self::Full => phrase!("collect.full"),
            Self::Busy => phrase!("collect.busy"),
        }
    }
}

impl From<Packing> for Refusal {
    fn from(packing: Packing) -> Self {
        match packing {
            Packing::TooLarge => Self::TooLarge,
            Packing::Unknown { coding } => Self::Coding { coding },
            Packing::Broken { coding: "json" } => Self::NotJson { at: 0 },
            Packing::Broken { coding } => Self::Packing { coding: coding.to_owned() },
            Packing::Empty => Self::Empty,
        }
    }
}

impl From<crate::pieces::Broken> for Refusal {
    fn from(broken: crate::pieces::Broken) -> Self {
        Self::NotJson { at: broken.at }
    }
}
