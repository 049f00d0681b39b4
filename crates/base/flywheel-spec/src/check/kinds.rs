//! Which settings a kind has, for whoever puts one kind in the place of another.

use serde_json::{Map, Value};

use super::schema::{Schema, Wanted};
use crate::TrainSpec;

/// The settings of a kind at a place of a training recipe such as `train.optimizer`, `kind` among them; absent where no
/// such kind may stand there.
pub fn settings_of_kind(place: &str, kind: &str) -> Option<Vec<String>> {
    let schema = Schema::of::<TrainSpec>();
    let mut forms = vec![&schema.root];
    for step in place.split('.') {
        forms = forms.into_iter().flat_map(|form| below(&schema, form, step)).collect();
    }
    forms.into_iter().find_map(|form| {
        let Wanted::Kinds(kinds) = schema.wanted(form) else { return None };
        let (_, settings) = kinds.into_iter().find(|(name, _)| *name == kind)?;
        Some(settings_in(settings)?.keys().cloned().collect())
    })
}

/// What may stand one step below a form.
fn below<'s>(schema: &'s Schema, form: &'s Value, step: &str) -> Vec<&'s Value> {
    match schema.wanted(form) {
        Wanted::Settings { properties, .. } => properties.get(step).into_iter().collect(),
        Wanted::Kinds(kinds) => {
            kinds.into_iter().filter_map(|(_, settings)| settings_in(settings)?.get(step)).collect()
        }
        Wanted::Named(inner) | Wanted::List(inner) => vec![inner],
        _ => Vec::new(),
    }
}

fn settings_in(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties").and_then(Value::as_object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_the_settings_of_its_place() {
        let cases: [(&str, &str, Option<&[&str]>); 8] = [
            ("train.optimizer", "sgd", Some(&["kind", "learning_rate", "momentum", "nesterov"])),
            ("train.loss", "huber", Some(&["delta", "kind"])),
            ("train.loss", "mse", Some(&["kind"])),
            ("train.schedule", "constant", Some(&["kind"])),
            ("network.0", "flatten", Some(&["kind"])),
            ("train.optimizer", "huber", None),
            ("train.epochs", "sgd", None),
            ("nowhere", "sgd", None),
        ];
        for (place, kind, settings) in cases {
            let found = settings_of_kind(place, kind).map(|mut found| {
                found.sort();
                found
            });
            let wanted: Option<Vec<String>> =
                settings.map(|settings| settings.iter().map(|name| (*name).to_owned()).collect());
            assert_eq!(found, wanted, "{place} {kind}");
        }
    }
}
