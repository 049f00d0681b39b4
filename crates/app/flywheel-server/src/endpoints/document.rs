//! The OpenAPI document's frame: what the interface is for, and its parts.

use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, tag::TagBuilder};

/// The parts of the interface, in the order of the work.
const TAGS: &[(&str, &str)] = &[
    ("project", "The project as a whole."),
    ("tables", "Data: imported, listed, profiled."),
    (
        "questions",
        "What people do: trends, funnels, retention and their kin, in one's own words too, and SQL.",
    ),
    ("feedback", "What people say: themes, search, and what to improve."),
    ("support", "Customers answered, and what waits for a person."),
    ("recipes", "What to train: drafted from a table, checked before anything runs."),
    ("runs", "Training: started, followed live, stopped, compared."),
    ("models", "What came out: versions, deployment, predictions, monitoring."),
    ("predictions", "The truth about earlier predictions."),
    ("capture", "Where events arrive: PostHog's and Segment's protocols, and surveys."),
    ("events", "Collected events: the catalogue, the newest, what was kept aside."),
    ("people", "Who is whom, and everything of one person, given out or erased."),
    ("inference", "The Open Inference Protocol, version 2 (KServe, Triton)."),
    ("server", "The server itself."),
];

/// The document without its endpoints.
pub fn frame() -> OpenApi {
    let license = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let info = InfoBuilder::new()
        .title("Flywheel")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "What users do and say becomes answers and what to improve; a table becomes a served, watched model. Whatever cannot be done is answered with an RFC 9457 problem \
             that names every mistake at once, in the language of `Accept-Language` (`en` or `zh-CN`); \
             addresses below `/v2` answer with the Open Inference Protocol's `{\"error\": \"…\"}`.",
        ))
        .license(Some(license))
        .build();
    let tag =
        |&(name, sentence): &(&str, &str)| TagBuilder::new().name(name).description(Some(sentence)).build();
    OpenApiBuilder::new().info(info).tags(Some(TAGS.iter().map(tag))).build()
}

/// The document as it is served and kept in `docs/openapi.json`.
pub fn text(openapi: &OpenApi) -> String {
    let mut openapi = openapi.clone();
    name_operations(&mut openapi);
    let mut text = openapi.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// One handler may answer several methods of an address; each of these operations has a name of its own.
fn name_operations(openapi: &mut OpenApi) {
    for item in openapi.paths.paths.values_mut() {
        let methods = [("get", &mut item.get), ("post", &mut item.post), ("options", &mut item.options)];
        let mut first: Option<String> = None;
        for (method, operation) in methods {
            let Some(name) = operation.as_mut().and_then(|operation| operation.operation_id.as_mut()) else {
                continue;
            };
            match &first {
                Some(first) if first == name => name.push_str(&format!("_{method}")),
                Some(_) => {}
                None => first = Some(name.clone()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    use super::*;

    /// `UPDATE_OPENAPI=1 cargo test -p flywheel-server` writes the document anew.
    #[test]
    fn the_kept_document_is_the_servers_own() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/openapi.json");
        let fresh = text(&crate::endpoints::openapi());
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(&path, &fresh).expect("docs can be written");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == fresh,
            "docs/openapi.json is stale: run `UPDATE_OPENAPI=1 cargo test -p flywheel-server`"
        );
    }

    #[test]
    fn every_endpoint_says_what_it_is_and_shows_an_example() {
        let document: Value = serde_json::from_str(&text(&crate::endpoints::openapi())).expect("JSON");
        let mut names = Vec::new();
        for (path, item) in document["paths"].as_object().expect("paths") {
            for (method, operation) in item.as_object().expect("operations") {
                let place = format!("{method} {path}");
                assert!(operation["summary"].is_string(), "{place} has no sentence");
                assert!(operation["tags"][0].is_string(), "{place} has no tag");
                names.push(operation["operationId"].as_str().expect("a name").to_owned());
                let documented = operation.to_string();
                assert!(documented.contains("\"example\""), "{place} has no worked example");
            }
        }
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count, "two operations have one name");
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document: Value = serde_json::from_str(&text(&crate::endpoints::openapi())).expect("JSON");
        let mut open = vec![&document];
        while let Some(value) = open.pop() {
            match value {
                Value::Object(object) => {
                    if let Some(Value::String(reference)) = object.get("$ref") {
                        let pointer = reference.trim_start_matches('#');
                        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
                    }
                    open.extend(object.values());
                }
                Value::Array(items) => open.extend(items),
                _ => {}
            }
        }
    }
}
