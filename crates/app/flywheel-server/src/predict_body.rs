//! Reads the body of a prediction: rows or images, and every mistake at once.

use flywheel_spec::predict::{ImageInput, PredictRequest};
use flywheel_spec::{Problem, Problems, phrase};
use serde_json::{Map, Value};

use crate::body::{self, Unread};
use crate::failure::Failure;
use crate::nearest::nearest;

/// Mistakes of one body that are shown; the rest is counted.
const SHOWN: usize = 50;

/// Reads a body of JSON.
///
/// A good body is read in one pass; only one that does not fit is walked again, to name all that is wrong with it.
/// What only the model can judge (columns, categories, the size of an image) is not judged here.
///
/// # Errors
/// 400 when it is not JSON, 422 when it is JSON of another shape or asks nothing.
pub fn read(bytes: &[u8]) -> Result<PredictRequest, Failure> {
    let mut problems = Problems::default();
    let request = match body::read::<PredictRequest>(bytes) {
        Ok(request) => request,
        Err(Unread::NotJson(problem)) => return Err(Failure::bad_request(problem)),
        Err(Unread::Shape(first)) => {
            if let Ok(value) = serde_json::from_slice(bytes) {
                walk(&value, &mut problems);
            }
            if problems.problems.is_empty() {
                problems.push(first);
            }
            return Err(Failure::invalid(shown(problems)));
        }
    };
    check(&request, &mut problems);
    if problems.stop() { Err(Failure::invalid(shown(problems))) } else { Ok(request) }
}

/// What the types allow and the meaning does not.
fn check(request: &PredictRequest, problems: &mut Problems) {
    if request.rows.is_empty() == request.images.is_empty() {
        let key = if request.rows.is_empty() { "server.nothing_asked" } else { "server.rows_and_images" };
        problems.push(Problem::error(phrase!(key)).advise(phrase!("server.predict_advice")));
    }
    for (at, row) in request.rows.iter().enumerate() {
        cells(at, row, problems);
    }
    for (at, image) in request.images.iter().enumerate() {
        one_form(at, image, problems);
    }
}

fn cells(at: usize, row: &Map<String, Value>, problems: &mut Problems) {
    for (column, value) in row {
        if value.is_object() || value.is_array() {
            let found = body::shortened(&value.to_string());
            let problem = Problem::error(phrase!("server.cell", column = column, found = found));
            problems.push(
                problem.at_setting(format!("rows.{at}.{column}")).at_row(at as u64 + 1).in_column(column),
            );
        }
    }
}

fn one_form(at: usize, image: &ImageInput, problems: &mut Problems) {
    let place = format!("images.{at}");
    if image.png.is_some() == image.pixels.is_some() {
        let problem = Problem::error(phrase!("server.image_form", image = at + 1));
        problems.push(problem.at_setting(place.as_str()).at_row(at as u64 + 1));
    }
    let outside =
        image.pixels.iter().flatten().enumerate().find(|(_, pixel)| !(0.0..=255.0).contains(*pixel));
    if let Some((position, pixel)) = outside {
        let problem =
            Problem::error(phrase!("server.pixel", image = at + 1, position = position, found = pixel));
        problems.push(problem.at_setting(format!("{place}.pixels.{position}")).at_row(at as u64 + 1));
    }
}

/// Names everything in a document that is not of a request's shape.
fn walk(value: &Value, problems: &mut Problems) {
    let Value::Object(request) = value else {
        let problem = body::wrong_kind("", "{\"rows\": [{…}]}", value);
        problems.push(problem.advise(phrase!("server.predict_advice")));
        return;
    };
    known_keys(request, "", &["rows", "images", "preview"], problems);
    if let Some(preview) = request.get("preview").filter(|preview| !preview.is_boolean()) {
        problems.push(body::wrong_kind("preview", "true", preview));
    }
    for (at, row) in list(request, "rows", problems).iter().enumerate() {
        match row {
            Value::Object(row) => cells(at, row, problems),
            other => problems.push(body::wrong_kind(&format!("rows.{at}"), "{\"…\": …}", other)),
        }
    }
    for (at, image) in list(request, "images", problems).iter().enumerate() {
        match image {
            Value::Object(image) => walk_image(at, image, problems),
            other => problems.push(body::wrong_kind(&format!("images.{at}"), "{\"png\": \"…\"}", other)),
        }
    }
}

