//! A language model as a helper, through the built binary: it names, summarises and drafts; what it makes up is removed;
//! and whatever it does instead of answering, the report is there.

use std::time::Duration;

use e2e::Project;
use e2e::model::{Heard, Model, assistant, completion, response};
use e2e::server::{Server, free_port};
use serde_json::{Value, json};

/// Personal data of the messages; none of it may leave.
const PERSONAL: [&str; 4] = ["jane.doe@example.com", "13812345678", "11010519491231002X", "customer-"];

/// Stands for an answer that does not come in time.
const SILENCE: &str = "";

/// A project with messages about three things, some with personal data.
fn project() -> Project {
    let project = Project::new();
    let about = [
        [
            "the payment failed at checkout",
            "my card payment failed",
            "payment failed when I pay for the plan",
        ],
        ["photo upload is slow", "uploading a photo takes ages, so slow", "slow photo upload on my phone"],
        ["please add a dark mode", "dark mode would be nice at night", "I miss a dark mode for the evening"],
    ];
    let beside = [
        "since the last update",
        "on the web",
        "write to jane.doe@example.com",
        "my phone is 13812345678",
        "every single morning",
        "身份证 11010519491231002X",
        "with the tablet as well",
        "in the office",
    ];
    let mut rows = "user_id,text,date\n".to_owned();
    for (place, more) in beside.iter().enumerate() {
        for (theme, texts) in about.iter().enumerate() {
            for (form, text) in texts.iter().enumerate() {
                let person = (place * 3 + theme) * 3 + form;
                rows.push_str(&format!("customer-{person},\"{text} {more}\",2026-03-{:02}\n", place + 1));
            }
        }
    }
    project.write("said.csv", rows);
    project.json(&["feedback", "import", "said.csv"]);
    project
}

fn asks_for_names(heard: &Heard) -> bool {
    heard.instructions().contains("You name themes")
}

/// The first words of a quote: what surely rests on it.
fn words(quote: &Value, most: usize) -> String {
    let text = quote["text"].as_str().expect("a text");
    text.split_whitespace().take(most).collect::<Vec<_>>().join(" ")
}

/// Names and claims made of the quotes' own words, and some that are made up.
fn well(heard: &Heard) -> String {
    let data = heard.data();
    let themes = data["themes"].as_array().expect("themes");
    let first = |theme: &Value| theme["quotes"][0].clone();
    if asks_for_names(heard) {
        let name = |theme: &Value| json!({"id": theme["id"], "name": words(&first(theme), 4), "cites": [first(theme)["id"]]});
        let mut named: Vec<Value> = themes.iter().map(name).collect();
        named.push(json!({"id": "t1", "name": "Purple submarines", "cites": [first(&themes[0])["id"]]}));
        return completion(&json!({"themes": named}).to_string());
    }
    let quote = first(&themes[0]);
    let said = words(&quote, 3);
    completion(
        &json!({"claims": [
            {"text": format!("Users say: {said}."), "cites": [quote["id"], "m999"]},
            {"text": format!("{said} for 4711 users"), "cites": [quote["id"]]},
            {"text": "Everybody adores the purple submarine", "cites": [quote["id"]]},
            {"text": format!("{said} as invented"), "cites": ["m999"]},
            {"text": "No citation at all", "cites": []},
        ]})
        .to_string(),
    )
}

fn insights(project: &Project) -> Value {
    project.json(&["feedback", "insights", "--assistant"])
}

fn count(list: &Value, reason: &str) -> u64 {
    let found = list.as_array().expect("a list").iter().find(|one| one["reason"] == reason);
    found.map_or(0, |one| one["count"].as_u64().expect("a number"))
}

