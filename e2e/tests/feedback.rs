//! What users say, through the built binary: a make-believe startup's feedback imported, read, searched, ranked and
//! measured after a release, its customers answered, and one of its people erased from everything.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use e2e::Project;
use e2e::server::Server;
use serde_json::{Value, json};

/// A project with a startup's events and feedback, and the truth of them.
fn startup() -> (Project, Value) {
    let project = Project::new();
    project.call(&["sample", "sample", "--people", "500", "--seed", "11"]).succeed();
    let truth = std::fs::read_to_string(project.path().join("sample/truth.json")).expect("the truth");
    let truth: Value = serde_json::from_str(&truth).expect("JSON");
    let events = project.json(&["events", "import", "sample/events.jsonl"]);
    assert_eq!(events["aside"], 0, "{events}");
    (project, truth)
}

fn import(project: &Project) -> Value {
    project.json(&["feedback", "import", "sample/feedback.csv", "--key", "uuid"])
}

fn messages(truth: &Value) -> &Vec<Value> {
    truth["messages"].as_array().expect("messages")
}

#[test]
fn a_startups_feedback_is_imported_read_searched_and_ranked() {
    let (project, truth) = startup();
    let count = messages(&truth).len() as u64;
    let imported = import(&project);
    assert_eq!(imported["columns"]["text"], "text");
    assert_eq!(imported["columns"]["rating"], "rating");
    assert_eq!(imported["import"]["mapping"]["person"], "user_id");
    assert_eq!(imported["import"]["imported"], count, "{}", imported["import"]);
    assert!(imported["repeated"].as_u64() > Some(0), "the startup's people paste their complaints");
    assert!(imported["personal"].as_array().is_some_and(|kinds| !kinds.is_empty()), "{imported}");
    assert_eq!(import(&project)["import"]["imported"], 0, "what is known comes in once");

    let insights = project.json(&["feedback", "insights"]);
    let total = &insights["total"];
    assert!(total["messages"].as_u64() >= Some(count), "{total}");
    assert!(total["voices"].as_u64() < total["messages"].as_u64(), "{total}");
    assert!(insights["themes"].as_array().is_some_and(|themes| themes.len() >= 4), "{}", insights["themes"]);
    assert!(insights["other"]["share"].as_f64() < Some(0.2), "{}", insights["other"]["share"]);
    assert!(!insights["set_aside"].as_array().expect("reasons").is_empty(), "spam is set aside");
    let again = project.json(&["feedback", "insights"]);
    assert_eq!(again["themes"], insights["themes"], "read again, the themes keep their numbers and names");

    let found = project.json(&["feedback", "search", "付款 payment", "--limit", "5"]);
    assert!(found["total"].as_u64() > Some(0), "{found}");
    let negative = project.json(&["feedback", "search", "", "--mood", "negative", "--limit", "3"]);
    assert!(negative["hits"].as_array().expect("hits").iter().all(|hit| hit["fields"]["mood"] == "negative"));

    let ranked = project.json(&["opportunities"]);
    let list = ranked["opportunities"].as_array().expect("opportunities");
    assert!(!list.is_empty(), "{}", ranked["findings"]);
    let known: HashSet<&str> = messages(&truth).iter().filter_map(|label| label["uuid"].as_str()).collect();
    for one in list {
        let quotes = one["evidence"]["quotes"].as_array().expect("quotes");
        assert!(!quotes.is_empty(), "{one}");
        let survey = |quote: &Value| !known.contains(quote["id"].as_str().unwrap_or_default());
        assert!(quotes.iter().filter(|quote| survey(quote)).count() < quotes.len(), "{quotes:?}");
    }
    let paid: Vec<f64> =
        list.iter().filter_map(|one| one["evidence"]["share_of_revenue"]["value"].as_f64()).collect();
    assert_eq!(paid.len(), list.len(), "the startup's people pay");
    assert!(paid.iter().all(|share| (0.0..=1.0).contains(share)) && paid.iter().any(|share| *share > 0.0));
    for view in ["rice", "tree"] {
        assert_eq!(project.json(&["opportunities", "--view", view])["view"], view);
    }
    let shown = project.call(&["opportunities"]).succeed().out;
    assert!(shown.contains('●'), "{shown}");
    let chinese = project.call(&["feedback", "insights", "--lang", "zh-CN"]).succeed().out;
    assert!(chinese.contains("在说什么"), "{chinese}");
}

