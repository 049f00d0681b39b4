//! The schema of a spec type as plain JSON, with the few questions that the walk asks of it.

use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A type's schema with everything that it refers to.
#[derive(Debug, Clone)]
pub(super) struct Schema {
    /// The type itself.
    pub root: Value,
    named: Map<String, Value>,
}

/// What a place in a document may hold.
pub(super) enum Wanted<'s> {
    /// A table with these settings and no other.
    Settings { properties: &'s Map<String, Value>, required: Vec<&'s str> },
    /// A table that says by `kind` which settings it has.
    Kinds(Vec<(&'s str, &'s Value)>),
    /// A table with names of the user's own, all of one form.
    Named(&'s Value),
    /// A list, all of one form.
    List(&'s Value),
    /// One of a few words.
    Words(Vec<&'s str>),
    /// Any text.
    Text,
    /// True or false.
    Bool,
    /// A number.
    Number { whole: bool, low: Option<f64>, high: Option<f64> },
    /// Whatever stands there.
    Anything,
}

impl Schema {
    /// The schema of a type.
    pub fn of<T: ToSchema>() -> Self {
        let mut referred = Vec::new();
        T::schemas(&mut referred);
        let json = |schema| serde_json::to_value(schema).unwrap_or(Value::Null);
        let mut named: Map<String, Value> =
            referred.into_iter().map(|(name, schema)| (name, json(schema))).collect();
        let mut root = json(T::schema());
        let parts = named.clone();
        named.values_mut().for_each(|schema| join_parts(schema, &parts));
        join_parts(&mut root, &parts);
        Self { root, named }
    }

    /// What the schema at hand asks for, references followed and `null` set aside (TOML has none).
    pub(super) fn wanted<'s>(&'s self, schema: &'s Value) -> Wanted<'s> {
        let schema = self.resolve(schema);
        if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
            return self.choices(choices);
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array) {
            return Wanted::Words(words.iter().filter_map(Value::as_str).collect());
        }
        let number =
            |whole| Wanted::Number { whole, low: bound(schema, "minimum"), high: bound(schema, "maximum") };
        match type_of(schema) {
            Some("string") => Wanted::Text,
            Some("boolean") => Wanted::Bool,
            Some("integer") => number(true),
            Some("number") => number(false),
            Some("array") => Wanted::List(schema.get("items").unwrap_or(&Value::Null)),
            Some("object") => object(schema),
            _ => Wanted::Anything,
        }
    }

    fn choices<'s>(&'s self, choices: &'s [Value]) -> Wanted<'s> {
        let real: Vec<&Value> = choices.iter().filter(|choice| type_of(choice) != Some("null")).collect();
        if let [only] = real[..] {
            return self.wanted(only);
        }
        let kinds: Vec<(&str, &Value)> = real
            .iter()
            .filter_map(|choice| kind_of(self.resolve(choice)).map(|kind| (kind, self.resolve(choice))))
            .collect();
        if kinds.len() == real.len() { Wanted::Kinds(kinds) } else { Wanted::Anything }
    }

    /// What the schema calls by that name.
    pub(super) fn called(&self, name: &str) -> Option<&Value> {
        self.named.get(name)
    }

    /// The paths at which a setting of that name may stand, shortest first.
    pub(super) fn homes(&self, name: &str) -> Vec<String> {
        let mut homes = Vec::new();
        self.collect_homes(&self.root, name, "", 0, &mut homes);
        homes.sort_by_key(|home| (home.matches('.').count(), home.clone()));
        homes.dedup();
        homes
    }

    fn collect_homes(&self, schema: &Value, name: &str, path: &str, depth: usize, homes: &mut Vec<String>) {
        if depth > 6 {
            return;
        }
        let mut visit = |properties: &Map<String, Value>| {
            for (key, inner) in properties.iter().filter(|(key, _)| *key != "kind") {
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                if key == name {
                    homes.push(below.clone());
                }
                self.collect_homes(inner, name, &below, depth + 1, homes);
            }
        };
        match self.wanted(schema) {
            Wanted::Settings { properties, .. } => visit(properties),
            Wanted::Kinds(kinds) => {
                for (_, variant) in kinds {
                    if let Some(properties) = variant.get("properties").and_then(Value::as_object) {
                        visit(properties);
                    }
                }
            }
            _ => {}
        }
    }

    fn resolve<'s>(&'s self, schema: &'s Value) -> &'s Value {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
        name.and_then(|name| self.named.get(name)).unwrap_or(schema)
    }
}

/// Makes one table of what a variant with a type of its own is written as: the type's settings and its `kind`.
fn join_parts(schema: &mut Value, named: &Map<String, Value>) {
    let parts = schema.get_mut("allOf").and_then(Value::as_array_mut).map(std::mem::take);
    if let (Some(parts), Some(whole)) = (parts, schema.as_object_mut()) {
        whole.remove("allOf");
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for part in &parts {
            let name = part.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
            let mut part = name.and_then(|name| named.get(name)).unwrap_or(part).clone();
            join_parts(&mut part, named);
            if let Some(Value::Object(more)) = part.get_mut("properties").map(Value::take) {
                properties.extend(more);
            }
            if let Some(Value::Array(more)) = part.get_mut("required").map(Value::take) {
                required.extend(more);
            }
        }
        whole.insert("type".to_owned(), "object".into());
        whole.insert("properties".to_owned(), properties.into());
        whole.insert("required".to_owned(), required.into());
        return;
    }
    match schema {
        Value::Object(inner) => inner.values_mut().for_each(|value| join_parts(value, named)),
        Value::Array(inner) => inner.iter_mut().for_each(|value| join_parts(value, named)),
        _ => {}
    }
}

fn object(schema: &Value) -> Wanted<'_> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return match schema.get("additionalProperties") {
            Some(values) if values.is_object() => Wanted::Named(values),
            _ => Wanted::Anything,
        };
    };
    let required = schema.get("required").and_then(Value::as_array);
    Wanted::Settings {
        properties,
        required: required.into_iter().flatten().filter_map(Value::as_str).collect(),
    }
}

fn kind_of(schema: &Value) -> Option<&str> {
    schema.pointer("/properties/kind/enum/0").and_then(Value::as_str)
}

fn bound(schema: &Value, name: &str) -> Option<f64> {
    schema.get(name).and_then(Value::as_f64)
}

fn type_of(schema: &Value) -> Option<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => Some(one),
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    }
}
