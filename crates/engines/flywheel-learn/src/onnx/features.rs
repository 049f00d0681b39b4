//! What goes in: rows of prepared numbers, or images; and what each of a row's numbers stands for.

use super::graph::Graph;
use super::layers::sizes;
use super::proto::{AttributeProto, INT64, ValueInfoProto};
use crate::network::{InputPlan, Shape};
use crate::prepare::{CategoryCode, Code, ColumnCode, MissingCategory, Preparation, TimePart};

/// The name of what goes in.
pub const FEATURES: &str = "features";

/// What goes in: the numbers, then the place of each embedded category; images channel by channel.
pub fn value(plan: &InputPlan) -> ValueInfoProto {
    match plan {
        InputPlan::Images(shape) => ValueInfoProto::rows(FEATURES, &sizes(Shape::Image(*shape))),
        InputPlan::Rows { numbers, embeddings } => {
            ValueInfoProto::rows(FEATURES, &[numbers + embeddings.len()])
        }
    }
}

/// Adds what stands before the first layer: places become the vectors that were learned of them.
pub fn read(graph: &mut Graph<'_>, plan: &InputPlan) -> String {
    let InputPlan::Rows { numbers, embeddings } = plan else { return FEATURES.to_owned() };
    if embeddings.is_empty() {
        return FEATURES.to_owned();
    }
    let axis = || vec![AttributeProto::int("axis", 1)];
    let mut parts = Vec::new();
    if *numbers > 0 {
        let [from, to, along] = [0, *numbers, 1].map(|place| graph.places(place));
        parts.push(graph.node("Slice", &[FEATURES, &from, &to, &along], Vec::new()));
    }
    for index in 0..embeddings.len() {
        let column = graph.place(numbers + index);
        let found = graph.node("Gather", &[FEATURES, &column], axis());
        let place = graph.node("Cast", &[&found], vec![AttributeProto::int("to", i64::from(INT64))]);
        let vectors = graph.weight(&format!("embeddings.{index}.weight"));
        parts.push(graph.node("Gather", &[&vectors, &place], vec![AttributeProto::int("axis", 0)]));
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    graph.node("Concat", &parts, axis())
}

/// What each number of a row stands for, in order; of an image, the column alone.
pub fn names(preparation: &Preparation) -> Vec<String> {
    let columns = &preparation.columns;
    let places = columns.iter().filter(|column| column.embedding().is_some());
    let places = places.map(|column| format!("{} (place)", column.name));
    columns.iter().flat_map(of_column).chain(places).collect()
}

fn of_column(column: &ColumnCode) -> Vec<String> {
    let name = &column.name;
    let is = |value: &str| format!("{name}={value}");
    let part = |part: &str| format!("{name} ({part})");
    let (mut names, indicator) = match &column.code {
        Code::Number(code) => (vec![name.clone()], code.indicator),
        Code::Boolean(code) => (vec![is(&code.yes)], code.indicator),
        Code::Category(_) if column.embedding().is_some() => (Vec::new(), column.width() > 0),
        Code::Category(code) => (of_category(code, is, part), code.indicator),
        Code::Time(code) => {
            let names = code.parts.iter().flat_map(|moment| of_moment(*moment));
            (names.map(|name| part(name)).collect(), code.indicator)
        }
        Code::Image(_) => (vec![name.clone()], false),
        // A model that reads texts is not written as ONNX.
        Code::Text(_) => (Vec::new(), false),
    };
    names.extend(indicator.then(|| part("missing")));
    names
}

fn of_category(
    code: &CategoryCode,
    is: impl Fn(&str) -> String,
    part: impl Fn(&str) -> String,
) -> Vec<String> {
    let mut names = vec![part("unseen")];
    names.extend(code.categories.iter().map(|category| is(category)));
    if code.missing == (MissingCategory::Own {}) {
        names.push(part("missing"));
    }
    names
}

fn of_moment(part: TimePart) -> &'static [&'static str] {
    match part {
        TimePart::Elapsed => &["elapsed"],
        TimePart::Year => &["year"],
        TimePart::Month => &["month, sine", "month, cosine"],
        TimePart::Day => &["day"],
        TimePart::Weekday => &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        TimePart::Hour => &["hour, sine", "hour, cosine"],
    }
}