#[test]
fn what_rests_on_messages_is_kept_and_what_is_made_up_is_counted() {
    let project = project();
    let model = Model::start(|heard, _| well(heard));
    assistant(
        &project,
        &model.base_url(),
        "prompt_price = 1.0\ncompletion_price = 10.0\ncurrency = \"CNY\"\n",
    );
    let plain = project.json(&["feedback", "insights"]);
    assert!(plain["assistant"].is_null() && model.heard().is_empty(), "nothing is asked unless it is wanted");

    let mut call = project.command(&["feedback", "insights", "--assistant", "--json"]);
    let called = call.env("FLYWHEEL_ASSISTANT_KEY", "k-e2e").output().expect("it runs");
    assert!(called.status.success(), "{called:?}");
    let told: Value = serde_json::from_slice(&called.stdout).expect("JSON");
    let used = &told["assistant"];
    assert_eq!((&used["model"], &used["calls"]), (&json!("test"), &json!(2)), "{used}");
    assert_eq!((&used["prompt_tokens"], &used["completion_tokens"]), (&json!(2000), &json!(200)));
    assert_eq!(used["cost"], json!({"amount": 0.004, "currency": "CNY"}));
    assert_eq!(used["fallbacks"], json!([]));
    assert!(!used["masked"].as_array().expect("kinds").is_empty(), "{used}");

    let themes = told["themes"].as_array().expect("themes");
    let named: Vec<&Value> = themes.iter().filter(|theme| !theme["given_name"].is_null()).collect();
    assert!(!named.is_empty(), "{used}");
    let before: Vec<&Value> =
        plain["themes"].as_array().expect("themes").iter().map(|theme| &theme["name"]).collect();
    let after: Vec<&Value> = themes.iter().map(|theme| &theme["name"]).collect();
    assert_eq!(after, before, "a theme's own name stays beside the one that it was given");
    assert!(themes.iter().all(|theme| theme["typical"].as_array().is_some_and(|quotes| quotes.len() <= 3)));
    let cite = &named[0]["given_name"]["cites"][0];
    assert_eq!(cite["message"].as_str().map(str::len), Some(36), "the message's own id: {cite}");

    let summary = told["summary"].as_array().expect("claims");
    assert_eq!(summary.len(), 1, "{summary:?} {used}");
    assert_eq!(summary[0]["cites"].as_array().map(Vec::len), Some(1), "{summary:?}");
    assert_eq!(used["claims_kept"], named.len() as u64 + 1);
    let removed = &used["claims_removed"];
    assert_eq!(count(removed, "unknown_number"), 1, "{removed}");
    assert_eq!(count(removed, "unknown_citation"), 1, "{removed}");
    assert_eq!(count(removed, "no_citation"), 1, "{removed}");
    assert!(count(removed, "unsupported") >= 2, "{removed}");
    assert_eq!(count(&used["citations_removed"], "unknown_citation"), 2, "{used}");

    let heard = model.heard();
    assert!(heard.iter().all(|heard| heard.head.to_lowercase().contains("authorization: bearer k-e2e")));
    assert!(heard.iter().all(|heard| heard.head.starts_with("POST /v1/chat/completions ")));
    for heard in &heard {
        for personal in PERSONAL {
            assert!(!heard.body.contains(personal), "{personal} left: {}", heard.body);
        }
    }
    let shown = project.call(&["feedback", "insights", "--assistant"]).succeed().out;
    assert!(shown.contains("In short") && shown.contains("Language model"), "{shown}");
    assert!(shown.contains("0.0040 CNY"), "{shown}");
}

