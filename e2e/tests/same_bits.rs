//! The same recipe, data and seed give the same bits: at 1 and 2 threads, and after any interruption.

use std::path::Path;
use std::time::Duration;

use e2e::rows::{CHURN, LONG, customers};
use e2e::{Project, until};

fn weights(project: &Project, model: &str, version: u32) -> Vec<u8> {
    let folder = project.path().join(format!(".flywheel/models/{model}/{version}"));
    let file = std::fs::read_dir(&folder).expect("a bundle").flatten().map(|entry| entry.path());
    let weights =
        file.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "safetensors"));
    std::fs::read(weights.expect("weights")).expect("read")
}

/// A project with generated digits and a recipe that works for some seconds.
fn digits() -> Project {
    let project = Project::new();
    project.write("recipes/long.toml", LONG);
    project.call(&["data", "get", "digits", "--count", "1500"]).succeed();
    project
}

#[test]
fn one_thread_and_two_give_the_same_bits() {
    let project = Project::new();
    project.write("customers.csv", customers()).write("recipes/churn.toml", CHURN);
    project.call(&["data", "import", "customers.csv"]).succeed();
    for threads in ["1", "2"] {
        project.call(&["train", "recipes/churn.toml", "--threads", threads]).succeed();
    }
    assert!(weights(&project, "churn", 1) == weights(&project, "churn", 2), "the bits depend on the threads");
    project.call(&["train", "recipes/churn.toml", "--seed", "1"]).succeed();
    assert!(
        weights(&project, "churn", 1) != weights(&project, "churn", 3),
        "the bits do not depend on the seed"
    );
}

#[test]
fn a_killed_run_goes_on_to_the_same_bits() {
    let project = digits();
    project.call(&["train", "recipes/long.toml"]).succeed();
    for kill_after in [1, 4] {
        let running = project.start(&["train", "recipes/long.toml"]);
        let id = format!("long-{}", if kill_after == 1 { 2 } else { 3 });
        let checkpoint = project.path().join(".flywheel/runs").join(&id).join("checkpoint.safetensors");
        until("an epoch", Duration::from_secs(60), || {
            (epochs(&project, &id) >= kill_after && checkpoint.exists()).then_some(())
        });
        running.kill();
        let state = project.json(&["runs", "show", &id])["summary"]["state"].clone();
        assert_eq!(state, "interrupted");
        let report = project.json(&["resume", &id]);
        assert_eq!(report["summary"]["state"], "finished");
        assert_eq!(report["report"]["epochs"].as_array().map(Vec::len), Some(30));
    }
    let uninterrupted = weights(&project, "long", 1);
    assert!(uninterrupted == weights(&project, "long", 2), "killed in the first epochs, the bits differ");
    assert!(uninterrupted == weights(&project, "long", 3), "killed later, the bits differ");
}

#[test]
fn ctrl_c_keeps_the_best_so_far_and_the_run_can_go_on() {
    let project = digits();
    let running = project.start(&["train", "recipes/long.toml"]);
    until("two epochs", Duration::from_secs(60), || (epochs(&project, "long-1") >= 2).then_some(()));
    running.interrupt();
    let called = running.wait();
    assert_eq!(called.code, 0, "{}", called.err);
    let run = project.json(&["runs", "show", "long-1"]);
    assert_eq!(run["summary"]["state"], "stopped");
    assert_eq!(run["summary"]["model"], "long@1");
    assert_eq!(project.json(&["resume", "long-1"])["summary"]["state"], "finished");
}

/// Epochs in a run's events so far.
fn epochs(project: &Project, id: &str) -> usize {
    let path = project.path().join(".flywheel/runs").join(id).join("events.jsonl");
    read(&path).lines().filter(|line| line.contains("\"kind\":\"epoch\"")).count()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
