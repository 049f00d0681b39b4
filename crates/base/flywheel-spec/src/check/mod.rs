//! Reads a recipe's TOML against the one schema and collects every mistake with its place.
//!
//! The schema is the OpenAPI schema derived from the spec types, so a setting is declared once.
//! Serde runs only on a document that the walk found clean, because it stops at its first error and loses the places.

mod assistant;
mod kinds;
mod mend;
mod outline;
mod parse;
mod place;
mod reasons;
mod schema;
mod slips;
mod walk;

use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::draft::table_text;
use crate::events::TrackingPlan;
use crate::feedback::wording::SayingSpec;
use crate::product::QuestionSpec;
use crate::project::ProjectSpec;
use crate::{Phrase, Problem, Problems, TrainSpec, phrase};

pub use kinds::settings_of_kind;
use schema::Schema;

/// Reads a training recipe; `file_name` is what the places name.
///
/// # Errors
/// Every mistake of the text at once, in the order of their places.
pub fn read_recipe(text: &str, file_name: &str) -> Result<(TrainSpec, Vec<Problem>), Problems> {
    let (spec, mut warnings): (TrainSpec, _) = read(text, file_name)?;
    let mut problems = Problems::default();
    check_name(&spec.name, "name", &mut problems);
    place_settings(&mut problems.problems, text, file_name);
    problems.problems.append(&mut warnings);
    problems.settle(spec)
}

/// Reads `flywheel.toml`.
///
/// # Errors
/// Every mistake of the text at once, in the order of their places.
pub fn read_project(text: &str, file_name: &str) -> Result<(ProjectSpec, Vec<Problem>), Problems> {
    let (spec, mut warnings): (ProjectSpec, _) = read(text, file_name)?;
    let mut problems = Problems::default();
    check_name(&spec.name, "name", &mut problems);
    check_engine(&spec.engine, &mut problems);
    if let Some(assistant) = &spec.assistant {
        assistant::check_assistant(assistant, &mut problems);
    }
    place_settings(&mut problems.problems, text, file_name);
    problems.problems.append(&mut warnings);
    problems.settle(spec)
}

/// Reads `recipes/plan.toml`, what events are expected to carry.
///
/// # Errors
/// Every mistake of the text at once, in the order of their places.
pub fn read_tracking_plan(text: &str, file_name: &str) -> Result<(TrackingPlan, Vec<Problem>), Problems> {
    read(text, file_name)
}

/// Reads a question about what people do; `file_name` is what the places name.
///
/// # Errors
/// Every mistake of the text at once, in the order of their places.
pub fn read_question(text: &str, file_name: &str) -> Result<(QuestionSpec, Vec<Problem>), Problems> {
    read(text, file_name)
}

/// Reads a question that came as JSON, against the same schema.
///
/// # Errors
/// Every mistake at once, each at its setting.
pub fn read_question_value(value: &serde_json::Value) -> Result<QuestionSpec, Problems> {
    read_value(value)
}

/// Reads a question about what people say that came as JSON, against its schema.
///
/// # Errors
/// Every mistake at once, each at its setting.
pub fn read_saying_value(value: &serde_json::Value) -> Result<SayingSpec, Problems> {
    read_value(value)
}

/// Every kind of question with its settings, a line each, as the schema has them; `*` marks what must be there.
pub fn question_outline() -> String {
    let asks = |topic: &str, kind: &str| Phrase::new(&format!("{topic}.asks_{kind}"));
    let done = outline::outline(&Schema::of::<QuestionSpec>(), |kind| asks("ask", kind));
    let said = outline::outline(&Schema::of::<SayingSpec>(), |kind| asks("wording", kind));
    done + &said
}

fn read_value<T: ToSchema + DeserializeOwned>(value: &serde_json::Value) -> Result<T, Problems> {
    let Some(settings) = value.as_object() else {
        let problem = phrase!("check.wrong_form", path = "question")
            .with_phrase("found", &phrase!("check.found_text", value = value));
        return Err(Problem::error(problem).into());
    };
    let unplaced = |mut problems: Problems| {
        for problem in &mut problems.problems {
            let setting = problem.place.setting.take();
            problem.place = crate::Place { setting, ..crate::Place::default() };
        }
        problems
    };
    read(&table_text(settings), "question").map(|(question, _)| question).map_err(unplaced)
}

