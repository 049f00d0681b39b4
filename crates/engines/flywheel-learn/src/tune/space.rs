//! What tuning may change: settings by their path in the recipe, each a range or some choices.

use flywheel_spec::recipe::{SearchSpec, TrainSpec};
use flywheel_spec::{Language, Problem, Problems, check, draft, phrase};
use flywheel_stats::chance::Chance;
use serde_json::{Map, Value};

/// The settings that may change, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    /// In the order of the recipe.
    pub settings: Vec<Setting>,
}

/// One setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its path, such as `train.optimizer.learning_rate`.
    pub path: String,
    /// Its values.
    pub values: Values,
}

/// The values that a setting may take.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Numbers from a range.
    Range {
        /// Smallest.
        low: f64,
        /// Largest.
        high: f64,
        /// Drawn evenly in the logarithm.
        log: bool,
        /// Whole numbers only.
        integer: bool,
    },
    /// One of these.
    Choices(Vec<Value>),
}

impl Space {
    /// Checks what the recipe allows to change: ranges, and that the recipe still reads with every end of a range and every
    /// choice in its place; all mistakes at once.
    pub fn of(spec: &TrainSpec, search: &[SearchSpec]) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        if search.is_empty() {
            problems.push(
                Problem::error(phrase!("tune.nothing_to_search"))
                    .advise(phrase!("tune.nothing_to_search_advice"))
                    .at_setting("tune.search"),
            );
        }
        let mut settings = Vec::new();
        for (index, one) in search.iter().enumerate() {
            let place = format!("tune.search.{index}");
            let Some(values) = values(one, &place, &mut problems) else { continue };
            let setting = Setting { path: one.path.clone(), values };
            let before = problems.problems.len();
            for extreme in setting.extremes() {
                if problems.problems.len() == before {
                    if let Err(found) = apply(spec, [(setting.path.as_str(), &extreme)]) {
                        problems.push(refused(&setting.path, &extreme, &found, &place));
                    }
                }
            }
            settings.push(setting);
        }
        problems.settle(Self { settings }).map(|(space, _)| space)
    }

    /// The recipe with these values in the settings' places, checked as any recipe is.
    pub fn apply(&self, spec: &TrainSpec, values: &[Value]) -> Result<TrainSpec, Problems> {
        apply(spec, self.settings.iter().map(|setting| setting.path.as_str()).zip(values))
    }

    /// The values that the recipe has now; absent unless every one could have been drawn.
    pub fn current(&self, spec: &TrainSpec) -> Option<Vec<Value>> {
        let document = serde_json::to_value(spec).ok()?;
        self.settings
            .iter()
            .map(|setting| {
                let value = find(&document, &setting.path)?;
                setting.allows(value).then(|| value.clone())
            })
            .collect()
    }

    /// Independent draws.
    pub fn draw(&self, chance: &Chance) -> Vec<Value> {
        let draw = |(index, setting): (usize, &Setting)| {
            let mut chance = chance.stream(index as u64);
            match setting.span() {
                Some((low, high)) => setting.value(chance.between(low, high)),
                None => chance.pick(setting.choices()).clone(),
            }
        };
        self.settings.iter().enumerate().map(draw).collect()
    }
}

impl Setting {
    /// The range as it is searched: in the logarithm if asked for, half a step wider for whole numbers; absent for choices.
    pub(super) fn span(&self) -> Option<(f64, f64)> {
        let Values::Range { low, high, log, integer } = self.values else { return None };
        let (low, high) = if integer { (low.ceil() - 0.5, high.floor() + 0.5) } else { (low, high) };
        Some(if log { (low.ln(), high.ln()) } else { (low, high) })
    }

    /// The value at a point of the span.
    pub(super) fn value(&self, point: f64) -> Value {
        let Values::Range { low, high, log, integer } = self.values else { return Value::Null };
        let number = if log { point.exp() } else { point };
        if integer {
            return Value::from(number.round().clamp(low.ceil(), high.floor()) as i64);
        }
        // Seven digits are enough to type and to repeat.
        let rounded = format!("{number:.6e}").parse().unwrap_or(number);
        Value::from(f64::clamp(rounded, low, high))
    }

    /// The point of the span where a value lies; the position of a choice.
    pub(super) fn point(&self, value: &Value) -> Option<f64> {
        match &self.values {
            Values::Range { log, .. } => {
                let number = value.as_f64()?;
                Some(if *log { number.ln() } else { number })
            }
            Values::Choices(choices) => {
                choices.iter().position(|choice| choice == value).map(|place| place as f64)
            }
        }
    }

    pub(super) fn choices(&self) -> &[Value] {
        match &self.values {
            Values::Choices(choices) => choices,
            Values::Range { .. } => &[],
        }
    }

    fn allows(&self, value: &Value) -> bool {
        match &self.values {
            Values::Choices(choices) => choices.contains(value),
            Values::Range { low, high, .. } => {
                value.as_f64().is_some_and(|number| (*low..=*high).contains(&number))
            }
        }
    }

