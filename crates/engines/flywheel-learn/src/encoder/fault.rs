//! What can be wrong with an encoder's folder.

use std::path::Path;

use flywheel_spec::{Phrase, Problem, phrase};

pub(super) fn missing(path: &Path) -> Problem {
    problem(path, phrase!("encoder.missing_file")).advise(phrase!("encoder.missing_file_advice"))
}

pub(super) fn only_pickled(path: &Path, found: &str) -> Problem {
    problem(path, phrase!("encoder.only_pickled", found = found))
        .advise(phrase!("encoder.only_pickled_advice"))
}

pub(super) fn unreadable(path: &Path, reason: impl std::fmt::Display) -> Problem {
    damaged(path, phrase!("encoder.unreadable", reason = reason))
}

/// Something that only another copy of the folder mends.
pub(super) fn damaged(path: &Path, message: Phrase) -> Problem {
    problem(path, message).advise(phrase!("encoder.damaged_advice"))
}

/// Something that only another encoder mends.
pub(super) fn unsupported(path: &Path, name: &str, found: &str, known: &str) -> Problem {
    problem(path, phrase!("encoder.unsupported", name = name, found = found, known = known))
        .advise(phrase!("encoder.unsupported_advice"))
        .at_setting(name)
}

pub(super) fn problem(path: &Path, message: Phrase) -> Problem {
    Problem::error(message).in_file(path.display().to_string())
}