#[test]
fn an_opportunity_is_accepted_released_and_measured() {
    let (project, _) = startup();
    import(&project);
    let ranked = project.json(&["opportunities"]);
    let theme = ranked["opportunities"][0]["evidence"]["theme"].as_str().expect("a theme").to_owned();
    let accepted = project.json(&["opportunities", "accept", &theme]);
    assert_eq!(accepted["state"], "accepted");
    let shown = project.call(&["opportunities"]).succeed().out;
    assert!(
        shown.contains(&format!("\n#{theme} ")),
        "the number that is shown is the one to accept: {shown}"
    );
    let behaviour = project.call(&["feedback", "behaviour", "--paying", "order[amount"]);
    assert_eq!(behaviour.code, 1, "{behaviour:?}");
    let id = accepted["id"].as_str().expect("an id").to_owned();
    let early = project.call(&["case", "write", &id]);
    assert_eq!(early.code, 1, "{early:?}");
    let released = ["opportunities", "release", &id, "--release", "2.4", "--at", "2026-03-10"];
    assert_eq!(project.json(&released)["state"], "released");
    project.call(&["case", "write", &id, "--paying", "order[amount"]).refuse();
    let nobody = project.json(&["case", "write", &id, "--paying", "bill paid[amount>1000000]"]);
    let paid = &nobody["report"]["before"]["paying"]["theme"];
    assert!(paid.as_f64().is_none_or(|share| share == 0.0), "nobody pays so much: {paid}");
    let case = project.json(&["case", "write", &id, "--days", "28"]);
    assert!(
        ["worked", "unclear", "did_not"].contains(&case["report"]["verdict"].as_str().expect("a verdict"))
    );
    for side in ["before", "after"] {
        let side = &case["report"][side];
        assert_eq!(side["paying"].is_null(), side["returning"].is_null(), "paying is looked at too: {side}");
    }
    let markdown = std::fs::read_to_string(project.path().join(format!("cases/{id}.md"))).expect("a case");
    assert!(markdown.contains("2.4"), "{markdown}");
    assert_eq!(project.json(&["case", "list"]).as_array().map(Vec::len), Some(1));
    let ranked = project.json(&["opportunities"]);
    let list = ranked["opportunities"].as_array().expect("opportunities");
    let own = list.iter().find(|one| one["record"] == id.as_str()).expect("still listed");
    assert!(own["alike"].is_null(), "its own case is no other one: {own}");
    let unknown = project.call(&["opportunities", "accept", "no such theme"]);
    assert_eq!(unknown.code, 1, "{unknown:?}");
}

#[test]
fn reviews_without_people_are_ranked_and_measured_up_to_the_last_day() {
    let project = Project::new();
    let said = |at: usize| {
        let text = [["payment failed", "付款一直失败"], ["the app crashes on start", "一打开就闪退"]];
        let (month, day) = if at < 280 { (2, 1 + at % 28) } else { (3, 1 + at % 5) };
        format!("m{at},{} {at},{},2026-{month:02}-{day:02}\n", text[at % 2][at / 2 % 2], 1 + at % 2)
    };
    let rows: String = (0..320).map(said).collect();
    project.write("reviews.csv", format!("id,text,rating,date\n{rows}"));
    let imported = project.json(&["feedback", "import", "reviews.csv", "--key", "id"]);
    assert_eq!(imported["nameless"], 320, "{imported}");
    let ranked = project.json(&["opportunities"]);
    let list = ranked["opportunities"].as_array().expect("opportunities");
    assert!(!list.is_empty(), "{ranked}");
    for one in list {
        let share = one["evidence"]["share_of_people"]["value"].as_f64();
        assert!(share > Some(0.0) && share < Some(0.9), "a part of all who spoke: {one}");
    }
    let theme = list[0]["evidence"]["theme"].as_str().expect("a theme").to_owned();
    let accepted = project.json(&["opportunities", "accept", &theme]);
    let id = accepted["id"].as_str().expect("an id").to_owned();
    project.json(&["opportunities", "release", &id, "--release", "2.4", "--at", "2026-03-01"]);
    let case = project.json(&["case", "write", &id, "--days", "28"]);
    let after = &case["report"]["after"];
    assert!(after["people"].as_u64() <= after["active_people"].as_u64(), "{after}");
    assert!(after["days"].as_f64() < Some(7.0), "nothing is known of later days: {after}");
}