#[test]
fn whatever_the_assistant_does_the_report_is_there_and_says_so() {
    let project = project();
    let half =
        "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nConnection: close\r\n\r\n{\"choices\": [".to_owned();
    let page = "<!doctype html><html><body>502 Bad Gateway</body></html>";
    let busy = |after: &str| response("429 Too Many Requests", &format!("Retry-After: {after}\r\n"), "");
    let elsewhere = "Location: http://localhost:9/x\r\n";
    let cases = [
        ("assistant.not_json", response("200 OK", "Content-Type: text/html\r\n", page)),
        ("assistant.not_json", response("200 OK", "", "{\"choices\": [{\"message\": {\"content\": \"{")),
        ("assistant.unreachable", half),
        ("assistant.cut_off", completion("{\"themes\": [{\"id\": \"t1\", \"na")),
        ("assistant.no_choices", response("200 OK", "", "{\"choices\": []}")),
        ("assistant.not_as_asked", completion("I would rather not.")),
        ("assistant.nothing_holds", completion("{\"themes\": [], \"claims\": []}")),
        ("assistant.rate_limited", busy("0")),
        ("assistant.rate_limited", busy("9999")),
        ("assistant.refused", response("500 Internal Server Error", "Retry-After: 0\r\n", "")),
        ("assistant.key_refused", response("401 Unauthorized", "", "{\"error\": \"no\"}")),
        ("assistant.refused", response("307 Temporary Redirect", elsewhere, "")),
        ("assistant.too_large", response("200 OK", "", &"x".repeat(1_100_000))),
        ("assistant.timed_out", SILENCE.to_owned()),
    ];
    for (why, answer) in cases {
        let model = Model::start(move |_, _| {
            if answer == SILENCE {
                std::thread::sleep(Duration::from_secs(4));
            }
            answer.clone()
        });
        assistant(&project, &model.base_url(), "timeout_secs = 2\n");
        let told = insights(&project);
        let fallbacks = told["assistant"]["fallbacks"].as_array().expect("fallbacks");
        assert_eq!(fallbacks.len(), 2, "{why}: {fallbacks:?}");
        assert_eq!(fallbacks[0]["why"]["key"], why, "{fallbacks:?}");
        assert!(told["themes"].as_array().is_some_and(|themes| !themes.is_empty()), "{why}");
        assert!(told["summary"].is_null() && told["themes"][0]["given_name"].is_null(), "{why}");
        assert!(told["assistant"]["calls"].as_u64() >= Some(1), "{why}");
    }
    assistant(&project, &format!("http://127.0.0.1:{}/v1", free_port()), "");
    assert_eq!(insights(&project)["assistant"]["fallbacks"][0]["why"]["key"], "assistant.unreachable");
    let shown = project.call(&["feedback", "insights", "--assistant", "--lang", "zh-CN"]).succeed().out;
    assert!(shown.contains("无法连接助手"), "{shown}");
    let path = project.path().join("flywheel.toml");
    let text = std::fs::read_to_string(&path).expect("a project");
    project.write("flywheel.toml", text.split("\n[assistant]").next().unwrap_or_default());
    assert_eq!(insights(&project)["assistant"]["fallbacks"][0]["why"]["key"], "assistant.not_set_up");
}

#[test]
fn a_busy_assistant_is_asked_again_and_a_plain_one_more_plainly() {
    let project = project();
    let busy = Model::start(|heard, number| match number {
        0 => response("429 Too Many Requests", "Retry-After: 1\r\n", ""),
        _ => well(heard),
    });
    assistant(&project, &busy.base_url(), "key_env = \"MY_OWN_KEY\"\n");
    let told = insights(&project);
    assert_eq!(
        (&told["assistant"]["calls"], &told["assistant"]["fallbacks"]),
        (&json!(3), &json!([])),
        "{told}"
    );
    assert!(busy.heard().iter().all(|heard| !heard.head.to_lowercase().contains("authorization")));
    let plain = Model::start(|heard, _| {
        if heard.body.contains("response_format") {
            response("400 Bad Request", "", "unknown setting")
        } else {
            well(heard)
        }
    });
    assistant(&project, &plain.base_url(), "");
    let told = insights(&project);
    assert_eq!(
        (&told["assistant"]["calls"], &told["assistant"]["fallbacks"]),
        (&json!(4), &json!([])),
        "{told}"
    );
}

const FAQ: &str = r#"
[[entry]]
id = "refund"
question = "How do I get a refund?"
more_ways = ["I want my money back", "refund my order"]
answer = "Refunds are paid within 14 days; ask for one under Orders or write to help@shop.example."

[[entry]]
id = "password"
question = "How do I reset my password?"
more_ways = ["I forgot my password", "password reset does not work"]
answer = "Press Forgot password on the sign-in page."

[[entry]]
id = "delivery"
question = "Where is my parcel?"
more_ways = ["track my delivery", "when does my parcel arrive"]
answer = "Follow the parcel with the link in the mail that we sent you."
"#;

/// A conversation that waits for a person.
fn waiting(project: &Project, question: &str) -> String {
    let answer = project.json(&["support", "answer", question]);
    let id = answer["conversation"].as_str().expect("an id").to_owned();
    let on = project.json(&["support", "answer", "I want to talk to a human", "--conversation", &id]);
    assert_eq!(on["reply"]["kind"], "hand_over");
    id
}

