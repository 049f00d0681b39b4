//! Messages sorted a project's own way, through the built binary: labels learned, the unsure counted apart, both languages.

use e2e::Project;
use serde_json::Value;

/// Reasons with the words that people use for them, in both languages.
const REASONS: [(&str, [&str; 4], [&str; 3]); 3] = [
    (
        "billing",
        ["the payment", "my invoice", "the refund", "a charge on my card"],
        ["failed twice", "is wrong", "又被扣款，付款失败"],
    ),
    (
        "delivery",
        ["the parcel", "shipping", "the courier", "my delivery"],
        ["came late", "got lost", "快递太慢，包裹没到"],
    ),
    (
        "login",
        ["the password", "signing in", "the code by text message", "my account"],
        ["is locked", "does not work", "无法登录，验证码收不到"],
    ),
];

/// Labelled messages as CSV, each one different, and then some without a label.
fn labelled(unlabelled: &[&str]) -> String {
    let mut csv = "user_id,date,text,reason\n".to_owned();
    let mut row = 0;
    for (reason, things, troubles) in REASONS {
        for thing in things {
            for trouble in troubles {
                for opening in ["hello,", "again:", "please help,", "I think", "since Monday"] {
                    row += 1;
                    let day = 1 + row % 28;
                    csv += &format!(
                        "u{row},2026-03-{day:02},\"{opening} {thing} {trouble} ({row})\",{reason}\n"
                    );
                }
            }
        }
    }
    for (place, text) in unlabelled.iter().enumerate() {
        csv += &format!("v{place},2026-04-01,\"{text}\",\n");
    }
    csv + "w1,2026-04-02,\"the only one of its kind\",strange\n"
}

fn label<'a>(report: &'a Value, name: &str) -> &'a Value {
    let labels = report["labels"].as_array().expect("labels");
    labels.iter().find(|label| label["label"] == name).unwrap_or(&Value::Null)
}

#[test]
fn a_project_learns_its_own_labels_and_sorts_the_rest() {
    let project = Project::new();
    let unlabelled = [
        "my invoice is wrong and the refund failed",
        "包裹没到，快递太慢",
        "the password is locked",
        "zxqv wvut srqp",
    ];
    project.write("labelled.csv", labelled(&unlabelled));
    project.json(&["feedback", "import", "labelled.csv"]);

    let draft = project.json(&["feedback", "train", "--label", "reason", "--draft"]);
    assert_eq!(draft["labelled"], 180, "{draft}");
    assert_eq!((&draft["unlabelled"], &draft["rare"]), (&4.into(), &1.into()), "{draft}");
    let recipe =
        std::fs::read_to_string(project.path().join("recipes/feedback-reason.toml")).expect("a recipe");
    assert!(recipe.contains("sure"), "{recipe}");
    project.call(&["check", "recipes/feedback-reason.toml"]).succeed();

    let run = project.json(&["feedback", "train", "--label", "reason", "--test"]);
    assert_eq!(run["report"]["state"], "finished", "{run}");
    assert!(
        run["report"]["findings"].to_string().contains("train.refitted"),
        "{}",
        run["report"]["findings"]
    );
    let sure = &run["report"]["test"]["sure"];
    assert!(sure["coverage"]["value"].as_f64() > Some(0.5), "{}", run["report"]["test"]);
    assert!(sure["accuracy"]["value"].as_f64() > Some(0.9), "{sure}");

    let report = project.json(&["feedback", "classify", "feedback-reason"]);
    assert_eq!(report["messages"], 185, "{report}");
    // People's own labels stand, the rare one too.
    assert_eq!(report["labelled"], 181, "{report}");
    assert_eq!(label(&report, "strange")["messages"], 1);
    assert!(label(&report, "billing")["messages"].as_u64() > Some(60), "{report}");
    assert!(label(&report, "delivery")["messages"].as_u64() > Some(60), "{report}");
    assert!(
        report["not_sure"].as_u64() >= Some(1),
        "words that nobody ever used are not guessed at: {report}"
    );

    let shown = project.call(&["feedback", "classify", "feedback-reason", "--lang", "zh-CN"]).succeed().out;
    assert!(shown.contains("没有把握"), "{shown}");
    let changed = project.json(&["feedback", "train", "--label", "reason", "--coverage", "80%", "--draft"]);
    assert!(changed["findings"].to_string().contains("serve.sure"), "{changed}");
    let recipe =
        std::fs::read_to_string(project.path().join("recipes/feedback-reason.toml")).expect("a recipe");
    assert!(recipe.contains("coverage") && recipe.contains("0.8"), "{recipe}");
    project.call(&["check", "recipes/feedback-reason.toml"]).succeed();
}

#[test]
fn a_recipe_of_that_name_that_reads_another_table_is_left_alone() {
    let project = Project::new();
    let theirs = "name = \"feedback-reason\"\n[data]\ntable = \"elsewhere\"\ntarget = \"reason\"\n";
    project.write("recipes/feedback-reason.toml", theirs).write("labelled.csv", labelled(&[]));
    project.json(&["feedback", "import", "labelled.csv"]);
    for _ in 0..2 {
        let draft = project.json(&["feedback", "train", "--label", "reason", "--draft"]);
        assert_eq!(draft["name"], "feedback-reason-2", "{draft}");
    }
    project.call(&["check", "recipes/feedback-reason-2.toml"]).succeed();
    let kept =
        std::fs::read_to_string(project.path().join("recipes/feedback-reason.toml")).expect("a recipe");
    assert_eq!(kept, theirs);
}

#[test]
fn a_label_that_cannot_be_learned_is_refused_with_what_there_is() {
    let project = Project::new();
    let nothing = project.call(&["feedback", "train", "--label", "reason"]).refuse();
    assert!(nothing.err.contains("feedback import"), "{}", nothing.err);
    project.write("labelled.csv", labelled(&[]));
    project.json(&["feedback", "import", "labelled.csv"]);
    let typo = project.call(&["feedback", "train", "--label", "reasons"]).refuse();
    assert!(typo.err.contains("`reason`"), "{}", typo.err);
    let two =
        project.call(&["feedback", "train", "--label", "reason", "--errors", "0.1", "--coverage", "0.5"]);
    assert_ne!(two.code, 0, "two wishes at once: {two:?}");
    let unknown = project.call(&["feedback", "classify", "feedback-reason"]).refuse();
    assert!(unknown.err.contains("feedback-reason"), "{}", unknown.err);
}
