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
    let recipe = read(&project.path().join(".flywheel/models/churn/2/recipe.toml"));
    assert!(recipe.contains("churned") && !recipe.contains("threads"), "{recipe}");
    project.call(&["train", "recipes/churn.toml", "--seed", "1"]).succeed();
    assert!(
        weights(&project, "churn", 1) != weights(&project, "churn", 3),
        "the bits do not depend on the seed"
    );
}

#[test]
fn a_killed_run_goes_on_to_the_same_bits() {
    let project = digits();
    project.write("recipes/long.toml", LONG.replace("epochs = 30", "epochs = 30\nrefit = true"));
    project.call(&["train", "recipes/long.toml"]).succeed();
    // In the first epoch, later, and while the weights learn anew from the validation part too.
    let moments: [fn(&str) -> bool; 3] = [
        |events| epochs_in(events) >= 1,
        |events| epochs_in(events) >= 4,
        |events| events.contains("train.refitting"),
    ];
    for (number, moment) in (2..).zip(moments) {
        let running = project.start(&["train", "recipes/long.toml"]);
        let id = format!("long-{number}");
        let folder = project.path().join(".flywheel/runs").join(&id);
        until("the moment", Duration::from_secs(60), || {
            let events = read(&folder.join("events.jsonl"));
            (moment(&events) && folder.join("checkpoint.safetensors").exists()).then_some(())
        });
        running.kill();
        let state = project.json(&["runs", "show", &id])["summary"]["state"].clone();
        assert_eq!(state, "interrupted");
        let report = project.json(&["resume", &id]);
        assert_eq!(report["summary"]["state"], "finished");
        assert_eq!(report["report"]["epochs"].as_array().map(Vec::len), Some(30));
        assert!(report["report"]["findings"].to_string().contains("train.refitted"), "{report}");
    }
    let uninterrupted = weights(&project, "long", 1);
    assert!(uninterrupted == weights(&project, "long", 2), "killed in the first epochs, the bits differ");
    assert!(uninterrupted == weights(&project, "long", 3), "killed later, the bits differ");
    assert!(uninterrupted == weights(&project, "long", 4), "killed while it learns anew, the bits differ");

    // Who stops it meanwhile keeps the first weights, and can go on.
    let running = project.start(&["train", "recipes/long.toml"]);
    let events = project.path().join(".flywheel/runs/long-5/events.jsonl");
    until("the second learning", Duration::from_secs(60), || {
        read(&events).contains("train.refitting").then_some(())
    });
    running.interrupt();
    assert_eq!(running.wait().code, 0);
    assert_eq!(project.json(&["runs", "show", "long-5"])["summary"]["state"], "stopped");
    assert!(uninterrupted != weights(&project, "long", 5), "the first weights");
    assert_eq!(project.json(&["resume", "long-5"])["summary"]["state"], "finished");
    assert!(uninterrupted == weights(&project, "long", 6), "resumed, the bits differ");
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

    // Another recipe or version of the program than the one that began it is refused, and the run stays as it is.
    let recipe = project.path().join(".flywheel/runs/long-1/recipe.toml");
    let text = read(&recipe);
    std::fs::write(&recipe, text.replace("epochs = 30", "epochs = 31")).expect("written");
    let refused = project.call(&["resume", "long-1", "--lang", "zh-CN"]).refuse();
    assert!(refused.err.contains("另一份配方"), "{}", refused.err);
    assert_eq!(project.json(&["runs", "show", "long-1"])["summary"]["state"], "stopped");
    std::fs::write(&recipe, text).expect("written");
    assert_eq!(project.json(&["resume", "long-1"])["summary"]["state"], "finished");
}

/// Epochs in a run's events so far.
fn epochs(project: &Project, id: &str) -> usize {
    epochs_in(&read(&project.path().join(".flywheel/runs").join(id).join("events.jsonl")))
}

