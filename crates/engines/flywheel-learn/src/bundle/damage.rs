//! What can be wrong with a bundle on disk.

use std::path::Path;

use flywheel_spec::{Phrase, Problem, phrase};

use super::FORMAT;

pub(super) fn no_bundle(folder: &Path) -> Problem {
    problem(folder, phrase!("models.no_bundle")).advise(phrase!("models.no_bundle_advice"))
}

pub(super) fn unreadable(path: &Path, reason: impl std::fmt::Display) -> Problem {
    problem(path, phrase!("models.unreadable", reason = reason)).advise(phrase!("models.damaged_advice"))
}

pub(super) fn missing(path: &Path) -> Problem {
    problem(path, phrase!("models.missing_file")).advise(phrase!("models.damaged_advice"))
}

pub(super) fn changed(path: &Path) -> Problem {
    problem(path, phrase!("models.checksum")).advise(phrase!("models.damaged_advice"))
}

pub(super) fn newer(path: &Path, format: u64, program: &str) -> Problem {
    problem(path, phrase!("models.newer_format", found = format, known = FORMAT))
        .advise(phrase!("models.newer_format_advice", program = program))
}

pub(super) fn tensor(path: &Path, message: Phrase) -> Problem {
    problem(path, message).advise(phrase!("models.damaged_advice"))
}

fn problem(path: &Path, message: Phrase) -> Problem {
    Problem::error(message).in_file(path.display().to_string())
}