/// True when a recipe's text is a question about what people do, not a training: it says its `kind`.
pub fn is_question(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = parse::recover(text, "").text;
    parse::document(&text).is_ok_and(|document| document.as_table().contains_key("kind"))
}

/// Gives problems that know only their setting, such as those of a plan, the line where that setting stands.
pub fn place_settings(problems: &mut [Problem], text: &str, file_name: &str) {
    let Ok(document) = parse::document(text) else { return };
    for problem in problems {
        if problem.place.line.is_some() {
            continue;
        }
        let Some(setting) = &problem.place.setting else { continue };
        let span = walk::span_of(document.as_table(), setting);
        let (line, character) = place::line_and_character(text, span.start);
        problem.place.file = Some(file_name.to_owned());
        problem.place.line = Some(line);
        problem.place.character = Some(character);
    }
}

fn read<T: ToSchema + DeserializeOwned>(text: &str, file_name: &str) -> Result<(T, Vec<Problem>), Problems> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let recovered = parse::recover(text, file_name);
    let mut problems = recovered.problems;
    if let Ok(document) = parse::document(&recovered.text) {
        let found = walk::walk(document.as_table(), Schema::of::<T>(), &recovered.text, file_name);
        // What does not parse takes its settings along; that they lack is no second mistake.
        let lacks = |problem: &Problem| problem.code.starts_with("check.missing");
        // What a mended line holds is a guess, and a mistake of the guess is nobody's.
        let guessed: Vec<_> = problems.iter().map(|problem| problem.place.line).collect();
        let own = |problem: &Problem| {
            if lacks(problem) { !recovered.lost } else { !guessed.contains(&problem.place.line) }
        };
        problems.extend(found.into_iter().filter(own));
    }
    problems.sort_by_key(|problem| (problem.place.line, problem.place.character));
    let problems = Problems { problems };
    if problems.stop() {
        return Err(problems);
    }
    match toml_edit::de::from_str(text) {
        Ok(value) => Ok((value, problems.problems)),
        Err(error) => Err(refused(&error, text, file_name)),
    }
}

/// What serde says of a document that the walk found clean.
fn refused(error: &toml_edit::de::Error, text: &str, file_name: &str) -> Problems {
    let start = error.span().map_or(0, |span| span.start);
    let mut problem = Problem::error(phrase!("check.refused", reason = error.message()));
    problem.place = place::at(text, file_name, start, "");
    problem.into()
}

fn check_name(name: &str, setting: &str, problems: &mut Problems) {
    let fits = |letter: char| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-' || letter == '_'
    };
    let begins = name.starts_with(|letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit());
    if begins && name.len() <= 64 && name.chars().all(fits) {
        return;
    }
    problems.push(
        Problem::error(phrase!("check.name", found = name))
            .advise(phrase!("check.name_advice", example = name_from(name)))
            .at_setting(setting),
    );
}

fn check_engine(engine: &str, problems: &mut Problems) {
    let is_address = |text: &str| {
        text.strip_prefix("df://").and_then(|place| place.rsplit_once(':')).is_some_and(|(host, port)| {
            !host.is_empty() && !host.contains('/') && port.parse::<u16>().is_ok_and(|port| port > 0)
        })
    };
    if engine != "embedded" && !is_address(engine) {
        problems.push(
            Problem::error(phrase!("check.engine", found = engine))
                .advise(phrase!("check.engine_advice"))
                .at_setting("engine"),
        );
    }
}

/// The nearest text that may be a name: lower-case letters, digits, `-` and `_`, at most 64, beginning with a letter or digit.
pub fn name_from(text: &str) -> String {
    let mut name = String::new();
    for letter in text.to_lowercase().chars() {
        match letter {
            'a'..='z' | '0'..='9' => name.push(letter),
            _ if name.is_empty() || name.ends_with(['-', '_']) => {}
            '_' => name.push('_'),
            _ => name.push('-'),
        }
    }
    let name = name.trim_end_matches(['-', '_']);
    let name: String = name.chars().take(64).collect();
    if name.is_empty() { "model".to_owned() } else { name }
}

#[cfg(test)]
mod tests;
