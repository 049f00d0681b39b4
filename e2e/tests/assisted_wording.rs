//! A question in one's own words that the rules do not wholly understand, through the built binary: a language model
//! writes it down, what it writes is checked, and whatever it does instead, the rules' understanding is there.

use std::time::Duration;

use e2e::Project;
use e2e::model::{Heard, Model, assistant, completion, response};
use e2e::server::Server;
use serde_json::{Value, json};

/// Personal data of the question and of the events; none of it may leave.
const PERSONAL: [&str; 4] = ["jane.doe@example.com", "13812345678", "joe@example.com", "customer-"];

/// Which no rule understands: no name of the catalogue is like it.
const QUESTION: &str = "whose plastic bounced in march 2026?";

/// A project with a few events, one of whose properties is personal.
fn project() -> Project {
    let project = Project::new();
    let mut lines = String::new();
    for number in 0..12 {
        let day = number + 1;
        let plan = if number % 3 == 0 { "pro" } else { "team" };
        for event in ["signup", "payment failed"] {
            let properties = json!({"plan": plan, "mail": "joe@example.com"});
            let event = json!({
                "event": event, "distinct_id": format!("customer-{number}"),
                "timestamp": format!("2026-03-{day:02}T10:00:00Z"), "properties": properties,
            });
            lines.push_str(&format!("{event}\n"));
        }
    }
    project.write("events.jsonl", lines);
    assert_eq!(project.json(&["events", "import", "events.jsonl"])["aside"], 0);
    project
}

/// The trend that was meant, of an event by that name.
fn trend(event: &str) -> Value {
    json!({"questions": [{
        "kind": "trend", "series": [{"event": event, "measure": "people", "label": null}],
        "period": {"from": "2026-03-01", "to": "2026-03-31"}, "breakdown": [{"name": "plan"}],
    }]})
}

/// What `ask` answers, whether it understood anything or not.
fn asked(project: &Project, words: &str) -> Value {
    let called = project.call(&["ask", words, "--assistant", "--json"]);
    serde_json::from_str(&called.out).unwrap_or_else(|error| panic!("{error}: {} {}", called.out, called.err))
}

fn keys(phrases: &Value) -> Vec<&str> {
    phrases.as_array().into_iter().flatten().filter_map(|phrase| phrase["key"].as_str()).collect()
}

#[test]
fn what_the_rules_leave_over_a_model_writes_down() {
    let project = project();
    let model = Model::start(|_, _| completion(&format!("Sure:\n```json\n{}\n```", trend("payment failed"))));
    let prices = "prompt_price = 1.0\ncompletion_price = 10.0\ncurrency = \"CNY\"\n";
    assistant(&project, &model.base_url(), prices);
    let plain = project.call(&["ask", QUESTION, "--json"]).refuse();
    assert!(!plain.out.contains("\"assistant\"") && model.heard().is_empty(), "{}", plain.out);

    let told = asked(&project, QUESTION);
    let part = &told["parts"][0];
    assert!(keys(&part["understood"]["why"]).contains(&"wording.by_model"), "{told}");
    assert!(part["spec"].as_str().is_some_and(|spec| spec.starts_with("kind = \"trend\"\n")), "{part}");
    assert!(part["command"].as_str().is_some_and(|line| line.starts_with("flywheel trend ")), "{part}");
    let march = ["--from=2026-03-01", "--to=2026-03-31"];
    let explicit = project.json(&["trend", "people:payment failed", "--by", "plan", march[0], march[1]]);
    assert_eq!(part["answer"]["answered"]["answer"]["lines"], explicit["answer"]["lines"], "{part}");
    let used = &told["assistant"];
    assert_eq!((&used["model"], &used["calls"]), (&json!("test"), &json!(1)), "{used}");
    assert_eq!((&used["prompt_tokens"], &used["completion_tokens"]), (&json!(1000), &json!(100)));
    assert_eq!(used["cost"], json!({"amount": 0.002, "currency": "CNY"}));
    assert_eq!((&used["claims_kept"], &used["fallbacks"]), (&json!(1), &json!([])));

    let shown = project.call(&["ask", QUESTION, "--assistant"]).succeed().out;
    for said in ["language model `test`", "flywheel trend ", "0.0020 CNY"] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let kept = project.call(&["ask", QUESTION, "--assistant", "--show", "--save", "bounced"]).succeed();
    assert!(kept.out.contains("kind = \"trend\""), "{}", kept.out);
    assert_eq!(model.heard().len(), 3, "what is kept is what was shown");
    let again = project.json(&["question", "run", "bounced"]);
    assert_eq!(again["answer"]["lines"], explicit["answer"]["lines"]);
}

