//! The terminal and the server share the project's folder live.

use std::time::{Duration, Instant};

use e2e::rows::{CHURN, LONG, customers};
use e2e::server::Server;
use e2e::{Project, until};
use serde_json::json;

#[test]
fn a_run_started_in_a_terminal_moves_in_the_server_and_can_be_stopped_there() {
    let project = Project::new();
    project.write("recipes/long.toml", &LONG.replace("epochs = 30", "epochs = 3000"));
    project.call(&["data", "get", "digits", "--count", "1200"]).succeed();
    let server = Server::start(&project);
    let running = project.start(&["train", "recipes/long.toml"]);
    let epochs = || server.get("/api/v1/runs")[0]["epochs"].as_u64().unwrap_or(0);
    until("two epochs in the server", Duration::from_secs(60), || (epochs() >= 2).then_some(()));
    let before = epochs();
    until("another epoch", Duration::from_secs(60), || (epochs() > before).then_some(()));
    assert_eq!(server.get("/api/v1/runs/long-1")["summary"]["state"], "running");
    let stopped = server.post("/api/v1/runs/long-1/stop", &json!({}));
    assert!((200..300).contains(&stopped.status), "{stopped:?}");
    assert_eq!(running.wait().code, 0);
    assert_eq!(server.get("/api/v1/runs/long-1")["summary"]["state"], "stopped");
    let story = server.ask("GET", "/api/v1/runs/long-1/events", "").body;
    assert!(story.contains("\"kind\":\"epoch\"") && story.contains("\"finished\""), "{story}");
}

#[test]
fn a_deployment_made_in_a_terminal_is_served_within_a_second() {
    let project = Project::new();
    project
        .write("customers.csv", customers())
        .write("recipes/churn.toml", &CHURN.replace("epochs = 12", "epochs = 2"));
    project.call(&["data", "import", "customers.csv"]).succeed();
    let server = Server::start(&project);
    let row = json!({"rows": [{"age": 30, "plan": "gold", "spend": 60.5, "months": 3}]});
    let version = || {
        let answer = server.post("/api/v1/models/churn/predict", &row);
        let answer: serde_json::Value = serde_json::from_str(&answer.body).ok()?;
        answer["version"].as_u64()
    };
    for expected in 1..=2 {
        project.call(&["train", "recipes/churn.toml"]).succeed();
        project.call(&["deploy", "churn"]).succeed();
        let begun = Instant::now();
        until("the new version", Duration::from_secs(5), || (version() == Some(expected)).then_some(()));
        assert!(begun.elapsed() < Duration::from_secs(1), "served only after {:?}", begun.elapsed());
    }
    project.call(&["rollback", "churn"]).succeed();
    until("the old version", Duration::from_secs(1), || (version() == Some(1)).then_some(()));
    assert_eq!(project.call(&["rollback", "churn"]).code, 1);
    assert_eq!(version(), Some(1));
    let report = project.json(&["monitor", "churn"]);
    assert!(report["predictions"].as_u64() >= Some(3), "{report}");
    assert_eq!(server.stop().code, 0);
}
