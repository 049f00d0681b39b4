//! The help of every verb, as it is read.

use e2e::Project;

const VERBS: [&[&str]; 102] = [
    &[],
    &["init"],
    &["data"],
    &["data", "get"],
    &["data", "import"],
    &["data", "list"],
    &["data", "profile"],
    &["events"],
    &["events", "import"],
    &["events", "list"],
    &["events", "show"],
    &["events", "properties"],
    &["events", "aside"],
    &["events", "aside", "list"],
    &["events", "aside", "show"],
    &["events", "aside", "resend"],
    &["people"],
    &["people", "merges"],
    &["people", "merge"],
    &["people", "preview"],
    &["people", "undo"],
    &["people", "export"],
    &["people", "erase"],
    &["keys"],
    &["keys", "list"],
    &["keys", "create"],
    &["keys", "revoke"],
    &["surveys"],
    &["surveys", "list"],
    &["feedback"],
    &["feedback", "import"],
    &["feedback", "insights"],
    &["feedback", "search"],
    &["feedback", "behaviour"],
    &["feedback", "encode"],
    &["feedback", "train"],
    &["feedback", "classify"],
    &["opportunities"],
    &["opportunities", "accept"],
    &["opportunities", "drop"],
    &["opportunities", "reopen"],
    &["opportunities", "release"],
    &["opportunities", "effort"],
    &["opportunities", "note"],
    &["case"],
    &["case", "write"],
    &["case", "list"],
    &["support"],
    &["support", "answer"],
    &["support", "check"],
    &["support", "inbox"],
    &["support", "draft"],
    &["support", "settle"],
    &["support", "gaps"],
    &["sample"],
    &["ask"],
    &["trend"],
    &["funnel"],
    &["retention"],
    &["lifecycle"],
    &["stickiness"],
    &["paths"],
    &["segment"],
    &["growth"],
    &["activation"],
    &["north-star"],
    &["revenue"],
    &["ltv"],
    &["satisfaction"],
    &["word-of-mouth"],
    &["experience"],
    &["release"],
    &["digest"],
    &["question"],
    &["question", "list"],
    &["question", "kinds"],
    &["question", "run"],
    &["sql"],
    &["check"],
    &["train"],
    &["resume"],
    &["runs"],
    &["runs", "list"],
    &["runs", "show"],
    &["runs", "compare"],
    &["runs", "stop"],
    &["evaluate"],
    &["tune"],
    &["models"],
    &["models", "list"],
    &["models", "show"],
    &["models", "export"],
    &["models", "get"],
    &["deploy"],
    &["rollback"],
    &["predict"],
    &["serve"],
    &["monitor"],
    &["demo"],
    &["cluster"],
    &["cluster", "scheduler"],
    &["cluster", "executor"],
];

#[test]
fn every_verb_explains_itself_with_an_example() {
    let project = Project::empty();
    let mut all = String::new();
    for verb in VERBS {
        let mut arguments = verb.to_vec();
        arguments.push("--help");
        let help = project.call(&arguments).succeed().out;
        all.push_str(&format!("$ flywheel {}\n{help}\n", arguments.join(" ")));
    }
    insta::assert_snapshot!("help_en", all);
}

#[test]
fn every_verb_explains_itself_in_chinese() {
    let project = Project::empty();
    let mut all = String::new();
    for verb in VERBS {
        let mut arguments = verb.to_vec();
        arguments.extend(["--help", "--lang", "zh-CN"]);
        let help = project.call(&arguments).succeed().out;
        all.push_str(&format!("$ flywheel {}\n{help}\n", arguments.join(" ")));
    }
    insta::assert_snapshot!("help_zh", all);
}

#[test]
fn the_language_follows_the_flag_then_the_project_then_the_locale() {
    let project = Project::empty();
    let first_line = |project: &Project, arguments: &[&str], locale: &str| {
        let output = project.command(arguments).env("LC_ALL", locale).output().expect("started");
        String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned()
    };
    let chinese = |line: String| line.contains("命令") || line.contains('表') || line.contains("列出");
    assert!(chinese(first_line(&project, &["data", "list", "--help"], "zh_CN.UTF-8")));
    assert!(!chinese(first_line(&project, &["data", "list", "--help"], "de_DE.UTF-8")));
    project.write("flywheel.toml", "name = \"x\"\nlanguage = \"zh-CN\"\n");
    assert!(chinese(first_line(&project, &["data", "list", "--help"], "en_US.UTF-8")));
    assert!(!chinese(first_line(&project, &["data", "list", "--help", "--lang", "en"], "en_US.UTF-8")));
}

#[test]
fn a_mistyped_line_is_the_users_mistake() {
    let project = Project::empty();
    let called = project.call(&["tarin", "x.toml"]).refuse();
    assert!(called.out.is_empty() && called.err.contains("train"), "{}", called.err);
}

#[test]
fn completions_are_printed_for_a_shell() {
    let called = Project::empty().call(&["completions", "bash"]).succeed();
    assert!(called.out.contains("_flywheel()"), "{}", called.out);
}