#[test]
fn the_kinds_and_the_names_leave_and_nothing_personal() {
    let project = project();
    let model = Model::start(|_, _| completion(&trend("payment failed").to_string()));
    assistant(&project, &model.base_url(), "");
    let told = asked(&project, "whose plastic bounced, of jane.doe@example.com? my phone is 13812345678");
    assert!(keys(&told["findings"]).contains(&"wording.hidden"), "{told}");
    assert!(told["assistant"]["masked"].as_array().is_some_and(|kinds| kinds.len() >= 2), "{told}");
    let heard = model.heard();
    let data = heard[0].data();
    let said = data["question"].as_str().expect("a text");
    assert!(said.contains("[e-mail]") && said.contains("plastic"), "{said}");
    let events = data["names"]["events"].to_string();
    assert!(events.contains("payment failed") && events.contains("signup"), "{data}");
    let properties = data["names"]["properties"].to_string();
    assert!(properties.contains("\"plan\"") && properties.contains("team"), "{data}");
    let instructions = heard[0].instructions();
    for kind in ["trend", "funnel", "retention", "insights", "search"] {
        assert!(instructions.contains(&format!("\n{kind} (")), "{kind}: {instructions}");
    }
    for personal in PERSONAL {
        assert!(!heard[0].body.contains(personal), "{personal} left: {}", heard[0].body);
    }
}

#[test]
fn nothing_is_spent_where_the_rules_understand_all_of_it() {
    let project = project();
    let model = Model::start(|_, _| completion(&trend("signup").to_string()));
    assistant(&project, &model.base_url(), "");
    let told = asked(&project, "用户粘性怎么样");
    assert!(model.heard().is_empty(), "{told}");
    assert_eq!(told["parts"][0]["understood"]["asked"]["question"]["kind"], "stickiness", "{told}");
    assert_eq!(keys(&told["findings"]), ["wording.rules_enough"]);
    assert_eq!((&told["assistant"]["calls"], &told["assistant"]["fallbacks"]), (&json!(0), &json!([])));
}

#[test]
fn a_mistake_is_shown_to_the_model_once() {
    let project = project();
    let mends = |heard: &Heard, number: usize| {
        let first = number == 0 && heard.data()["mistakes"].is_null();
        completion(&trend(if first { "payment_faild" } else { "payment failed" }).to_string())
    };
    let model = Model::start(mends);
    assistant(&project, &model.base_url(), "");
    let told = asked(&project, QUESTION);
    assert_eq!(told["parts"][0]["understood"]["asked"]["question"]["series"][0]["event"], "payment failed");
    assert_eq!((&told["assistant"]["calls"], &told["assistant"]["fallbacks"]), (&json!(2), &json!([])));
    let again = model.heard()[1].data();
    let mistake = again["mistakes"][0].as_str().expect("a mistake");
    assert!(mistake.starts_with("questions.0.series.0.event: "), "{mistake}");
    assert!(mistake.contains("did you mean `payment failed`?"), "{mistake}");
    assert!(again["earlier"].as_str().is_some_and(|earlier| earlier.contains("payment_faild")), "{again}");

    let wrong = json!({"questions": [
        {"kind": "trend", "serise": [], "interval": "fortnight"},
        {
            "kind": "funnel", "steps": [{"event": "signup"}, {"event": "bought"}],
            "breakdown": {"property": {"name": "country"}},
        },
    ]});
    let stubborn = Model::start(move |_, _| completion(&wrong.to_string()));
    assistant(&project, &stubborn.base_url(), "");
    let told = asked(&project, QUESTION);
    assert_eq!(told["parts"], json!([]), "{told}");
    let fallback = &told["assistant"]["fallbacks"][0];
    assert_eq!(fallback["why"]["key"], "assistant.wrong_question", "{fallback}");
    let heard = stubborn.heard();
    assert_eq!(heard.len(), 2, "asked once more, and no more");
    let mistakes = heard[1].data()["mistakes"].to_string();
    for place in ["0.serise", "0.interval", "1.steps.1.event", "1.breakdown.property.name"] {
        assert!(mistakes.contains(&format!("questions.{place}: ")), "{place}: {mistakes}");
    }
}