fn walk_image(at: usize, image: &Map<String, Value>, problems: &mut Problems) {
    let place = format!("images.{at}");
    known_keys(image, &place, &["png", "pixels"], problems);
    if let Some(png) = image.get("png").filter(|png| !png.is_string() && !png.is_null()) {
        problems.push(body::wrong_kind(&format!("{place}.png"), "\"iVBORw0KGgo…\"", png));
    }
    match image.get("pixels") {
        None | Some(Value::Null) => {}
        Some(Value::Array(pixels)) => {
            if let Some((position, found)) = pixels.iter().enumerate().find(|(_, pixel)| !pixel.is_number()) {
                problems.push(body::wrong_kind(&format!("{place}.pixels.{position}"), "0–255", found));
            }
        }
        Some(other) => problems.push(body::wrong_kind(&format!("{place}.pixels"), "[0, 12, 255, …]", other)),
    }
}

fn known_keys(object: &Map<String, Value>, place: &str, known: &[&str], problems: &mut Problems) {
    for key in object.keys().filter(|key| !known.contains(&key.as_str())) {
        let nearest = nearest(key, known.iter().copied()).unwrap_or_default();
        let setting = if place.is_empty() { key.clone() } else { format!("{place}.{key}") };
        problems.push(
            Problem::error(phrase!("server.unknown_key", found = key, nearest = nearest)).at_setting(setting),
        );
    }
}

fn list<'v>(object: &'v Map<String, Value>, key: &str, problems: &mut Problems) -> &'v [Value] {
    match object.get(key) {
        None => &[],
        Some(Value::Array(items)) => items,
        Some(other) => {
            problems.push(body::wrong_kind(key, "[…]", other));
            &[]
        }
    }
}

fn shown(mut problems: Problems) -> Problems {
    let more = problems.problems.len().saturating_sub(SHOWN);
    if more > 0 {
        problems.problems.truncate(SHOWN);
        problems.push(Problem::error(phrase!("server.more_mistakes", more = more)));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Status, and code with place of every mistake.
    fn picture(text: &str) -> String {
        let failure = read(text.as_bytes()).expect_err(text);
        let mut picture = failure.status.as_u16().to_string();
        for problem in &failure.problems {
            picture.push_str(&format!(
                " {}@{}",
                problem.code,
                problem.place.setting.as_deref().unwrap_or("-")
            ));
        }
        picture
    }

    #[test]
    fn good_bodies_are_read() {
        let rows =
            read(br#"{"rows": [{"age": 41, "plan": "basic", "since": null, "vip": true}]}"#).expect("rows");
        assert_eq!(rows.rows[0]["age"], 41);
        let images =
            read(br#"{"images": [{"pixels": [0, 12.5, 255]}, {"png": "iVBORw0KGgo="}]}"#).expect("images");
        assert_eq!(images.images[0].pixels.as_deref(), Some(&[0.0, 12.5, 255.0][..]));
    }

    #[test]
    fn bad_bodies_are_named() {
        for (text, expected) in [
            ("", "400 server.empty_body@-"),
            ("{", "400 server.not_json@-"),
            ("rows=1", "400 server.not_json@-"),
            ("{\"rows\": [{\"a\": NaN}]}", "400 server.not_a_number@-"),
            ("[]", "422 server.wrong_kind@-"),
            ("{}", "422 server.nothing_asked@-"),
            ("{\"rows\": [], \"images\": []}", "422 server.nothing_asked@-"),
            ("{\"rows\": [{}], \"images\": [{\"png\": \"\"}]}", "422 server.rows_and_images@-"),
            ("{\"row\": [{}]}", "422 server.unknown_key@row"),
            ("{\"rows\": {}}", "422 server.wrong_kind@rows"),
            ("{\"rows\": [1, {}, \"x\"]}", "422 server.wrong_kind@rows.0 server.wrong_kind@rows.2"),
            ("{\"rows\": [{\"a\": [1], \"b\": {}}]}", "422 server.cell@rows.0.a server.cell@rows.0.b"),
            (
                "{\"images\": [{}, {\"png\": \"x\", \"pixels\": [1]}]}",
                "422 server.image_form@images.0 server.image_form@images.1",
            ),
            (
                "{\"images\": [{\"pixels\": [0, 256]}, {\"pixels\": [-1]}]}",
                "422 server.pixel@images.0.pixels.1 server.pixel@images.1.pixels.0",
            ),
            (
                "{\"images\": [{\"pixel\": [1]}, {\"pixels\": [\"1\"]}, {\"png\": 3}, 4]}",
                "422 server.unknown_key@images.0.pixel server.wrong_kind@images.1.pixels.0 server.wrong_kind@images.2.png server.wrong_kind@images.3",
            ),
        ] {
            assert_eq!(picture(text), expected, "{text}");
        }
    }

    #[test]
    fn thousands_of_mistakes_are_counted_and_not_listed() {
        let text = format!("{{\"rows\": [{}]}}", ["1"; 2000].join(","));
        let failure = read(text.as_bytes()).expect_err("mistakes");
        assert_eq!(failure.problems.len(), SHOWN + 1);
        assert_eq!(failure.problems[SHOWN].message.args["more"], "1950");
    }
}