#[test]
fn a_draft_rests_on_what_was_answered_before() {
    let project = Project::new();
    project.write("faq.toml", FAQ);
    let asked = "My refund has not arrived, mail me at jane.doe@example.com";
    let id = waiting(&project, asked);
    let without = project.json(&["support", "draft", &id]);
    assert_eq!(without["written_by_model"], false);
    assert_eq!(without["sources"][0]["id"], "refund", "{without}");
    assert!(without["text"].as_str().is_some_and(|text| text.contains("help@shop.example")), "{without}");
    assert_eq!(without["assistant"]["fallbacks"][0]["why"]["key"], "assistant.not_set_up");

    let model = Model::start(|heard, _| {
        let data = heard.data();
        let source = data["sources"][0]["id"].clone();
        completion(
            &json!({"answer": [
                {"text": "Your refund is paid within 14 days.", "cites": [source]},
                {"text": "It comes within 3 days.", "cites": [source]},
                {"text": "Open https://evil.example/refund for your refund.", "cites": [source]},
                {"text": "We ship penguins to the moon.", "cites": [source]},
            ]})
            .to_string(),
        )
    });
    assistant(&project, &model.base_url(), "");
    let draft = project.json(&["support", "draft", &id]);
    assert_eq!(draft["written_by_model"], true, "{draft}");
    assert_eq!(draft["text"], "Your refund is paid within 14 days.");
    assert_eq!(draft["claims"][0]["cites"][0]["message"], "refund");
    assert_eq!(draft["assistant"]["claims_kept"], 1);
    for reason in ["unknown_number", "unknown_address", "unsupported"] {
        assert_eq!(count(&draft["assistant"]["claims_removed"], reason), 1, "{reason}: {draft}");
    }
    assert!(
        model.heard().iter().all(|heard| !heard.body.contains("example.com") && !heard.body.contains('@'))
    );
    let shown = project.call(&["support", "draft", &id]).succeed().out;
    assert!(shown.contains("Your refund is paid within 14 days."), "{shown}");

    project
        .call(&["support", "settle", &id, "--answer", "Your refund was paid today, it is on your card."])
        .succeed();
    let settled = project.call(&["support", "draft", &id]).refuse();
    assert!(settled.err.contains("waits for nobody"), "{}", settled.err);
    let next = waiting(&project, "When is my refund on my card?");
    assistant(&project, &format!("http://127.0.0.1:{}/v1", free_port()), "");
    let draft = project.json(&["support", "draft", &next]);
    let kinds: Vec<&Value> =
        draft["sources"].as_array().expect("sources").iter().map(|source| &source["kind"]).collect();
    assert!(kinds.contains(&&json!("past_answer")), "{draft}");
    assert_eq!(draft["assistant"]["fallbacks"][0]["why"]["key"], "assistant.unreachable");
    assert!(draft["text"].as_str().is_some_and(|text| !text.is_empty()), "{draft}");
    let none = waiting(&project, "xylophone zebra quantum");
    let draft = project.json(&["support", "draft", &none]);
    assert_eq!(draft["text"], "", "{draft}");
    project.call(&["support", "draft", "no-such"]).refuse();
}

#[test]
fn over_http_the_assistant_is_asked_for_by_the_query() {
    let project = project();
    let model = Model::start(|heard, _| well(heard));
    assistant(&project, &model.base_url(), "");
    let server = Server::start(&project);
    let plain = server.post("/api/v1/feedback/insights", &json!({}));
    assert!(plain.status == 200 && model.heard().is_empty(), "{}", plain.body);
    let told = server.post("/api/v1/feedback/insights?assistant=true", &json!({}));
    assert_eq!(told.status, 200, "{}", told.body);
    let told: Value = serde_json::from_str(&told.body).expect("JSON");
    assert_eq!(told["assistant"]["calls"], 2, "{}", told["assistant"]);
    assert_eq!(told["summary"].as_array().map(Vec::len), Some(1), "{}", told["assistant"]);
    let project_told = server.get("/api/v1/project").to_string();
    assert!(
        project_told.contains("FLYWHEEL_ASSISTANT_KEY"),
        "the variable's name is no secret: {project_told}"
    );
}

#[test]
fn a_wrong_table_is_refused_with_every_mistake_and_no_secret() {
    let project = Project::new();
    assistant(&project, "https://me:sk-secret@example.com/v1", "key_env = \"sk-secret\"\ntimeout_secs = 0\n");
    let refused = project.call(&["feedback", "insights", "--assistant"]).refuse();
    assert!(refused.err.contains("timeout_secs"), "{}", refused.err);
    assistant(&project, "https://me:sk-secret@example.com/v1", "key_env = \"sk-secret\"\n");
    let refused =
        project.command(&["feedback", "insights", "--assistant", "--json"]).output().expect("it runs");
    let out = String::from_utf8_lossy(&refused.stdout).into_owned();
    assert!(out.contains("check.assistant_url") && out.contains("check.assistant_key"), "{out}");
    assert!(!out.contains("sk-secret"), "{out}");
}
