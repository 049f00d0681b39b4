//! The whole loop in a terminal: from a CSV to a monitored model, as a product manager would walk it.

use e2e::Project;
use e2e::pictures::{idx_images, png};
use e2e::rows::{CHURN, customers};

/// The recipe for pictures of two shades.
const SHADES: &str = "name = \"shades\"
network = [
  { kind = \"flatten\" },
  { kind = \"output\" },
]
[data]
table = \"shades\"
target = \"label\"
[train]
epochs = 2
batch_size = 8
";

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
    assert!(written.lines().next().is_some_and(|header| header.ends_with(",notes")), "{written}");

    let compared = project.json(&["runs", "compare", "customers-1", "customers-2"]);
    assert_eq!(compared["settings"], serde_json::json!([]));
    project.json(&["models", "export", "customers@1", "--to", "taken.zip"]);
    project.json(&["models", "export", "customers@1", "--to", "taken"]);
    assert!(project.path().join("taken").is_dir());
    assert_eq!(project.call(&["models", "export", "customers@1", "--to", "taken"]).code, 1);
}

#[test]
fn a_model_is_judged_on_another_table_whatever_columns_and_classes_that_has() {
    let project = Project::new();
    project.write("customers.csv", customers()).write("recipes/churn.toml", CHURN);
    project.call(&["data", "import", "customers.csv"]).succeed();
    project.call(&["train", "recipes/churn.toml"]).succeed();
    // Without the id that the recipe leaves out, only those who stayed, and a single row.
    let stayed: Vec<String> = customers()
        .lines()
        .skip(1)
        .filter(|line| line.ends_with(",no"))
        .map(|line| line.split_once(',').map_or_else(String::new, |(_, rest)| format!("{rest}\n")))
        .collect();
    let header = "age,plan,spend,months,churned\n";
    project.write("stayed.csv", header.to_owned() + &stayed.concat());
    project.write("single.csv", header.to_owned() + &stayed[0]);
    for (table, rows) in [("stayed", stayed.len()), ("single", 1)] {
        project.call(&["data", "import", &format!("{table}.csv")]).succeed();
        let report = project.json(&["evaluate", "churn", "--on", table]);
        assert_eq!(report["rows"], rows, "{report}");
    }
}

#[test]
fn a_model_is_judged_on_its_own_table_as_it_learned_from_it() {
    let project = Project::new();
    let line = |row: usize| {
        let size = if row % 2 == 0 { "lots".to_owned() } else { (row * 3).to_string() };
        let other = row * 7 % 13;
        format!("{size},{other},{}\n", if other > 6 { "yes" } else { "no" })
    };
    let lines = "size,other,kept\n".to_owned() + &(0..200).map(line).collect::<String>();
    let recipe = "name = \"mixed\"
[data]
table = \"mixed\"
target = \"kept\"
[[prepare.columns]]
name = \"size\"
kind = \"number\"
[train]
epochs = 2
";
    project.write("mixed.csv", &lines).write("again.csv", &lines).write("recipes/mixed.toml", recipe);
    for table in ["mixed.csv", "again.csv"] {
        project.call(&["data", "import", table]).succeed();
    }
    project.call(&["train", "recipes/mixed.toml"]).succeed();
    // A size that is no number counted as missing; in a table that it did not learn from that is a mistake.
    assert_eq!(project.json(&["evaluate", "mixed", "--test"])["part"], "test");
    let refused = project.call(&["evaluate", "mixed", "--on", "again"]).refuse();
    assert!(refused.err.contains("lots"), "{}", refused.err);
}

#[test]
fn a_test_part_without_rows_is_never_opened() {
    let project = Project::new();
    let recipe = format!("{CHURN}[split]\ntest = 0.0\nvalidation = 0.3\n");
    project.write("customers.csv", customers()).write("recipes/churn.toml", recipe);
    project.call(&["data", "import", "customers.csv"]).succeed();
    project.call(&["train", "recipes/churn.toml"]).succeed();
    for _ in 0..2 {
        project.call(&["evaluate", "churn", "--test"]).refuse();
    }
    project.write("recipes/churn.toml", CHURN);
    assert_eq!(project.json(&["train", "recipes/churn.toml", "--test"])["report"]["test_openings"], 1);
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
fn a_file_is_answered_row_by_row_or_not_at_all() {
    let project = Project::new();
    project.write("customers.csv", customers()).write("recipes/churn.toml", CHURN);
    project.call(&["data", "import", "customers.csv"]).succeed();
    project.call(&["train", "recipes/churn.toml"]).succeed();
    project.write("new.csv", "age,plan,spend,months\n30,gold,60.5,3\n31,platinum,2,3\n");
    let answered = project.call(&["predict", "churn", "new.csv"]).succeed().out;
    let lines: Vec<&str> = answered.lines().collect();
    assert!(lines[1].starts_with("1,") && lines[1].ends_with(','), "{answered}");
    assert!(lines[2].starts_with("2,") && lines[2].contains("`platinum` was never seen"), "{answered}");
    let rows = "30,gold,60.5,3\n".repeat(9);
    project.write("broken.csv", format!("age,plan,spend,months\n30,gold,60.5\n{rows}"));
    let refused = project.call(&["predict", "churn", "broken.csv"]).refuse();
    assert!(refused.err.contains("row 1 has 3 fields"), "{}", refused.err);
}

#[test]
fn pictures_are_answered_by_name_whatever_their_size() {
    let project = Project::new();
    for shade in 0..30 {
        project.write(&format!("shades/dark/{shade}.png"), png(4, 4, shade));
        project.write(&format!("shades/light/{shade}.png"), png(4, 4, 200 + shade));
    }
    project.write("recipes/shades.toml", SHADES);
    project.call(&["data", "import", "shades"]).succeed();
    project.call(&["train", "recipes/shades.toml"]).succeed();
    project.write("new/large.png", png(9, 7, 12)).write("new/small.png", png(4, 4, 240));
    let answered = project.call(&["predict", "shades", "new"]).succeed().out;
    let lines: Vec<&str> = answered.lines().collect();
    assert!(lines[0].starts_with("row,file,label,probability,"), "{answered}");
    assert!(lines[1].starts_with("1,large.png,") && lines[2].starts_with("2,small.png,"), "{answered}");
    let lone = project.call(&["predict", "shades", "new/large.png"]).succeed().out;
    assert!(lone.contains("9 × 7"), "{lone}");

    project.write("idx/train-images-idx3-ubyte", idx_images(5, 4, 80));
    project.write("idx/t10k-images-idx3-ubyte", idx_images(3, 4, 48));
    let answered = project.call(&["predict", "shades", "idx/t10k-images-idx3-ubyte"]).succeed().out;
    assert_eq!(answered.lines().count(), 1 + 3, "{answered}");
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
fn a_search_says_why_its_first_trial_failed() {
    let project = Project::new();
    let tune = "[tune]\ntrials = 2\nmethod = \"random\"\nsearch = [{ path = \"train.warmup_epochs\", choices = [50.0] }]\n";
    project.write("customers.csv", customers()).write("recipes/churn.toml", format!("{CHURN}{tune}"));
    project.call(&["data", "import", "customers.csv"]).succeed();
    let run = project.json(&["tune", "recipes/churn.toml"]);
    let notes = run["notes"].to_string();
    assert_eq!(notes.matches("workbench.trial_failed").count(), 1, "{notes}");
    assert!(notes.contains("Trial 1 failed") && notes.contains("50"), "{notes}");
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
fn init_without_a_clear_target_names_the_call_that_goes_on_and_imports_once() {
    let project = Project::empty();
    let rows = (0..120).map(|row| format!("{}.5,{}.5,{}.5\n", row * 7 % 53, row * 11 % 47, row * 13 % 59));
    project.write("readings.csv", format!("v,w,x\n{}", rows.collect::<String>()));
    let version = || project.json(&["--project", "lab", "data", "list"])[0]["version"].clone();
    let refused = project.call(&["init", "lab", "--from", "readings.csv", "--target", "z"]).refuse();
    assert!(refused.err.contains("`z`"), "{}", refused.err);
    assert_eq!(version(), serde_json::Value::Null, "imported before the target was known");

    let said = project.call(&["init", "lab", "--from", "readings.csv"]).succeed().out;
    let call = said.split('`').find(|piece| piece.starts_with("flywheel ")).expect("a next step").to_owned();
    for (target, recipe) in [("x", "readings"), ("w", "readings-w"), ("x", "readings")] {
        let call = call.replace("COLUMN", target);
        let words: Vec<&str> = call.split(' ').skip(1).collect();
        let said = project.call(&words).succeed().out;
        assert!(said.contains(&format!("{recipe}.toml`")), "{said}");
        let text = std::fs::read_to_string(project.path().join(format!("lab/recipes/{recipe}.toml")));
        let text = text.expect("a recipe");
        assert!(text.contains(&format!("name = \"{recipe}\"")), "{text}");
        assert!(text.contains(&format!("target = \"{target}\"")), "{text}");
        assert_eq!(version(), 0, "the same file was imported again");
    }
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
