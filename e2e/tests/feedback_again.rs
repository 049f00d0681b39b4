//! Feedback read again: what was read is kept and says the same, a day's messages join it, and what is kept can be lost,
//! damaged, written by two at once, or have to be forgotten.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use e2e::{Project, Running};
use serde_json::Value;

/// As many messages as themes are followed for, and a day's more.
const FIRST: usize = 2_400;
const DAY: usize = 120;

/// A table of messages of four subjects in both languages, with people who say more than one thing and ratings that teach.
fn table(from: usize, to: usize) -> String {
    const SUBJECTS: [[&str; 4]; 4] = [
        ["payment failed", "cannot pay with my card", "付款失败", "支付一直失败"],
        ["the app crashes on start", "crash again after opening, fix it", "一打开就闪退", "总是崩溃闪退"],
        [
            "delivery was late and the box is broken",
            "my parcel is slow",
            "快递太慢了，包装也很差",
            "物流配送慢",
        ],
        [
            "login is easy and quick",
            "how do i change my password?",
            "登录很方便，界面好看",
            "请问怎么修改密码？",
        ],
    ];
    const ENDINGS: [&str; 5] = ["", " please fix", " since monday", ", write me at ann@example.com", " 谢谢"];
    let mut table = "id,user_id,text,rating,source,version,date\n".to_owned();
    for at in from..to {
        let (text, ending) = (SUBJECTS[at % 4][at / 4 % 4], ENDINGS[at % 5]);
        // Every seventh is said by many in the same words.
        let number = if at % 7 == 0 { String::new() } else { format!(" {at}") };
        let stars = if at % 4 == 3 { 5 } else { 1 + at % 2 };
        let source = ["store", "survey"][at % 2];
        let (user, version, month, day) = (at * 31 % 900, at % 3, 1 + at / 28 % 3, 1 + at % 28);
        writeln!(
            table,
            "m{at},u{user},\"{text}{number}{ending}\",{stars},{source},2.{version},2026-{month:02}-{day:02}"
        )
        .expect("written");
    }
    table
}

fn import(project: &Project, from: usize, to: usize) {
    let name = format!("messages-{from}-{to}.csv");
    project.write(&name, table(from, to));
    let imported = project.json(&["feedback", "import", &name, "--key", "id"]);
    assert_eq!(imported["import"]["imported"], to - from, "{}", imported["import"]);
}

/// The insights, read and not as they were told before.
fn insights(project: &Project) -> Value {
    let _ = std::fs::remove_file(kept(project, "reports.json"));
    project.json(&["feedback", "insights"])
}

fn kept(project: &Project, name: &str) -> PathBuf {
    project.path().join(".flywheel/feedback/kept").join(name)
}

