//! The whole loop in a terminal: from a CSV to a monitored model, as a product manager would walk it.

use e2e::Project;
use e2e::rows::{CHURN, customers};

#[test]
fn from_a_csv_to_answers() {
    let project = Project::empty();
    project.write("customers.csv", customers());
    let begun =
        project.json(&["init", ".", "--name", "shop", "--from", "customers.csv", "--target", "churned"]);
    assert_eq!(begun["import"]["table"]["rows"], 600);
    let recipe = begun["recipes"][0].as_str().expect("a recipe").to_owned();
    let text = std::fs::read_to_string(project.path().join(&recipe)).expect("read");
    assert!(text.contains("# ") && text.contains("target = \"churned\""), "{text}");
    assert!(text.contains("leave_out = [\"customer\"]"), "the id was not left out: {text}");
    assert_eq!(project.json(&["check", &recipe])["runnable"], true);

    let run = project.json(&["train", &recipe]);
    let verdict = &run["report"]["validation"]["verdict"];
    assert_eq!(verdict["better_than_guessing"], true, "{verdict}");
    assert!(run["report"]["test"].is_null(), "the test part was opened without being asked for");

    let judged = project.json(&["evaluate", "customers", "--test"]);
    assert_eq!(judged["part"], "test");
    project.json(&["evaluate", "customers", "--test"]);
    let again = project.json(&["train", &recipe, "--test"]);
    assert_eq!(again["report"]["test_openings"], 3);

    let answers =
        project.call(&["predict", "customers", "customers.csv", "--output", "answers.csv"]).succeed();
    assert!(answers.out.contains("600"), "{}", answers.out);
    let written = std::fs::read_to_string(project.path().join("answers.csv")).expect("written");
    assert_eq!(written.lines().count(), 601);
    assert!(written.starts_with("row,label,probability,"), "{written}");

    let compared = project.json(&["runs", "compare", "customers-1", "customers-2"]);
    assert_eq!(compared["settings"], serde_json::json!([]));
    project.json(&["models", "export", "customers@1", "--to", "taken.zip"]);
    project.json(&["models", "export", "customers@1", "--to", "taken"]);
    assert!(project.path().join("taken").is_dir());
    assert_eq!(project.call(&["models", "export", "customers@1", "--to", "taken"]).code, 1);
}

#[test]
fn rows_on_standard_input_are_answered_as_those_in_a_file() {
    let project = Project::new();
    project.write("customers.csv", customers()).write("recipes/churn.toml", CHURN);
    project.call(&["data", "import", "customers.csv"]).succeed();
    project.call(&["train", "recipes/churn.toml"]).succeed();
    let from_file = project.call(&["predict", "churn", "customers.csv"]).succeed().out;
    let from_pipe = project.call_with(&["predict", "churn", "-"], customers().as_bytes()).succeed().out;
    assert_eq!(from_file, from_pipe);
    let line = "{\"age\": 30, \"plan\": \"gold\", \"spend\": 60.5, \"months\": 3}\n";
    let answer =
        project.call_with(&["predict", "churn", "-", "--format", "jsonl"], line.as_bytes()).succeed().out;
    assert!(answer.contains("\"label\""), "{answer}");
    let unseen = "{\"age\": 30, \"plan\": \"platinum\", \"spend\": 60.5, \"months\": 3}\n";
    let answer =
        project.call_with(&["predict", "churn", "-", "--format", "jsonl"], unseen.as_bytes()).succeed().out;
    assert!(answer.contains("platinum"), "an unseen category is not said: {answer}");
}

#[test]
fn training_until_accepted_meets_the_bar_and_opens_the_test_part_once() {
    let project = Project::new();
    let recipe = CHURN.replace("epochs = 12", "epochs = 1").replace("0.01", "0.0001");
    project.write("customers.csv", customers());
    project.write("recipes/churn.toml", format!("{recipe}[accept]\naccuracy = 0.85\n"));
    project.call(&["data", "import", "customers.csv"]).succeed();
    let run = project.json(&["train", "recipes/churn.toml", "--until-accepted", "--budget", "2m"]);
    let rounds = run["report"]["rounds"].as_array().expect("rounds").clone();
    assert!(rounds.len() > 1, "the first round was good enough already: {rounds:?}");
    assert_eq!(rounds.last().expect("a round")["accepted"], true, "{rounds:?}");
    assert!(rounds[1]["changes"].as_array().is_some_and(|changes| !changes.is_empty()), "{rounds:?}");
    assert_eq!(run["report"]["test_openings"], 1);
    assert_eq!(run["report"]["test"]["part"], "test");
}

