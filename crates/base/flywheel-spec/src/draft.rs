//! Writes a recipe as TOML that a person likes to read: in the order of the work, with comments, without what is usual anyway.

use std::fmt::Write;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::product::QuestionSpec;
use crate::project::ProjectSpec;
use crate::{Language, Phrase, TrainSpec, phrase};

/// The tables of a recipe in the order of the work.
const SECTIONS: [&str; 8] = ["data", "split", "prepare", "train", "augment", "accept", "tune", "serve"];

/// Settings that are written even where they are usual, because they are the first that a person turns.
const ALWAYS: [&str; 7] = [
    "seed",
    "train",
    "train.epochs",
    "train.batch_size",
    "train.loss",
    "train.optimizer",
    "train.optimizer.learning_rate",
];

/// The recipe as TOML with comments in one language; `file_name` is what the comments say to run.
pub fn recipe_text(spec: &TrainSpec, file_name: &str, language: Language) -> String {
    let mut recipe = without_usual(spec, &ALWAYS);
    let mut text = String::new();
    if let Some(description) = recipe.get("description").and_then(Value::as_str) {
        comment(&mut text, description);
    }
    comment(&mut text, say("draft_top", file_name).text(language));
    text.push('\n');
    comment(&mut text, say("draft_name", file_name).text(language));
    top_level(&mut text, &mut recipe, file_name, language);
    for section in SECTIONS {
        let Some(Value::Object(settings)) = recipe.shift_remove(section) else { continue };
        text.push('\n');
        comment(&mut text, say(&format!("draft_{section}"), file_name).text(language));
        let _ = writeln!(text, "[{section}]");
        for (name, value) in &settings {
            setting(&mut text, name, value);
        }
    }
    text
}

/// `flywheel.toml` as text.
pub fn project_text(spec: &ProjectSpec) -> String {
    table_text(&object_of(spec))
}

/// A question as TOML, without what is usual anyway; it reads back as it was.
pub fn question_text(question: &QuestionSpec) -> String {
    table_text(&question_settings(question))
}

/// The settings of a question, without what is usual anyway.
pub fn question_settings(question: &QuestionSpec) -> Map<String, Value> {
    without_usual(question, &["kind"])
}

/// Any other spec as TOML, without what is usual anyway.
pub fn spec_text<T: Serialize + DeserializeOwned + PartialEq>(spec: &T) -> String {
    table_text(&without_usual(spec, &[]))
}

/// Settings one beneath the other, lists of tables with a line for each.
pub fn table_text(settings: &Map<String, Value>) -> String {
    let mut text = String::new();
    for (name, value) in settings {
        setting(&mut text, name, value);
    }
    text
}

/// A value as it would stand in TOML; `null` has no form there and reads as an empty text.
pub fn value_text(value: &Value) -> String {
    match value {
        Value::Null => "\"\"".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number_text(number),
        Value::String(text) => toml_edit::Value::from(text.as_str()).to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(value_text).collect::<Vec<_>>().join(", ")),
        Value::Object(settings) => {
            let inner: Vec<String> = settings
                .iter()
                .map(|(name, value)| format!("{} = {}", key_text(name), value_text(value)))
                .collect();
            if inner.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", inner.join(", ")) }
        }
    }
}

fn top_level(text: &mut String, recipe: &mut Map<String, Value>, file_name: &str, language: Language) {
    for name in ["name", "description", "seed", "start_from", "frozen_layers"] {
        let Some(value) = recipe.shift_remove(name) else { continue };
        if name == "seed" {
            comment(text, say("draft_seed", file_name).text(language));
        }
        setting(text, name, &value);
    }
    let Some(network) = recipe.shift_remove("network") else { return };
    text.push('\n');
    comment(text, say("draft_network", file_name).text(language));
    setting(text, "network", &network);
}

fn setting(text: &mut String, name: &str, value: &Value) {
    let tables = value.as_array().filter(|items| !items.is_empty() && items.iter().all(Value::is_object));
    let Some(tables) = tables else {
        let _ = writeln!(text, "{} = {}", key_text(name), value_text(value));
        return;
    };
    let _ = writeln!(text, "{} = [", key_text(name));
    for table in tables {
        let _ = writeln!(text, "  {},", value_text(table));
    }
    let _ = writeln!(text, "]");
}

/// The recipe without each setting that reads back the same when it is left out, except those always written.
fn without_usual<T: Serialize + DeserializeOwned + PartialEq>(
    spec: &T,
    always: &[&str],
) -> Map<String, Value> {
    let mut recipe = Value::Object(object_of(spec));
    let mut pointers = Vec::new();
    collect_pointers(&recipe, "", &mut pointers);
    for pointer in
        pointers.iter().filter(|pointer| !always.contains(&pointer[1..].replace('/', ".").as_str()))
    {
        let mut shorter = recipe.clone();
        let Some((table, name)) = pointer.rsplit_once('/') else { continue };
        if let Some(Value::Object(settings)) = shorter.pointer_mut(table) {
            settings.shift_remove(name);
        }
        if serde_json::from_value::<T>(shorter.clone()).is_ok_and(|again| again == *spec) {
            recipe = shorter;
        }
    }
    match recipe {
        Value::Object(recipe) => recipe,
        _ => Map::new(),
    }
}

/// Every setting, what is inside before what is around it. Names with `/` or `~` (classes, say) are left alone.
fn collect_pointers(value: &Value, pointer: &str, pointers: &mut Vec<String>) {
    match value {
        Value::Object(settings) => {
            for (name, inner) in settings.iter().filter(|(name, _)| !name.contains(['/', '~', '.'])) {
                let pointer = format!("{pointer}/{name}");
                collect_pointers(inner, &pointer, pointers);
                pointers.push(pointer);
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                collect_pointers(inner, &format!("{pointer}/{index}"), pointers);
            }
        }
        _ => {}
    }
}

fn object_of<T: Serialize>(value: &T) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

fn number_text(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => format!("{float:?}"),
        _ => number.to_string(),
    }
}

fn key_text(name: &str) -> String {
    toml_edit::Key::new(name).to_string()
}

fn comment(text: &mut String, sentence: &str) {
    for line in sentence.lines() {
        let _ = writeln!(text, "# {line}");
    }
}

fn say(key: &str, file_name: &str) -> Phrase {
    phrase!(&format!("check.{key}"), file = file_name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::read_recipe;

    #[test]
    fn a_written_recipe_reads_back_as_it_was() {
        let text = include_str!("check/full.toml");
        let (spec, _) = read_recipe(text, "full.toml").expect("a clean recipe");
        for language in [Language::En, Language::Zh] {
            let written = recipe_text(&spec, "recipes/full.toml", language);
            let (again, _) =
                read_recipe(&written, "full.toml").unwrap_or_else(|problems| panic!("{problems}\n{written}"));
            assert_eq!(again, spec, "{written}");
        }
    }

    #[test]
    fn a_draft_is_short_and_commented() {
        let text = "name = \"churn\"\n[data]\ntable = \"customers\"\ntarget = \"churned\"\n";
        let (spec, _) = read_recipe(text, "churn.toml").expect("a clean recipe");
        insta::assert_snapshot!(recipe_text(&spec, "recipes/churn.toml", Language::En));
    }
}
