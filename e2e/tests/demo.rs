//! The demo: done once, started again without harm, and clear about a taken port.

use std::time::Duration;

use e2e::server::free_port;
use e2e::{Project, until};

#[test]
fn a_taken_port_is_said_before_the_work_begins() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let project = Project::empty();
    let called = project.call(&["demo", "--port", &port, "--no-browser"]).refuse();
    assert!(called.err.contains(&port) && called.err.contains("--port"), "{}", called.err);
    assert!(project.files().is_empty(), "the work began: {:?}", project.files());
}

#[test]
fn the_demo_can_be_killed_and_started_again() {
    let project = Project::empty();
    let port = free_port().to_string();
    let arguments = ["demo", "--port", &port, "--no-browser"];
    let started =
        |project: &Project| project.command(&arguments).env_remove("FLYWHEEL_DATA").spawn().expect("started");
    let mut first = started(&project);
    let table = project.path().join("flywheel-demo/.flywheel/tables/digits");
    until("the table", Duration::from_secs(120), || table.exists().then_some(()));
    first.kill().expect("killed");
    first.wait().expect("gone");
    let mut second = started(&project);
    let answers = || std::net::TcpStream::connect(format!("127.0.0.1:{port}")).ok();
    until("the page", Duration::from_secs(240), answers);
    second.kill().expect("killed");
    second.wait().expect("gone");
    let models = std::process::Command::new(e2e::binary())
        .args(["models", "list", "--json", "--project", "flywheel-demo"])
        .current_dir(project.path())
        .output()
        .expect("called");
    let models: serde_json::Value = serde_json::from_slice(&models.stdout).expect("JSON");
    assert_eq!(models[0]["deployed"], 1, "{models}");
}