#[test]
fn the_index_stands_until_somebody_speaks() {
    let project = Project::new();
    let state = || std::fs::read(project.path().join(".flywheel/feedback/indexed.json")).expect("kept");
    let found = || project.json(&["feedback", "search", "slow"])["total"].clone();
    project.write("said.csv", "user_id,text,date\nann,the checkout is slow,2026-03-01\n");
    project.json(&["feedback", "import", "said.csv"]);
    assert_eq!(found(), 1);
    let before = state();
    project.write("visits.csv", "event,distinct_id,timestamp\nviewed,ann,2026-03-02T10:00:00Z\n");
    assert_eq!(project.json(&["events", "import", "visits.csv"])["imported"], 1);
    assert_eq!(found(), 1);
    assert_eq!(state(), before, "a visit says nothing");
    project.write("more.csv", "user_id,text,date\nbert,the app is slow as well,2026-03-03\n");
    project.json(&["feedback", "import", "more.csv"]);
    assert_eq!(found(), 2);
    assert_ne!(state(), before);
}

#[test]
fn customers_are_answered_or_handed_to_a_person() {
    let (project, _) = startup();
    let faq = std::fs::read_to_string(project.path().join("sample/faq.toml")).expect("a file");
    project.write("faq.toml", faq);
    let answer = project.json(&["support", "answer", "怎么重置密码？"]);
    assert!(["answer", "clarify"].contains(&answer["reply"]["kind"].as_str().expect("a kind")), "{answer}");
    let conversation = answer["conversation"].as_str().expect("an id").to_owned();
    let on =
        project.json(&["support", "answer", "转人工", "--conversation", &conversation, "--person", "u1"]);
    assert_eq!(on["reply"]["kind"], "hand_over");
    let inbox = project.json(&["support", "inbox"]);
    assert_eq!(inbox[0]["conversation"]["id"], conversation);
    assert_eq!(inbox[0]["conversation"]["turns"].as_array().map(Vec::len), Some(4));
    project.call(&["support", "settle", &conversation]).succeed();
    assert_eq!(project.json(&["support", "inbox"]), json!([]));
    for _ in 0..2 {
        project.json(&["support", "answer", "Do you ship frozen penguins to the moon?"]);
    }
    let gaps = project.json(&["support", "gaps"]);
    assert!(gaps["gaps"].as_array().is_some_and(|gaps| !gaps.is_empty()), "{gaps}");
    project.write("faq.toml", "[[entry]]\nid = \"a\"\nquestion = \"\"\nanswer = \"\"\n");
    let wrong = project.call(&["support", "check"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("faq.toml"), "{}", wrong.err);
    let kept = project.json(&["support", "answer", "怎么退款？"]);
    assert_eq!(kept["reply"]["kind"], "hand_over", "a file with mistakes loses no customer: {kept}");
    assert!(kept["problems"].as_array().is_some_and(|problems| !problems.is_empty()), "{kept}");
    assert_eq!(project.json(&["support", "inbox"])[0]["conversation"]["id"], kept["conversation"]);
}

#[test]
fn files_of_any_encoding_are_read_and_nothing_is_lost() {
    let project = Project::new();
    // The same two lines in GBK; the first bytes are those of 评论.
    let gbk = b"\xc6\xc0\xc2\xdb,\xc6\xc0\xb7\xd6\n\xce\xef\xc1\xf7\xcc\xab\xc2\xfd,1\n\xba\xdc\xba\xc3\xd3\xc3,5\n";
    project.write("gbk.csv", gbk);
    let imported = project.json(&["feedback", "import", "gbk.csv"]);
    assert_eq!(
        (&imported["import"]["imported"], &imported["nameless"]),
        (&json!(2), &json!(2)),
        "{imported}"
    );
    assert_eq!(imported["columns"]["text"], "评论");
    let utf16: Vec<u8> =
        "\u{feff}text\n<b>slow</b>\n👍\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    project.write("utf16.csv", utf16);
    assert_eq!(project.json(&["feedback", "import", "utf16.csv"])["import"]["imported"], 2);
    let insights = project.json(&["feedback", "insights"]);
    assert_eq!(insights["total"]["messages"], 4);
    let many = "text\n".to_owned() + &"the same words again\n".repeat(3_000);
    project.write("many.csv", many);
    assert_eq!(project.json(&["feedback", "import", "many.csv"])["import"]["imported"], 3_000);
    let none = project.call(&["feedback", "import", "nothing.csv"]);
    assert_eq!(none.code, 1);
    project.write("numbers.csv", "a,b\n1,2\n");
    let textless = project.call(&["feedback", "import", "numbers.csv"]);
    assert_eq!(textless.code, 1);
    assert!(textless.err.contains("--text"), "{}", textless.err);
}

#[test]
fn several_open_answers_of_a_survey_are_one_message() {
    let project = Project::new();
    let rows =
        "I like the calm board,please make the search faster\nthe colours are fine,exports are missing\n";
    project.write("survey.csv", format!("What do you like?,What should we improve?\n{rows}"));
    let both = ["--text", "What do you like?", "--text", "What should we improve?"];
    let one = project.json(&["feedback", "import", "survey.csv", "--preview"]);
    assert_eq!(one["warnings"][0]["code"], "feedback_import.unread", "{one}");
    let imported = project.json(&[&["feedback", "import", "survey.csv"][..], &both].concat());
    assert_eq!(imported["columns"]["more_texts"], json!(["What should we improve?"]), "{imported}");
    assert!(imported["warnings"].as_array().is_some_and(Vec::is_empty), "{imported}");
    assert_eq!(project.json(&["feedback", "search", "calm"])["total"], 1);
    assert_eq!(project.json(&["feedback", "search", "exports"])["total"], 1);
}

#[test]
fn traditional_characters_in_big5_and_a_message_of_a_megabyte_are_read() {
    let project = Project::new();
    let said = ["退款一直沒有到帳，客服也不回覆", "結帳頁面太慢，付款總是失敗", "介面很漂亮，用起來很順手"];
    let rows: String = (0..30).map(|at| format!("{},{}\n", said[at % 3], 1 + at % 5)).collect();
    let text = format!("評論,評分\n{rows}");
    let (big5, _, lossy) = encoding_rs::BIG5.encode(&text);
    assert!(!lossy);
    project.write("big5.csv", big5);
    let imported = project.json(&["feedback", "import", "big5.csv"]);
    let import = &imported["import"];
    assert_eq!((&import["imported"], &import["aside"]), (&json!(30), &json!(0)), "{imported}");
    assert!(import["actions"].to_string().contains("Big5"), "{import}");
    let columns = &imported["columns"];
    assert_eq!((&columns["text"], &columns["rating"]), (&json!("評論"), &json!("評分")), "{imported}");
    assert_eq!(imported["languages"], json!([{"language": "zh", "messages": 30}]));
    assert_eq!(project.json(&["feedback", "search", "退款"])["total"], 10);

    let long = (0..20_000).map(|at| format!("the refund of order {at} never came, and nobody answers. "));
    let long: String = long.collect();
    assert!(long.len() > 1 << 20);
    project.write("long.csv", format!("text,rating\n\"{long}\",1\n"));
    let imported = project.json(&["feedback", "import", "long.csv"]);
    let import = &imported["import"];
    assert_eq!((&import["imported"], &import["aside"]), (&json!(1), &json!(0)));
    let insights = project.json(&["feedback", "insights"]);
    assert_eq!((&insights["total"]["messages"], &insights["total"]["read"]), (&json!(31), &json!(31)));
    let warnings = &insights["warnings"];
    let said = warnings
        .as_array()
        .is_some_and(|all| all.iter().any(|warning| warning["code"] == "feedback.long_messages"));
    assert!(said, "{warnings}");
}

#[test]
fn insights_are_narrowed_to_versions_sources_and_segments() {
    let project = Project::new();
    project.write(
        "said.csv",
        "user_id,text,version,source,date\n\
         ann,the checkout is slow,2.4,store,2026-03-01\n\
         bob,the app crashes on start,2.4,mail,2026-03-02\n\
         cem,please add a dark mode,2.10,store,2026-03-03\n",
    );
    project.json(&["feedback", "import", "said.csv"]);
    let pays = |name: &str, people: &[&str]| {
        let row = |person: &&str| format!("pay,{person},2026-03-05T10:00:00Z\n");
        let rows: String = people.iter().map(row).collect();
        project.write(name, format!("event,distinct_id,timestamp\n{rows}"));
        assert_eq!(project.json(&["events", "import", name])["imported"], people.len());
    };
    pays("paid.csv", &["ann", "cem"]);
    project.write(
        "recipes/payers.toml",
        "kind = \"segment\"\n[who]\nkind = \"did\"\nevent = { event = \"pay\" }\n",
    );
    let told = |more: &[&str]| project.json(&[&["feedback", "insights"][..], more].concat());
    for (more, expected) in [
        (&[][..], 3),
        (&["--version", "2.4"], 2),
        (&["--version", "2.4", "--version", "2.10"], 3),
        (&["--source", "store"], 2),
        (&["--segment", "payers"], 2),
        (&["--version", "2.4", "--segment", "payers"], 1),
        (&["--version", "2.10", "--from", "2026-03-04"], 0),
        (&["--version", "2.4"], 2),
    ] {
        assert_eq!(told(more)["total"]["messages"], expected, "{more:?}");
    }
    let said = told(&["--version", "2.4"])["findings"].to_string();
    assert!(said.contains("only this is told (version 2.4): 2 of 3 messages"), "{said}");
    pays("more.csv", &["bob"]);
    let payers = told(&["--segment", "payers"]);
    assert_eq!(payers["total"]["messages"], 3, "who pays changes while nobody speaks: {payers}");
    for (option, unknown, nearest) in
        [("--version", "2.5", "`2.4`"), ("--source", "stor", "`store`"), ("--segment", "payer", "`payers`")]
    {
        let refused = project.call(&["feedback", "insights", option, unknown]).refuse();
        assert!(refused.err.contains(nearest), "{option}: {}", refused.err);
    }
}

#[test]
fn reviews_are_kept_as_written_and_told_without_personal_data() {
    let project = Project::new();
    project.write(
        "reviews.csv",
        "userName,content,version,at,contact\n\
         ann,\"qwyjibo at checkout, ring 13812345678\",2.10,,jane@example.com\n\
         bob,\"crashes when I pay\",2.1,2026-03-01,\n\
         cem,\"slow since the update\",3.0,2026-03-02,\n\
         dan,\"no end to it\n",
    );
    let report = project.json(&["feedback", "import", "reviews.csv"]);
    let import = &report["import"];
    assert_eq!((&import["imported"], &import["aside"]), (&json!(3), &json!(1)), "{report}");
    assert_eq!(import["mapping"]["person"], "userName");
    assert_eq!(import["aside_examples"][0]["place"], 5);
    let found = project.json(&["feedback", "search", "qwyjibo"]);
    let fields = &found["hits"][0]["fields"];
    assert_eq!((&fields["version"], &fields["contact"]), (&json!("2.10"), &json!("[e-mail]")), "{found}");
    for shown in [report.to_string(), found.to_string()] {
        assert!(!shown.contains("13812345678") && !shown.contains("jane@example.com"), "{shown}");
    }
}

#[test]
fn a_person_who_is_erased_is_in_no_file_any_more() {
    let (project, _) = startup();
    project.write("more.csv", "user_id,text,date\nzz-erase-me,\"qwyjibo unheard of words\",2026-03-01\n");
    import(&project);
    project.json(&["feedback", "import", "more.csv"]);
    let found = project.json(&["feedback", "search", "qwyjibo"]);
    assert_eq!(found["total"], 1, "{found}");
    project.json(&["feedback", "insights"]);
    project.json(&["opportunities"]);
    project.call(&["people", "erase", "zz-erase-me"]).succeed();
    let hidden = project.path().join(".flywheel");
    for needle in ["zz-erase-me", "qwyjibo"] {
        let holding: Vec<PathBuf> = files(&hidden).into_iter().filter(|path| holds(path, needle)).collect();
        assert!(holding.is_empty(), "{needle}: {holding:?}");
    }
    assert_eq!(project.json(&["feedback", "search", "qwyjibo"])["total"], 0);
}

#[test]
fn messages_that_arrive_over_http_are_told_there_at_once() {
    let project = Project::new();
    let key = project.json(&["keys", "list"])[0]["key"].as_str().expect("a key").to_owned();
    let server = Server::start(&project);
    assert_eq!(server.post("/api/v1/feedback/insights", &json!({})).status, 404);
    let said = |number: u32, text: &str| json!({"event": "feedback", "distinct_id": format!("p{number}"), "properties": {"text": text, "rating": 1}});
    let batch: Vec<Value> = (0..20).map(|number| said(number, "the checkout is slow, 付款失败")).collect();
    let taken = server.post("/batch", &json!({"api_key": key, "batch": batch}));
    assert_eq!(taken.status, 200, "{}", taken.body);
    let told = server.post("/api/v1/feedback/insights", &json!({}));
    assert_eq!(told.status, 200, "{}", told.body);
    assert!(told.body.contains("\"messages\":20"), "{}", told.body);
    let found = server.post("/api/v1/feedback/search", &json!({"query": "付款失败", "limit": 3}));
    assert_eq!(found.status, 200, "{}", found.body);
    assert!(found.body.contains("\"total\":20"), "{}", found.body);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

fn holds(path: &Path, needle: &str) -> bool {
    std::fs::read(path)
        .is_ok_and(|bytes| bytes.windows(needle.len()).any(|window| window == needle.as_bytes()))
}
