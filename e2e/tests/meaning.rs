//! Messages read by meaning with a real encoder, through the built binary: found without a common word, and kept.

use std::path::PathBuf;

use e2e::Project;

/// The published MiniLM, where the tests' preparation brought it.
fn encoder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("FLYWHEEL_MINILM")?);
    folder.is_dir().then_some(folder)
}

const MESSAGES: &str = "user_id,date,text
a,2026-03-01,my card was declined at the checkout
b,2026-03-01,the photos look gorgeous in the new layout
c,2026-03-02,shipping took three weeks
d,2026-03-02,I forgot how to sign in to my profile
e,2026-03-03,the parcel never arrived
f,2026-03-03,快递太慢了
";

#[test]
fn messages_are_found_by_what_they_mean() {
    let Some(encoder) = encoder() else {
        eprintln!("FLYWHEEL_MINILM is not set: left out");
        return;
    };
    let project = Project::new();
    project.write("messages.csv", MESSAGES);
    project.json(&["feedback", "import", "messages.csv"]);
    let without = project.call(&["feedback", "encode"]).refuse();
    assert!(without.err.contains("flywheel models get"), "{}", without.err);

    let got = project.json(&["models", "get", &encoder.display().to_string(), "--as", "minilm"]);
    assert_eq!(got["dimension"], 384, "{got}");
    let read = project.json(&["feedback", "encode"]);
    assert_eq!((&read["messages"], &read["read"], &read["new"]), (&6.into(), &5.into(), &5.into()), "{read}");
    assert_eq!(project.json(&["feedback", "encode"])["new"], 0, "each is read once");

    for (query, author) in [
        ("payment does not go through", "card"),
        ("beautiful pictures", "photos"),
        ("lost password", "sign in"),
        ("delivery is late", "shipping"),
    ] {
        let found = project.json(&["feedback", "search", query, "--limit", "2"]);
        let texts = found["hits"].to_string();
        assert!(texts.contains(author), "{query}: {texts}");
    }
    let said = project.call(&["feedback", "search", "beautiful pictures"]).succeed().out;
    assert!(said.contains("nearest in meaning") && !said.contains("parcel"), "{said}");
    // A message in a language that the encoder does not read is found by its words as before.
    let chinese = project.json(&["feedback", "search", "快递"]);
    assert!(chinese["hits"].to_string().contains("快递太慢了"), "{chinese}");
    project.write("more.csv", "user_id,date,text\ng,2026-03-04,the total on my bill is too high\n");
    project.json(&["feedback", "import", "more.csv"]);
    let found = project.json(&["feedback", "search", "expensive invoice", "--limit", "1"]);
    assert!(found["hits"].to_string().contains("bill"), "what arrives is read on the way: {found}");

    project.json(&["feedback", "insights"]);
    project.call(&["people", "erase", "a"]).succeed();
    let gone = project.json(&["feedback", "search", "payment does not go through"]);
    assert!(!gone.to_string().contains("declined"), "{gone}");

    let file = project.path().join("flywheel.toml");
    let text = std::fs::read_to_string(&file).expect("a project");
    std::fs::write(&file, format!("encoder = \"none\"\n{text}")).expect("written");
    let words = project.json(&["feedback", "search", "expensive invoice"]);
    assert_eq!(words["total"], 0, "by words alone nothing is found: {words}");
    std::fs::write(&file, format!("encoder = \"minilmm\"\n{text}")).expect("written");
    let absent = project.call(&["feedback", "search", "invoice"]).refuse();
    assert!(absent.err.contains("minilmm"), "{}", absent.err);
}
