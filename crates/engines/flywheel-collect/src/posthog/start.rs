//! What PostHog's clients ask before and beside sending: flags and configuration, answered so that they start cleanly.
//!
//! Flags come later; until then there are none, and nothing is switched on that this server has no door for.
//! `surveys` is left out on purpose: posthog-js fetches a script for them even when it is told `false`.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::arrival::{Answer, Delivery};
use crate::refusal::Refusal;
use crate::unpack::{by_content, by_header, of_form};

/// The key in a request for flags: in its query, its body or its bearer's header.
///
/// The header comes last: posthog-python and posthog-node carry a person's own key there, the project's in the query.
///
/// # Errors
/// A body that cannot be unpacked, or no key.
pub fn key(authorization: &str, delivery: &Delivery<'_>) -> Result<String, Refusal> {
    for name in ["token", "api_key"] {
        let key = of_form(delivery.query.as_bytes(), name).and_then(|key| String::from_utf8(key).ok());
        if let Some(key) = key.filter(|key| !key.trim().is_empty()) {
            return Ok(key.trim().to_owned());
        }
    }
    if delivery.body.trim_ascii().is_empty() {
        return super::v1::key(authorization);
    }
    let text = by_content(by_header(delivery.encoding, delivery.body)?)?;
    let body: Value = serde_json::from_slice(&text).map_err(|_| Refusal::NotJson { at: 0 })?;
    let key = ["token", "api_key", "$token"].into_iter().find_map(|name| body.get(name)?.as_str());
    let key = key.map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned);
    key.map_or_else(|| super::v1::key(authorization), Ok)
}

/// `/flags/?v=2` and `/decide`: no flags, without an error.
pub fn flags(key: &str, with_config: bool, request: Uuid, now: i64) -> Answer {
    let mut body = json!({
        "errorsWhileComputingFlags": false,
        "flags": {},
        "featureFlags": {},
        "featureFlagPayloads": {},
        "requestId": request.to_string(),
        "evaluatedAt": now / 1000,
    });
    if with_config && let (Value::Object(body), Value::Object(config)) = (&mut body, configuration(key)) {
        body.extend(config);
    }
    Answer::json(200, &body)
}

/// `/flags/definitions` and `/api/feature_flag/local_evaluation`: nothing to evaluate.
pub fn definitions() -> Answer {
    Answer::json(200, &json!({"flags": [], "group_type_mapping": {}, "cohorts": {}}))
}

/// `/array/{token}/config`.
pub fn config(key: &str) -> Answer {
    Answer::json(200, &configuration(key))
}

/// `/array/{token}/config.js`: the same as a script that posthog-js loads.
pub fn config_script(key: &str) -> Answer {
    let key_text = script_text(key);
    let body = format!(
        "(function(){{window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{{}};\
         window._POSTHOG_REMOTE_CONFIG[{key_text}]={{config:{},siteApps:[]}}}})();",
        configuration(key)
    );
    Answer {
        status: 200,
        media: "text/javascript; charset=utf-8",
        body: body.into_bytes(),
        retry_after_secs: None,
    }
}

fn configuration(key: &str) -> Value {
    json!({
        "token": key,
        "supportedCompression": ["gzip", "gzip-js"],
        "hasFeatureFlags": false,
        "captureDeadClicks": false,
        "capturePerformance": false,
        "autocapture_opt_out": false,
        "autocaptureExceptions": false,
        "analytics": {"endpoint": "/i/v0/e/"},
        "elementsChainAsString": true,
        "errorTracking": {"autocaptureExceptions": false, "suppressionRules": []},
        "logs": {"captureConsoleLogs": false},
        "sessionRecording": false,
        "heatmaps": false,
        "productTours": false,
        "conversations": false,
        "defaultIdentifiedOnly": true,
        "toolbarParams": {},
        "isAuthenticated": false,
        "siteApps": [],
    })
}

/// A text inside a script; `<` cannot end it.
fn script_text(text: &str) -> String {
    Value::from(text).to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked<'r>(query: &'r str, body: &'r [u8]) -> Delivery<'r> {
        Delivery { encoding: "", query, body, now: 0, id: Uuid::nil() }
    }

    #[test]
    fn the_key_is_found_where_each_client_puts_it() {
        for (authorization, query, body) in [
            ("Bearer k", "", ""),
            ("", "token=k&send_cohorts", ""),
            ("Bearer phx_a_persons_own", "token=k&send_cohorts", ""),
            ("Bearer phx_a_persons_own", "v=2", "{\"token\":\"k\"}"),
            ("Bearer k", "token=&v=2", ""),
            ("Bearer k", "v=2", "{}"),
            ("", "v=2", "{\"token\":\"k\",\"distinct_id\":\"a\"}"),
            ("", "v=2", "data=eyJhcGlfa2V5IjoiayJ9"),
        ] {
            assert_eq!(
                key(authorization, &asked(query, body.as_bytes())).as_deref(),
                Ok("k"),
                "{query} {body}"
            );
        }
        assert_eq!(key("", &asked("v=2", b"{}")), Err(Refusal::NoKey));
        assert_eq!(key("", &asked("v=2", b"")), Err(Refusal::NoKey));
    }

    #[test]
    fn a_key_cannot_leave_its_script() {
        let script = String::from_utf8(config_script("\"</script>").body).expect("text");
        assert!(!script.contains("[\"\"</script>"), "{script}");
        assert!(script.contains("[\"\\\"\\u003c/script>\"]={config:{"), "{script}");
    }
}