fn epochs_in(events: &str) -> usize {
    events.lines().filter(|line| line.contains("\"kind\":\"epoch\"")).count()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn a_killed_search_goes_on_and_comes_to_the_same_trials() {
    let project = digits();
    let search = "[tune]\ntrials = 4\nsearch = [\n  { path = \"train.optimizer.learning_rate\", low = 1e-4, high = 1e-2, log = true },\n]\n";
    project.write("recipes/search.toml", format!("{}{search}", LONG.replace("epochs = 30", "epochs = 4")));
    project.json(&["tune", "recipes/search.toml"]);
    let running = project.start(&["tune", "recipes/search.toml"]);
    let trials = project.path().join(".flywheel/runs/long-2/trials.json");
    until("a trial", Duration::from_secs(60), || trials.exists().then_some(()));
    running.kill();
    project.json(&["resume", "long-2"]);
    let told = |id: &str| {
        let report = project.json(&["runs", "show", id])["tune"].clone();
        let trials = report["trials"].as_array().expect("trials").clone();
        trials
            .into_iter()
            .map(|trial| (trial["settings"].clone(), trial["value"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(told("long-1").len(), 4);
    assert_eq!(told("long-1"), told("long-2"), "the killed search differs");
}

#[test]
fn a_resumed_run_goes_on_with_the_table_and_the_base_that_it_began_with() {
    let project = digits();
    project.write("recipes/long.toml", LONG.replace("epochs = 30", "epochs = 1"));
    project.call(&["train", "recipes/long.toml"]).succeed();
    let more = LONG.replace("name = \"long\"", "name = \"more\"\nstart_from = \"long\"");
    project.write("recipes/more.toml", more);
    project.call(&["train", "recipes/more.toml"]).succeed();
    let interrupted = |id: &str| {
        let running = project.start(&["train", "recipes/more.toml"]);
        let folder = project.path().join(".flywheel/runs").join(id);
        until("a checkpoint", Duration::from_secs(60), || {
            (epochs(&project, id) >= 2 && folder.join("checkpoint.safetensors").exists()).then_some(())
        });
        running.kill();
        folder.join("checkpoint.safetensors")
    };
    interrupted("more-2");
    // As if it was killed before its first checkpoint.
    std::fs::remove_file(interrupted("more-3")).expect("removed");

    project.call(&["train", "recipes/long.toml", "--seed", "9"]).succeed();
    project.write("other.csv", "a,b\n1,2\n3,4\n");
    project.call(&["data", "import", "other.csv", "--name", "digits"]).succeed();
    for (id, version) in [("more-2", 2), ("more-3", 3)] {
        assert_eq!(project.json(&["resume", id])["summary"]["state"], "finished");
        assert!(weights(&project, "more", 1) == weights(&project, "more", version), "{id}: the bits differ");
    }
}

/// A recipe whose first rounds are not good enough.
fn series() -> String {
    let recipe = LONG.replace("epochs = 30", "epochs = 12").replace("0.001", "0.00003");
    format!("{recipe}[accept]\naccuracy = 0.7\n")
}

/// Starts the series and waits until its second round has a checkpoint and an epoch beyond it.
fn in_round_two(project: &Project, id: &str) -> e2e::Running {
    let running = project.start(&["train", "recipes/long.toml", "--until-accepted", "--budget", "20m"]);
    let folder = project.path().join(".flywheel/runs").join(id);
    let (rounds, checkpoint) = (folder.join("rounds.json"), folder.join("checkpoint-2.safetensors"));
    until("a checkpoint of round two", Duration::from_secs(120), || {
        (rounds.exists() && checkpoint.exists()).then_some(())
    });
    let before = epochs(project, id);
    until("an epoch more", Duration::from_secs(60), || (epochs(project, id) > before).then_some(()));
    running
}

/// The rounds without what the clock decides.
fn rounds(run: &serde_json::Value) -> Vec<serde_json::Value> {
    let mut rounds = run["report"]["rounds"].as_array().expect("rounds").clone();
    for round in &mut rounds {
        round["secs"] = 0.into();
    }
    rounds
}

#[test]
fn a_series_that_is_killed_or_stopped_in_round_two_comes_to_the_same_rounds_and_bits() {
    let project = digits();
    project.write("recipes/long.toml", series());
    let whole = project.json(&["train", "recipes/long.toml", "--until-accepted", "--budget", "20m"]);
    assert_eq!(whole["summary"]["state"], "finished");
    assert!(rounds(&whole).len() > 2, "too few rounds to interrupt: {:?}", rounds(&whole));
    assert_eq!(whole["report"]["test_openings"], 1);

    in_round_two(&project, "long-2").kill();
    let killed = project.json(&["runs", "show", "long-2"]);
    assert_eq!(killed["summary"]["state"], "interrupted");
    assert_eq!(killed["rounds"].as_array().map(Vec::len), Some(1), "{killed}");
    let said = project.call(&["runs", "show", "long-2"]).succeed().out;
    assert!(said.contains("flywheel resume long-2"), "{said}");
    let resumed = project.json(&["resume", "long-2"]);
    assert_eq!(resumed["summary"]["state"], "finished");
    assert_eq!(rounds(&resumed), rounds(&whole));
    assert_eq!(resumed["summary"]["epochs"], whole["summary"]["epochs"]);
    assert_eq!(resumed["report"]["test_openings"], 2, "the series opened the test part more than once");
    assert!(
        weights(&project, "long", 1) == weights(&project, "long", 2),
        "killed in round two, the bits differ"
    );

    let running = in_round_two(&project, "long-3");
    running.interrupt();
    let called = running.wait();
    assert_eq!(called.code, 0, "{}", called.err);
    let stopped = project.json(&["runs", "show", "long-3"]);
    assert_eq!(stopped["summary"]["state"], "stopped");
    assert_eq!(stopped["summary"]["model"], "long@3");
    assert_eq!(stopped["report"]["test_openings"], 2, "the test part was opened before the end");
    assert!(stopped["report"]["test"].is_null());
    let resumed = project.json(&["resume", "long-3"]);
    assert_eq!(rounds(&resumed), rounds(&whole));
    assert_eq!(resumed["report"]["test_openings"], 3);
    assert_eq!(resumed["summary"]["model"], "long@4");
    assert!(
        weights(&project, "long", 1) == weights(&project, "long", 4),
        "stopped in round two, the bits differ"
    );

    let again = project.call(&["resume", "long-3"]).refuse();
    assert!(again.err.contains("is over") && again.err.contains("long@4"), "{}", again.err);
    let again = project.call(&["resume", "long-3", "--lang", "zh-CN"]).refuse();
    assert!(again.err.contains("已结束") && !again.err.contains("finished"), "{}", again.err);
}

#[test]
fn the_time_that_a_killed_series_spent_counts_against_its_budget() {
    let project = digits();
    project.write("recipes/long.toml", series().replace("accuracy = 0.7", "accuracy = 0.9999"));
    let running = project.start(&["train", "recipes/long.toml", "--until-accepted", "--budget", "10s"]);
    let secs = || project.json(&["runs", "show", "long-1"])["summary"]["secs"].as_f64().unwrap_or(0.0);
    until("half of the budget", Duration::from_secs(60), || {
        (project.path().join(".flywheel/runs/long-1").exists() && secs() > 5.0).then_some(())
    });
    running.kill();
    let spent = secs();
    let run = project.json(&["resume", "long-1"]);
    assert_eq!(run["summary"]["state"], "finished");
    let all = run["report"]["secs"].as_f64().expect("seconds");
    assert!(all > spent && all < 15.0, "{spent} s were spent before, {all} s in all, of 10 s");
    let rounds = run["report"]["rounds"].as_array().expect("rounds");
    assert!(rounds.iter().all(|round| round["secs"].as_f64().is_some_and(|secs| secs >= 0.0)), "{rounds:?}");
    let over = project.call(&["resume", "long-1"]).refuse();
    assert!(over.err.contains("budget was spent"), "{}", over.err);
}

#[test]
fn numbers_that_leave_the_finite_end_the_run_and_say_where_they_began() {
    let project = Project::new();
    let recipe =
        CHURN.replace("\"adam\", learning_rate = 0.01", "\"sgd\", learning_rate = 100.0, momentum = 0.99");
    let recipe =
        recipe.replace("{ kind = \"output\" }", "{ kind = \"dense\", units = 16 },\n  { kind = \"output\" }");
    project.write("customers.csv", customers()).write("recipes/churn.toml", recipe);
    project.call(&["data", "import", "customers.csv"]).succeed();
    let called = project.call(&["train", "recipes/churn.toml"]);
    if called.code == 0 {
        // Some products of this size stay finite; then the report must at least say that it learned nothing.
        assert!(called.out.contains("not clearly better"), "{}", called.out);
        return;
    }
    assert_eq!(called.code, 1, "{}", called.err);
    let run = project.json(&["runs", "show", "churn-1"]);
    assert_eq!(run["summary"]["state"], "failed");
    let said = run["report"]["stopped_because"]["en"].as_str().expect("a reason").to_owned();
    assert!(said.contains("epoch"), "{said}");
}
