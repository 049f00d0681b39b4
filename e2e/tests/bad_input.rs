//! Bad input: every mistake at once, with place and advice, exit code 1, nothing half-written.

use e2e::pictures::{idx_images, idx_labels, png};
use e2e::rows::{CHURN, customers};
use e2e::{Called, Project};

/// The call is refused and leaves every file as it was.
fn refused(project: &Project, arguments: &[&str]) -> Called {
    let before = project.files();
    let called = project.call(arguments).refuse();
    assert_eq!(project.files(), before, "something was left behind");
    assert!(called.out.is_empty(), "{}", called.out);
    let mut with_json = arguments.to_vec();
    with_json.push("--json");
    let report = project.call(&with_json).refuse().out;
    let report: serde_json::Value =
        serde_json::from_str(&report).unwrap_or_else(|error| panic!("{error}: {report}"));
    assert!(report["problems"].as_array().is_some_and(|problems| !problems.is_empty()), "{report}");
    called
}

#[test]
fn a_truncated_idx_file() {
    let project = Project::new();
    project.write("digits/train-images-idx3-ubyte", idx_images(100, 8, 100 * 64 - 7));
    project.write("digits/train-labels-idx1-ubyte", idx_labels(100, &[1; 100]));
    insta::assert_snapshot!(refused(&project, &["data", "import", "digits"]).err);
}

#[test]
fn an_idx_file_whose_labels_do_not_fit() {
    let project = Project::new();
    project.write("digits/train-images-idx3-ubyte", idx_images(10, 8, 10 * 64));
    project.write("digits/train-labels-idx1-ubyte", idx_labels(9, &[1; 9]));
    insta::assert_snapshot!(refused(&project, &["data", "import", "digits"]).err);
}

#[test]
fn a_mislabelled_idx_file() {
    let project = Project::new();
    project.write("digits/train-images-idx3-ubyte", b"PK\x03\x04 this is a zip");
    insta::assert_snapshot!(refused(&project, &["data", "import", "digits"]).err);
}

#[test]
fn images_of_different_sizes() {
    let project = Project::new();
    for index in 0..4 {
        project.write(&format!("photos/cat/{index}.png"), png(8, 8, 10 * index));
        project.write(&format!("photos/dog/{index}.png"), png(8, 8 + u32::from(index == 2), 200));
    }
    insta::assert_snapshot!(refused(&project, &["data", "import", "photos"]).err);
}

#[test]
fn a_csv_with_shifted_rows() {
    let project = Project::new();
    project.write("shop.csv", "a,b,c\n1,2,3\n4,5\n6,7,8,9\n1,1,1\n");
    insta::assert_snapshot!(refused(&project, &["data", "import", "shop.csv"]).err);
}

#[test]
fn a_csv_in_another_encoding_is_read_and_said() {
    let project = Project::new();
    // "城市" in GBK.
    let mut bytes = b"city,n\n".to_vec();
    for _ in 0..20 {
        bytes.extend_from_slice(&[0xB3, 0xC7, 0xCA, 0xD0, b',', b'1', b'\n']);
    }
    project.write("shop.csv", bytes);
    let report = project.json(&["data", "import", "shop.csv"]);
    let said = format!("{}{}", report["actions"], report["warnings"]).to_lowercase();
    assert!(said.contains("gb"), "the encoding is not said: {said}");
    assert!(report["profile"]["columns"][0]["examples"].to_string().contains("城市"), "{report}");
}

#[test]
fn a_column_that_is_sometimes_text_is_warned_of() {
    let project = Project::new();
    let mut csv = String::from("age,label\n");
    for row in 0..60 {
        csv.push_str(&format!(
            "{},{}\n",
            if row == 31 { "unknown".to_owned() } else { row.to_string() },
            row % 2
        ));
    }
    project.write("ages.csv", csv);
    let report = project.json(&["data", "import", "ages.csv"]);
    let said = format!("{}{}{}", report["actions"], report["warnings"], report["profile"]["findings"]);
    assert!(said.contains("unknown") && said.contains("age"), "{said}");
}

/// A recipe for a table of the given rows.
fn with_recipe(rows: &str, recipe: &str) -> Project {
    let project = Project::new();
    project.write("customers.csv", rows).write("recipes/churn.toml", recipe);
    project.call(&["data", "import", "customers.csv"]).succeed();
    project
}

#[test]
fn an_absent_target() {
    let project = with_recipe(&customers(), &CHURN.replace("\"churned\"", "\"churn\""));
    insta::assert_snapshot!(refused(&project, &["train", "recipes/churn.toml"]).err);
}

#[test]
fn a_constant_target() {
    let rows = customers().replace(",yes\n", ",no\n");
    let project = with_recipe(&rows, CHURN);
    insta::assert_snapshot!(refused(&project, &["train", "recipes/churn.toml"]).err);
}

