//! What a person sees of feedback that nobody prepared: moods in their language, kinds that fit, a stretch without
//! messages, nested users, and an answer to what the file of questions asks itself.

use e2e::Project;

#[test]
fn a_search_tells_the_mood_in_the_readers_language() {
    let project = Project::new();
    project.write("reviews.csv", "评价内容,评价时间\n送餐太慢了,2026-03-01\n送餐很快,2026-03-02\n");
    project.call(&["feedback", "import", "reviews.csv"]).succeed();
    let chinese = project.call(&["feedback", "search", "送餐", "--lang", "zh-CN"]).succeed().out;
    assert!(chinese.contains("情绪 负面") && chinese.contains("情绪 正面"), "{chinese}");
    let english = project.call(&["feedback", "search", "送餐", "--lang", "en"]).succeed().out;
    assert!(english.contains("mood negative"), "{english}");
}

#[test]
fn a_short_message_that_names_something_is_more_than_a_rating() {
    let project = Project::new();
    let rows = "comment\ncharged twice for one order\n被扣了两次钱\n有学生优惠吗\nGreat app\n好评\n";
    project.write("short.csv", rows);
    project.call(&["feedback", "import", "short.csv"]).succeed();
    let report = project.json(&["feedback", "search", "", "--limit", "10"]);
    let kind = |text: &str| {
        let hits = report["hits"].as_array().expect("hits");
        let hit = hits.iter().find(|hit| hit["text"] == text).unwrap_or_else(|| panic!("{text}"));
        hit["fields"]["kind"].as_str().expect("a kind").to_owned()
    };
    assert_eq!(kind("charged twice for one order"), "complaint");
    assert_eq!(kind("有学生优惠吗"), "question");
    assert_eq!((kind("Great app"), kind("好评")), ("rating_only".to_owned(), "rating_only".to_owned()));
    assert_ne!(kind("被扣了两次钱"), "rating_only");
}

#[test]
fn a_stretch_of_time_without_messages_says_so() {
    let project = Project::new();
    project.write("reviews.csv", "text,time\nthe app is slow,2026-03-01\n");
    project.call(&["feedback", "import", "reviews.csv"]).succeed();
    let told = project.call(&["feedback", "insights", "--from", "2026-05-01", "--lang", "en"]).succeed().out;
    assert!(told.contains("nobody said anything in this stretch of time"), "{told}");
}

#[test]
fn a_nested_user_counts_by_what_names_them() {
    let project = Project::new();
    let said =
        |id: &str, text: &str| format!("{{\"text\":\"{text}\",\"user\":{{\"screen_name\":\"{id}\"}}}}\n");
    project.write("tweets.jsonl", said("ann", "the app is slow") + &said("bob", "付款失败了"));
    let imported = project.json(&["feedback", "import", "tweets.jsonl"]);
    assert_eq!(imported["import"]["mapping"]["person"], "user.screen_name", "{imported}");
}

#[test]
fn what_the_file_of_questions_asks_itself_is_answered() {
    let project = Project::new();
    let entries = [
        ("return", "How do I return an item?", "I want to send something back"),
        ("refund", "When will I get my refund?", "My money has not come back yet"),
        ("shipping", "How much is shipping?", "Do you have free delivery?"),
        ("hours", "人工客服的上班时间？", "人工客服几点下班"),
    ];
    let entry = |(id, question, more): &(&str, &str, &str)| {
        format!(
            "[[entry]]\nid = \"{id}\"\nquestion = \"{question}\"\nmore_ways = [\"{more}\"]\nanswer = \"{id} it is\"\n"
        )
    };
    project.write("faq.toml", entries.iter().map(entry).collect::<String>());
    for (id, question, more) in entries {
        for text in [question, more] {
            let answer = project.json(&["support", "answer", text]);
            assert_eq!(answer["reply"]["entry"], id, "{text}: {answer}");
        }
    }
}