#[test]
fn whatever_the_model_does_the_rules_are_there_and_it_is_said() {
    let project = project();
    let busy = response("429 Too Many Requests", "Retry-After: 0\r\n", "");
    let refused = response("401 Unauthorized", "", "{\"error\": \"no\"}");
    let cases = [
        ("assistant.not_as_asked", completion("About twelve people.")),
        ("assistant.not_as_asked", completion("{\"answer\": 12}")),
        ("assistant.cut_off", completion("{\"questions\": [{\"kind\": \"tre")),
        ("assistant.no_choices", response("200 OK", "", "{\"choices\": []}")),
        ("assistant.not_json", response("200 OK", "Content-Type: text/html\r\n", "<html>502</html>")),
        ("assistant.no_question", completion("{\"questions\": []}")),
        ("assistant.rate_limited", busy),
        ("assistant.key_refused", refused),
        ("assistant.timed_out", String::new()),
    ];
    for (why, answer) in cases {
        let model = Model::start(move |_, _| {
            if answer.is_empty() {
                std::thread::sleep(Duration::from_secs(4));
            }
            answer.clone()
        });
        assistant(&project, &model.base_url(), "timeout_secs = 2\n");
        let told = asked(&project, QUESTION);
        let fallbacks = told["assistant"]["fallbacks"].as_array().expect("fallbacks");
        assert_eq!(fallbacks.len(), 1, "{why}: {told}");
        assert_eq!((&fallbacks[0]["task"], &fallbacks[0]["why"]["key"]), (&json!("wording"), &json!(why)));
        assert!(keys(&told["findings"]).contains(&"wording.rules_instead"), "{why}: {told}");
        assert!(told["nearest"].as_array().is_some_and(|nearest| !nearest.is_empty()), "{why}: {told}");
        assert_eq!(told["assistant"]["claims_kept"], 0, "{why}");
        let shown = project.call(&["ask", QUESTION, "--assistant", "--show"]).refuse().out;
        assert!(shown.contains("the question is read by the rules"), "{why}: {shown}");
    }
}

#[test]
fn over_http_the_assistant_is_asked_for_by_the_query() {
    let project = project();
    let model = Model::start(|_, _| completion(&trend("payment failed").to_string()));
    assistant(&project, &model.base_url(), "");
    let server = Server::start(&project);
    let question = json!({"text": QUESTION});
    let plain = server.post("/api/v1/ask", &question);
    assert!(plain.status == 200 && model.heard().is_empty(), "{}", plain.body);
    let told = server.post("/api/v1/ask?assistant=true", &question);
    assert_eq!(told.status, 200, "{}", told.body);
    let told: Value = serde_json::from_str(&told.body).expect("JSON");
    assert_eq!(told["parts"][0]["answer"]["answered"]["answer"]["kind"], "trend", "{told}");
    assert_eq!((&told["assistant"]["calls"], &told["assistant"]["claims_kept"]), (&json!(1), &json!(1)));
}