#[test]
fn a_class_that_appears_once() {
    let mut rows = customers();
    rows.push_str("c9999,30,gold,1.5,3,perhaps\n");
    let project = with_recipe(&rows, CHURN);
    insta::assert_snapshot!(refused(&project, &["train", "recipes/churn.toml"]).err);
}

#[test]
fn a_recipe_with_unknown_words() {
    let recipe =
        CHURN.replace("epochs", "epoch").replace("\"dense\"", "\"dence\"").replace("0.01", "\"0.01\"");
    let project = with_recipe(&customers(), &recipe);
    insta::assert_snapshot!(refused(&project, &["train", "recipes/churn.toml"]).err);
}

#[test]
fn a_recipe_with_unknown_words_in_chinese() {
    let recipe = CHURN.replace("epochs", "epoch").replace("\"dense\"", "\"dence\"");
    let project = with_recipe(&customers(), &recipe);
    insta::assert_snapshot!(refused(&project, &["train", "recipes/churn.toml", "--lang", "zh-CN"]).err);
}

#[test]
fn a_recipe_that_is_not_toml() {
    let project = with_recipe(&customers(), "name = churn\n[data\n");
    insta::assert_snapshot!(refused(&project, &["train", "recipes/churn.toml"]).err);
}

#[test]
fn a_shape_that_does_not_fit() {
    let recipe =
        CHURN.replace("{ kind = \"dropout\", rate = 0.1 }", "{ kind = \"conv2d\", filters = 4, kernel = 3 }");
    let project = with_recipe(&customers(), &recipe);
    insta::assert_snapshot!(refused(&project, &["check", "recipes/churn.toml"]).err);
}

#[test]
fn a_softmax_under_mse_is_warned_of_and_trained() {
    let recipe = CHURN
        .replace("{ kind = \"output\" }", "{ kind = \"output\", activation = \"softmax\" }")
        .replace("batch_size = 16", "batch_size = 16\nloss = { kind = \"mse\" }")
        .replace("epochs = 12", "epochs = 1");
    let project = with_recipe(&customers(), &recipe);
    let report = project.json(&["train", "recipes/churn.toml"]);
    let warnings = report["report"]["warnings"].as_array().expect("warnings").clone();
    assert!(warnings.iter().any(|warning| warning["severity"] == "warning"), "{warnings:?}");
    let shown = project.call(&["check", "recipes/churn.toml"]).succeed();
    insta::assert_snapshot!(shown.out.lines().take(12).collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_loss_that_does_not_suit_the_target() {
    let recipe = CHURN.replace("batch_size = 16", "batch_size = 16\nloss = { kind = \"huber\" }");
    let project = with_recipe(&customers(), &recipe);
    let called = project.call(&["check", "recipes/churn.toml"]);
    insta::assert_snapshot!(format!("{}\n{}", called.code, called.err));
}

#[test]
fn names_that_lead_nowhere() {
    let project = with_recipe(&customers(), CHURN);
    let mut all = String::new();
    for arguments in [
        &["train", "recipes/chrun.toml"][..],
        &["data", "profile", "custmers"],
        &["data", "import", "nowhere.csv"],
        &["runs", "show", "churn-9"],
        &["resume", "churn-9"],
        &["models", "show", "chrun"],
        &["deploy", "churn"],
        &["rollback", "churn"],
        &["predict", "churn", "customers.csv"],
        &["monitor", "churn"],
    ] {
        let called = project.call(arguments).refuse();
        all.push_str(&format!("$ flywheel {}\n{}\n", arguments.join(" "), called.err));
    }
    insta::with_settings!({filters => vec![(r"recipes/digits-[a-z-]+\.toml, ", "")]}, {
        insta::assert_snapshot!(all);
    });
}

#[test]
fn a_folder_without_a_project() {
    let project = Project::empty();
    let called = project.call(&["runs", "list"]).refuse();
    assert!(called.err.contains("flywheel init"), "{}", called.err);
}

#[test]
fn a_damaged_or_newer_bundle_is_refused_and_named() {
    let project = with_recipe(&customers(), &CHURN.replace("epochs = 12", "epochs = 1"));
    project.call(&["train", "recipes/churn.toml"]).succeed();
    let bundle = project.path().join(".flywheel/models/churn/1");
    for entry in std::fs::read_dir(&bundle).expect("a bundle").flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "md") {
            continue;
        }
        let whole = std::fs::read(&path).expect("read");
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 0x01;
        std::fs::write(&path, &damaged).expect("written");
        let called = project.call(&["deploy", "churn@1"]);
        assert_ne!(called.code, 0, "{} was damaged unseen", path.display());
        assert!(!called.err.contains("panicked"), "{}", called.err);
        std::fs::write(&path, &whole).expect("written");
    }
    project.call(&["deploy", "churn@1"]).succeed();
}