#[test]
fn what_was_read_says_the_same_when_it_is_read_again_or_lost_or_damaged() {
    let project = Project::new();
    import(&project, 0, FIRST);
    let first = insights(&project);
    assert!(first["themes"].as_array().is_some_and(|themes| themes.len() >= 3), "{}", first["themes"]);
    let [texts, placed] = ["texts.bin", "placed.bin"].map(|name| kept(&project, name));
    let read = |path: &Path| std::fs::read(path).expect("kept");
    let (was, where_was) = (read(&texts), read(&placed));
    assert_eq!(insights(&project), first, "read again");
    assert_eq!((read(&texts), read(&placed)), (was.clone(), where_was.clone()), "nothing was written");
    let ranked = project.json(&["opportunities"]);

    std::fs::remove_dir_all(project.path().join(".flywheel/feedback/kept")).expect("lost");
    assert_eq!(insights(&project), first, "lost");
    assert_eq!(read(&texts), was, "made again");
    assert_eq!(project.json(&["opportunities"]), ranked);

    let middle = was.len() / 2;
    let mut wrong = was.clone();
    wrong[middle] ^= 1;
    let foreign = b"PAR1 and then something else altogether".to_vec();
    for (damaged, places) in
        [(wrong, foreign.clone()), (was[..middle].to_vec(), Vec::new()), (foreign.clone(), was.clone())]
    {
        std::fs::write(&texts, damaged).expect("damaged");
        std::fs::write(&placed, places).expect("damaged");
        assert_eq!(insights(&project), first, "damaged");
        assert_eq!(read(&texts), was, "made again");
        assert_eq!(insights(&project), first);
    }
    for name in ["opened.bin", "counted.bin", "taught.bin"] {
        let path = kept(&project, name);
        let was = read(&path);
        for damaged in [was[..was.len() / 2].to_vec(), foreign.clone(), Vec::new()] {
            std::fs::write(&path, damaged).expect("damaged");
            assert_eq!(insights(&project), first, "{name} damaged");
            assert_eq!(read(&path), was, "{name} made again");
        }
    }
    // Places of other themes than those that are kept.
    std::fs::remove_file(project.path().join(".flywheel/feedback/themes.json")).expect("lost");
    let names = |told: &Value| {
        let themes = told["themes"].as_array().expect("themes").iter();
        themes.map(|theme| (theme["name"].clone(), theme["messages"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(names(&insights(&project)), names(&first));
}

#[test]
fn what_was_told_is_told_again_without_reading_until_somebody_speaks() {
    let project = Project::new();
    import(&project, 0, 200);
    let few = ["feedback", "insights", "--quotes", "1"];
    let (first, other) = (insights(&project), project.json(&few));
    assert_ne!(first, other, "another question");
    let texts = kept(&project, "texts.bin");
    std::fs::remove_file(&texts).expect("kept");
    assert_eq!(project.json(&["feedback", "insights"]), first);
    assert_eq!(project.json(&few), other);
    assert!(!texts.exists(), "the messages were read");
    // A visit is no message.
    project.write("visits.csv", "person,event,timestamp\nu1,visit,2026-03-02T10:00:00Z\n");
    project.json(&["events", "import", "visits.csv"]);
    assert_eq!(project.json(&["feedback", "insights"]), first);
    assert!(!texts.exists(), "the messages were read");
    std::fs::write(kept(&project, "reports.json"), "[{").expect("damaged");
    assert_eq!(project.json(&["feedback", "insights"]), first);
    import(&project, 200, 201);
    let more = project.json(&["feedback", "insights"]);
    assert_eq!(more["total"]["messages"], 201, "{}", more["total"]);
}

#[test]
fn a_days_messages_join_what_was_read() {
    let project = Project::new();
    import(&project, 0, FIRST);
    let before = insights(&project);
    import(&project, FIRST, FIRST + DAY);
    let after = insights(&project);
    assert!(kept(&project, "texts-later.bin").is_file(), "a day's texts lie beside the others");
    let fresh = Project::new();
    import(&fresh, 0, FIRST + DAY);
    let told = insights(&fresh);
    // Whatever is no theme is as if all had come at once.
    for part in
        ["total", "mood", "steps", "kinds", "languages", "sources", "versions", "phrases", "set_aside"]
    {
        assert_eq!(after[part], told[part], "{part}");
    }
    let pairs = |report: &Value| {
        let rows = report["aspects"].as_array().expect("aspects").iter();
        let number = |row: &Value, name: &str| row[name].as_u64().expect("a number");
        rows.map(|row| (number(row, "people"), number(row, "positive"), number(row, "negative")))
            .collect::<Vec<_>>()
    };
    assert_eq!(pairs(&after), pairs(&told));
    let asked = |report: &Value| {
        let rows = report["questions"].as_array().expect("questions").iter();
        rows.map(|row| (row["text"].clone(), row["voices"].clone(), row["messages"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(asked(&after), asked(&told));
    // Themes: every message in one or in none, and those that were there go on under their numbers.
    let themes = |report: &Value| report["themes"].as_array().expect("themes").clone();
    let sum: u64 = themes(&after).iter().filter_map(|theme| theme["messages"].as_u64()).sum();
    assert_eq!(
        Some(sum + after["other"]["messages"].as_u64().expect("others")),
        after["total"]["read"].as_u64()
    );
    for theme in themes(&before) {
        let now = themes(&after).into_iter().find(|now| now["id"] == theme["id"]).expect("goes on");
        assert_eq!(now["name"], theme["name"]);
        assert!(now["messages"].as_u64() >= theme["messages"].as_u64(), "{theme} {now}");
    }
    assert_eq!(insights(&project), after, "read again");
    // More than a tenth more: all are formed anew, and the numbers stay.
    import(&project, FIRST + DAY, FIRST + 4 * DAY);
    let grown = insights(&project);
    assert_eq!(grown["total"]["messages"], FIRST + 4 * DAY);
    let known = |theme: &Value| themes(&before).iter().any(|old| old["id"] == theme["id"]);
    assert!(themes(&grown).iter().filter(|theme| known(theme)).count() >= 3, "{}", grown["themes"]);
}

#[test]
fn of_a_days_events_only_the_files_that_came_are_opened() {
    let project = Project::new();
    let table = project.path().join(".flywheel/tables/events");
    let data = || {
        let mut data = files(&table);
        data.retain(|path| path.extension().is_some_and(|extension| extension == "parquet"));
        data.retain(|path| !path.starts_with(table.join("_delta_log")));
        data
    };
    // What is asked while some files of the table are away.
    let without = |away: &[PathBuf], ask: &dyn Fn() -> Value| {
        let aside = |path: &PathBuf| path.with_extension("away");
        away.iter().for_each(|path| std::fs::rename(path, aside(path)).expect("away"));
        let told = ask();
        away.iter().for_each(|path| std::fs::rename(aside(path), path).expect("back"));
        told
    };
    import(&project, 0, FIRST);
    insights(&project);
    let first = data();
    assert!(!first.is_empty());
    import(&project, FIRST, FIRST + DAY);
    let day = without(&first, &|| insights(&project));
    assert_eq!(day["total"]["messages"], FIRST + DAY);
    let said = data();
    assert!(said.len() > first.len());
    assert_eq!(without(&said, &|| insights(&project)), day, "nor those of the day any more");
    // An event that says nothing brings a file too.
    project.write("visits.csv", "person,event,timestamp\nu1,visit,2026-03-02T10:00:00Z\n");
    project.json(&["events", "import", "visits.csv"]);
    assert_eq!(without(&said, &|| project.json(&["feedback", "insights"])), day);
    std::fs::remove_dir_all(project.path().join(".flywheel/feedback/kept")).expect("lost");
    let whole = insights(&project);
    for part in ["total", "mood", "steps", "kinds", "languages", "sources", "versions", "phrases"] {
        assert_eq!(whole[part], day[part], "{part}");
    }
}

#[test]
fn two_at_once_keep_what_is_right() {
    let project = Project::new();
    import(&project, 0, FIRST);
    let start = |arguments: &[&str]| project.start(arguments);
    let first: Vec<Running> = (0..3).map(|_| start(&["feedback", "insights", "--json"])).collect();
    assert!(first.into_iter().all(|running| running.wait().code == 0));
    project.write("more.csv", table(FIRST, FIRST + DAY));
    let importing = start(&["feedback", "import", "more.csv", "--key", "id"]);
    let reading: Vec<Running> = (0..3).map(|_| start(&["feedback", "insights", "--json"])).collect();
    assert!(reading.into_iter().all(|running| running.wait().code == 0));
    assert_eq!(importing.wait().code, 0);
    let searching: Vec<Running> =
        (0..4).map(|_| start(&["feedback", "search", "payment", "--json"])).collect();
    for running in searching {
        let called = running.wait();
        assert_eq!(called.code, 0, "{}", called.err);
    }
    let told = insights(&project);
    assert_eq!(told["total"]["messages"], FIRST + DAY);
    std::fs::remove_dir_all(project.path().join(".flywheel/feedback/kept")).expect("lost");
    assert_eq!(insights(&project)["total"], told["total"]);
}

#[test]
fn decisions_at_once_are_all_kept() {
    let project = Project::new();
    import(&project, 0, 400);
    let ranked = project.json(&["opportunities"]);
    let list = ranked["opportunities"].as_array().expect("opportunities");
    let accept = |one: &Value| {
        project.start(&["opportunities", "accept", one["evidence"]["theme"].as_str().expect("a theme")])
    };
    let deciding: Vec<Running> = list.iter().take(4).map(accept).collect();
    let count = deciding.len();
    assert!(count > 1, "{list:?}");
    for running in deciding {
        let called = running.wait();
        assert_eq!(called.code, 0, "{}", called.err);
    }
    let kept = std::fs::read(project.path().join(".flywheel/feedback/opportunities.json")).expect("kept");
    let kept: Value = serde_json::from_slice(&kept).expect("JSON");
    let ids: BTreeSet<&str> =
        kept.as_array().expect("records").iter().filter_map(|record| record["id"].as_str()).collect();
    assert_eq!(ids.len(), count, "{kept}");
}

#[test]
fn what_was_decided_stays_with_its_theme_when_somebody_is_erased() {
    let project = Project::new();
    import(&project, 0, 400);
    project.write("visit.csv", "event,distinct_id,timestamp\nviewed,zz-erase-me,2026-03-02T10:00:00Z\n");
    assert_eq!(project.json(&["events", "import", "visit.csv"])["imported"], 1);
    let ranked = || project.json(&["opportunities"])["opportunities"].as_array().expect("a list").clone();
    let before = ranked();
    let is_plain = |one: &&Value| one["evidence"]["name"].as_str().is_some_and(|name| !name.contains('['));
    let chosen = &before.iter().find(is_plain).expect("a theme")["evidence"];
    let accepted = project.json(&["opportunities", "accept", chosen["theme"].as_str().expect("a number")]);
    project.call(&["people", "erase", "zz-erase-me"]).succeed();
    let after = ranked();
    for one in &after {
        let taken = before.iter().any(|was| was["evidence"]["theme"] == one["evidence"]["theme"]);
        assert!(!taken, "a number is one theme's for good: {}", one["evidence"]);
    }
    let own = after.iter().find(|one| one["record"] == accepted["id"]).expect("decided on");
    assert_eq!((&own["evidence"]["name"], &own["state"]), (&chosen["name"], &accepted["state"]));
    let number = own["evidence"]["theme"].as_str().expect("a number");
    let noted = project.json(&["opportunities", "note", number, "soon"]);
    assert_eq!(noted["id"], accepted["id"]);
}

#[test]
fn a_damaged_index_is_made_anew_by_the_next_search() {
    let project = Project::new();
    let found = || project.json(&["feedback", "search", "slow"]);
    for (at, text) in ["the checkout is slow", "the app is slow as well"].into_iter().enumerate() {
        let name = format!("said-{at}.csv");
        project.write(&name, format!("user_id,text,date\nu{at},{text},2026-03-0{}\n", at + 1));
        project.json(&["feedback", "import", &name]);
        assert_eq!(found()["total"], at + 1);
    }
    let mut segments = files(&project.path().join(".flywheel/feedback/index"));
    segments.retain(|path| path.extension().is_some_and(|extension| extension == "fws"));
    segments.sort();
    let mut bytes = std::fs::read(&segments[0]).expect("a segment");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    std::fs::write(&segments[0], bytes).expect("damaged");
    let told = found();
    assert_eq!(told["total"], 2, "{told}");
    assert!(told["warnings"].as_array().is_none_or(Vec::is_empty), "{told}");
}

#[test]
fn a_person_who_is_erased_is_in_nothing_that_is_kept() {
    let project = Project::new();
    import(&project, 0, FIRST);
    project.write(
        "secret.csv",
        "user_id,text,date\nzz-erase-me,\"Qwyjibo unheard of WORDS again\",2026-03-01\n",
    );
    insights(&project);
    project.json(&["feedback", "import", "secret.csv"]);
    insights(&project);
    let holding = |needle: &str| -> Vec<PathBuf> {
        let holds = |path: &PathBuf| {
            let bytes = std::fs::read(path).unwrap_or_default();
            bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
        };
        files(&project.path().join(".flywheel")).into_iter().filter(holds).collect()
    };
    for (needle, file) in [("qwyjibo", "kept/texts-later.bin"), ("zz-erase-me", "kept/opened-later.bin")] {
        let found = holding(needle);
        assert!(found.iter().any(|path| path.ends_with(file)), "{file} keeps what was said: {found:?}");
    }
    // What a process left that ended while it wrote.
    std::fs::write(kept(&project, ".writing-torn"), "qwyjibo").expect("torn");
    project.call(&["people", "erase", "zz-erase-me"]).succeed();
    for needle in ["zz-erase-me", "qwyjibo", "Qwyjibo"] {
        assert_eq!(holding(needle), Vec::<PathBuf>::new(), "{needle}");
    }
    assert_eq!(insights(&project)["total"]["messages"], FIRST);
    assert_eq!(holding("qwyjibo"), Vec::<PathBuf>::new());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
