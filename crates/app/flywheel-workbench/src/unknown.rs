//! What a question names and that never arrived, told with the nearest name that did.

use std::collections::BTreeSet;

use flywheel_spec::{Phrase, Problem, phrase};
use serde_json::Value;

use crate::{Failure, Workbench};

impl Workbench {
    /// Events that a question's settings name and that never arrived, each with the nearest name that did;
    /// `known` are names that are known to have arrived beside those of the catalogue.
    pub(crate) async fn unknown_events(
        &self,
        settings: &Value,
        mut known: BTreeSet<String>,
    ) -> Result<Vec<Problem>, Failure> {
        known.extend(self.event_names().await?);
        let mut named = BTreeSet::new();
        collect_events(settings, &mut named);
        let unknown = named.into_iter().filter(|name| !known.contains(name));
        let problems = unknown.map(|name| {
            let problem = Problem::warning(phrase!("ask.unknown_event", event = name));
            with_nearest(problem, &name, &known, "ask.no_events")
        });
        Ok(problems.collect())
    }
}

/// A problem with a name that is not known, with the nearest one that is; `none` says what to do where there is none.
pub(crate) fn with_nearest(problem: Problem, name: &str, known: &BTreeSet<String>, none: &str) -> Problem {
    let likeness =
        |known: &&String| (strsim::jaro_winkler(&known.to_lowercase(), &name.to_lowercase()) * 1e6) as u64;
    match known.iter().max_by_key(likeness) {
        None => problem.advise(Phrase::new(none)),
        Some(nearest) if likeness(&nearest) > 700_000 => {
            problem.advise(phrase!("workbench.did_you_mean", nearest = nearest))
        }
        Some(_) => {
            let mut names: Vec<String> = known.iter().take(12).map(|name| format!("`{name}`")).collect();
            if known.len() > 12 {
                names.push("…".to_owned());
            }
            problem.advise(phrase!("workbench.known_are", names = names.join(", ")))
        }
    }
}

/// Every event that a question names, wherever it stands.
fn collect_events(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, inner) in object {
                match (key.as_str(), inner) {
                    ("event", Value::String(name)) => drop(names.insert(name.clone())),
                    // A condition's value may be called anything.
                    ("where", _) => {}
                    _ => collect_events(inner, names),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_events(item, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_found_wherever_a_question_names_them() {
        let mut names = BTreeSet::new();
        collect_events(
            &serde_json::json!({
                "steps": [{"event": "a", "or": [{"event": "b"}], "where": [{"property": "event", "value": "x"}]}],
                "event": {"event": "c"},
                "exclusions": [{"event": "d"}],
            }),
            &mut names,
        );
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    }
}