    fn extremes(&self) -> Vec<Value> {
        match (&self.values, self.span()) {
            (Values::Choices(choices), _) => choices.clone(),
            (Values::Range { .. }, Some((low, high))) => vec![self.value(low), self.value(high)],
            (Values::Range { .. }, None) => Vec::new(),
        }
    }
}

fn values(search: &SearchSpec, place: &str, problems: &mut Problems) -> Option<Values> {
    let mut refuse = |key: &str| {
        problems.push(
            Problem::error(flywheel_spec::Phrase::new(key).with("path", &search.path))
                .advise(phrase!("tune.search_advice", path = search.path))
                .at_setting(place),
        );
        None
    };
    match (search.low, search.high, search.choices.as_slice()) {
        (None, None, []) => refuse("tune.neither"),
        (Some(_), _, [_, ..]) | (_, Some(_), [_, ..]) => refuse("tune.both"),
        (None, None, choices) => Some(Values::Choices(choices.to_vec())),
        (Some(low), Some(high), []) if !(low < high) => refuse("tune.empty_range"),
        (Some(low), Some(_), []) if search.log && low <= 0.0 => refuse("tune.log_of_nothing"),
        (Some(low), Some(high), []) if search.integer && low.ceil() >= high.floor() => {
            refuse("tune.empty_range")
        }
        (Some(low), Some(high), []) => {
            Some(Values::Range { low, high, log: search.log, integer: search.integer })
        }
        _ => refuse("tune.half_range"),
    }
}

fn apply<'a>(
    spec: &TrainSpec,
    changes: impl IntoIterator<Item = (&'a str, &'a Value)>,
) -> Result<TrainSpec, Problems> {
    let broken = |reason: String| Problems::one(Problem::error(phrase!("tune.unreadable", reason = reason)));
    let mut document = serde_json::to_value(spec).map_err(|error| broken(error.to_string()))?;
    // A kind comes last: settings that it does not have go with the kind that had them.
    let (kinds, others): (Vec<_>, Vec<_>) =
        changes.into_iter().partition(|(path, _)| path.ends_with(".kind"));
    for (path, value) in others.into_iter().chain(kinds) {
        let done = match path.strip_suffix(".kind") {
            Some(place) => put_kind(&mut document, place, value),
            None => put(&mut document, path, value),
        };
        if !done {
            return Err(Problem::error(phrase!("tune.no_such_path", path = path)).into());
        }
    }
    let changed: TrainSpec = match serde_json::from_value(document.clone()) {
        Ok(changed) => changed,
        Err(error) => return Err(misread(document).unwrap_or_else(|| broken(error.to_string()))),
    };
    // The recipe's own check knows the bounds of every setting.
    let text = draft::recipe_text(&changed, "recipe.toml", Language::En);
    check::read_recipe(&text, "recipe.toml").map(|_| changed)
}

/// What the recipe's own check says of a document that does not read: in the user's words, with the nearest known name.
fn misread(mut document: Value) -> Option<Problems> {
    without_nulls(&mut document);
    let text = draft::table_text(document.as_object()?);
    check::read_recipe(&text, "recipe.toml").err()
}

/// TOML has no form for what is not set.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(settings) => {
            settings.retain(|_, value| !value.is_null());
            settings.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

fn refused(path: &str, value: &Value, found: &Problems, place: &str) -> Problem {
    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut problem = Problem::error(phrase!("tune.refused", path = path, value = value));
    if let Some(first) = found.problems.first() {
        problem.message = problem.message.with_phrase("reason", &first.message);
        problem.advice = first.advice.clone();
    }
    problem.at_setting(place)
}

/// Puts a kind at a place, which keeps of its settings those that this kind has too.
fn put_kind(document: &mut Value, place: &str, kind: &Value) -> bool {
    if let Some(known) = kind.as_str().and_then(|kind| check::settings_of_kind(place, kind)) {
        if find(document, place).is_none_or(Value::is_null) {
            put(document, place, &Value::Object(Map::new()));
        }
        if let Some(Value::Object(settings)) = find_mut(document, place) {
            settings.retain(|name, _| known.contains(name));
        }
    }
    put(document, &format!("{place}.kind"), kind)
}

/// Puts a value at a path; a setting that stands at its default and is not written is added.
fn put(document: &mut Value, path: &str, value: &Value) -> bool {
    let Some((parent, last)) = path.rsplit_once('.') else {
        return put_in(document, path, value);
    };
    find_mut(document, parent).is_some_and(|place| put_in(place, last, value))
}

fn put_in(place: &mut Value, last: &str, value: &Value) -> bool {
    match place {
        Value::Object(object) => {
            object.insert(last.to_owned(), value.clone());
            true
        }
        Value::Array(array) => match last.parse().ok().and_then(|index: usize| array.get_mut(index)) {
            Some(element) => {
                *element = value.clone();
                true
            }
            None => false,
        },
        _ => false,
    }
}

fn find<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(document, |place, step| match place {
        Value::Object(object) => object.get(step),
        Value::Array(array) => array.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

fn find_mut<'a>(document: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    path.split('.').try_fold(document, |place, step| match place {
        Value::Object(object) => object.get_mut(step),
        Value::Array(array) => array.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })
}