#[test]
fn a_budget_that_is_too_small_ends_in_time_with_the_best_so_far() {
    let project = Project::new();
    project.write("customers.csv", customers());
    project.write("recipes/churn.toml", format!("{CHURN}[accept]\naccuracy = 0.9999\n"));
    project.call(&["data", "import", "customers.csv"]).succeed();
    let begun = std::time::Instant::now();
    let run = project.json(&["train", "recipes/churn.toml", "--until-accepted", "--budget", "5s"]);
    assert!(begun.elapsed().as_secs() < 40, "it took {:?}", begun.elapsed());
    assert_eq!(run["report"]["model"], "churn@1");
    assert!(
        run["report"]["rounds"]
            .as_array()
            .is_some_and(|rounds| rounds.iter().all(|round| round["accepted"] == false))
    );
}

#[test]
fn a_search_is_reported_and_replays() {
    let project = Project::new();
    let tune = "[tune]\ntrials = 4\nbudget_epochs = 12\nsearch = [\n  { path = \"train.optimizer.learning_rate\", low = 1e-4, high = 0.1, log = true },\n  { path = \"network.0.units\", choices = [4, 8, 16] },\n]\n";
    project.write("customers.csv", customers());
    project.write("recipes/churn.toml", format!("{}{tune}", CHURN.replace("epochs = 12", "epochs = 3")));
    project.call(&["data", "import", "customers.csv"]).succeed();
    let first = project.json(&["tune", "recipes/churn.toml"]);
    let trials = first["tune"]["trials"].as_array().expect("trials").clone();
    assert_eq!(trials.len(), 4, "{trials:?}");
    assert!(first["tune"]["epochs_spent"].as_u64() <= Some(12));
    assert!(first["tune"]["best_recipe"].as_str().is_some_and(|recipe| recipe.contains("learning_rate")));
    let second = project.json(&["tune", "recipes/churn.toml"]);
    let values = |run: &serde_json::Value| {
        let trials = run["tune"]["trials"].as_array().cloned().unwrap_or_default();
        trials
            .into_iter()
            .map(|trial| (trial["settings"].clone(), trial["value"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(values(&first), values(&second), "the search does not replay");
}

#[test]
fn the_next_step_that_init_names_works_from_where_one_stands() {
    let project = Project::empty();
    project.write("customers.csv", customers());
    let said =
        project.call(&["init", "shop", "--from", "customers.csv", "--target", "churned"]).succeed().out;
    let call = said.split('`').find(|piece| piece.starts_with("flywheel ")).expect("a next step").to_owned();
    let words: Vec<&str> = call.split(' ').skip(1).collect();
    assert!(words.contains(&"train"), "{call}");
    project.call(&words).succeed();
    let lost = project.call(&["runs", "list"]).refuse();
    assert!(lost.err.contains(&project.path().display().to_string()), "{}", lost.err);
}

#[test]
fn what_a_new_user_stumbles_over_is_said() {
    let project = Project::new();
    project.write("customers.csv", customers()).write("recipes/churn.toml", CHURN);
    project.call(&["data", "import", "customers.csv"]).succeed();
    let trained = project.call(&["train", "recipes/churn.toml"]).succeed();
    assert_eq!(trained.out.matches("are kept").count(), usize::from(trained.out.contains("are kept")));

    project.write("few.csv", "age,sped\n30,5\n");
    let answered = project.call(&["predict", "churn", "few.csv"]).succeed();
    assert!(answered.err.contains("lacks 3 of the 4 columns"), "{}", answered.err);
    let answered = project.call(&["predict", "churn", "few.csv", "--lang", "zh-CN"]).succeed();
    assert!(answered.err.contains("4 列中的 3 列"), "{}", answered.err);

    assert_eq!(project.json(&["evaluate", "churn", "--part", "test"])["part"], "test");
    project.call(&["deploy", "churn"]).succeed();
    let watched = project.call(&["monitor", "churn"]).succeed().out;
    assert!(!watched.contains("PSI"), "drift of nothing: {watched}");
    let card = project.call(&["models", "show", "churn", "--lang", "zh-CN"]).succeed().out;
    assert!(card.contains("`plan` (类别)") && !card.contains("(category)"), "{card}");

    let mistyped = project.call(&["evaluate", "churn", "--part", "tests", "--lang", "zh-CN"]).refuse();
    assert!(mistyped.err.contains("是否想写 `test`"), "{}", mistyped.err);
    let mistyped = project.call(&["trian", "recipes/churn.toml"]).refuse();
    assert!(mistyped.err.contains("there is no verb `trian`"), "{}", mistyped.err);
}
