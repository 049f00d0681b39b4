//! The whole way of events through a project: taken, committed, read as one, merged and split, masked, forgotten, erased.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use flywheel_collect::Aside;
use flywheel_people::{Event, IdKind, Identity, person_of};
use flywheel_spec::Phrase;
use flywheel_spec::events::{MergeRequest, ResendRequest};
use flywheel_spec::predict::Prediction;
use flywheel_spec::project::{PrivacySpec, ProjectSpec, RetentionSpec};
use flywheel_tables::events::Arrival;
use flywheel_tables::events::seen::place;
use flywheel_tables::{ImportOptions, Source, spool};
use serde_json::json;
use tempfile::TempDir;

use super::testing::event;
use crate::{Answered, AskOptions, Failure, ImportRequest, InputSummary, Workbench};

async fn project(change: impl FnOnce(&mut ProjectSpec)) -> (TempDir, Workbench) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = ProjectSpec::named("test");
    change(&mut spec);
    let workbench = Workbench::init(folder.path(), &spec).await.expect("a project");
    (folder, workbench)
}

/// The same project as another process sees it.
async fn beside(workbench: &Workbench) -> Workbench {
    Workbench::open(workbench.folder().root()).await.expect("opened")
}

fn with(mut event: Event, properties: serde_json::Value) -> Event {
    event.properties = properties.as_object().cloned().unwrap_or_default();
    event
}

fn identify(who: &str, anonymous: &str, time: i64) -> Event {
    with(event(who, "$identify", time), json!({ "$anon_distinct_id": anonymous }))
}

/// Every event that is there, by uuid.
async fn all(workbench: &Workbench) -> Vec<String> {
    let now = workbench.events().await.expect("read");
    let mut found: Vec<String> = now.tail.iter().map(|event| event.uuid.to_string()).collect();
    let take = |events: Vec<Event>| found.extend(events.iter().map(|event| event.uuid.to_string()));
    workbench.event_store().expect("a store").every_event(&now.snapshot, take).await.expect("read");
    found.sort();
    found
}

#[tokio::test]
async fn an_event_is_there_once_from_its_acknowledgement_on_in_every_process() {
    let (_folder, workbench) = project(|_| ()).await;
    let other = beside(&workbench).await;
    let log = workbench.event_log().await.expect("the log");
    assert!(matches!(other.event_log().await, Err(Failure::Conflict(_))), "one process has it");
    let mut expected = Vec::new();
    for round in 0..4_i64 {
        let events: Vec<Event> = (0..50).map(|at| event("anna", "clicked", round * 40 + at)).collect();
        expected.extend(events.iter().map(|event| event.uuid.to_string()));
        log.take(events.clone(), Vec::new()).await.expect("taken");
        log.take(events[..5].to_vec(), Vec::new()).await.expect("taken again");
        expected.sort();
        expected.dedup();
        assert_eq!(all(&workbench).await, expected, "round {round}");
        assert_eq!(all(&other).await, expected, "round {round}, beside");
        if round % 2 == 0 {
            log.commit().await.expect("committed");
            assert_eq!(all(&workbench).await, expected, "round {round}, committed");
            assert_eq!(all(&other).await, expected, "round {round}, committed, beside");
            let catalogue = other.catalogue().await.expect("counted");
            assert_eq!(catalogue.total, expected.len() as u64);
        }
    }
    // Imports come straight into the table, beside the log, and know what it holds.
    let fresh = event("bert", "imported", 5);
    let brought = other.take_import(vec![fresh.clone(), event("anna", "clicked", 0)], Vec::new()).await;
    assert_eq!(brought.expect("imported"), 1);
    log.take(vec![fresh.clone()], Vec::new()).await.expect("taken");
    expected.push(fresh.uuid.to_string());
    expected.sort();
    assert_eq!(all(&workbench).await, expected);
    log.commit().await.expect("committed");
    assert_eq!(all(&workbench).await, expected);
    assert_eq!(workbench.catalogue().await.expect("counted").total, expected.len() as u64);
    assert_eq!(log.newest(Some("imported"), 5).len(), 1);
}

#[tokio::test]
async fn what_a_killed_process_left_is_taken_over() {
    let (_folder, workbench) = project(|_| ()).await;
    let log = workbench.event_log().await.expect("the log");
    log.take(vec![event("a", "x", 1), identify("anna", "visitor-7", 2)], Vec::new()).await.expect("taken");
    // It dies between the ledger and the table.
    let batch: Vec<(u64, Event)> = vec![(1, event("a", "x", 1)), (1, identify("anna", "visitor-7", 2))];
    workbench.take_in(Some(1), &batch, &[]).await.expect("taken in");
    drop(log);
    let next = beside(&workbench).await;
    let log = next.event_log().await.expect("the log");
    log.take(vec![event("b", "x", 3)], Vec::new()).await.expect("taken");
    assert_eq!(log.commit().await.expect("committed"), 3);
    let catalogue = next.catalogue().await.expect("counted");
    assert_eq!(catalogue.total, 3, "nothing is counted twice: {catalogue:?}");
    assert_eq!(next.merge_log().await.expect("read").lines.len(), 1);
    let now = next.events().await.expect("read");
    assert_eq!(now.identity.of_id("visitor-7"), person_of("anna"));
}

#[tokio::test]
async fn what_a_killed_import_brought_in_is_counted_by_whoever_comes_next() {
    for again in [false, true] {
        let (_folder, workbench) = project(|_| ()).await;
        let events: Vec<Event> = (0..3).map(|at| event("a", "ordered", at)).collect();
        let places: Vec<u128> = events.iter().map(|event| place(event.uuid)).collect();
        // It dies between the table and the ledger; another one had died before the table.
        workbench.ledger().import_begins(&[place(event("b", "never", 1).uuid)]).await.expect("begun");
        workbench.ledger().import_begins(&places).await.expect("begun");
        let store = workbench.event_store().expect("a store");
        let now = jiff::Timestamp::now();
        let committed = store.commit(Arrival::Import, events.clone(), &Identity::default(), now).await;
        assert_eq!(committed.expect("committed").written, 3);
        let next = beside(&workbench).await;
        if again {
            assert_eq!(next.take_import(events, Vec::new()).await.expect("imported"), 0);
        } else {
            next.finish_imports().await.expect("finished");
        }
        for _ in 0..2 {
            let catalogue = next.catalogue().await.expect("counted");
            assert_eq!((catalogue.total, catalogue.events.len()), (3, 1), "{catalogue:?}");
            next.finish_imports().await.expect("nothing is left to count");
        }
    }
}

#[tokio::test]
async fn merges_and_their_undoing_are_in_every_reading_at_once() {
    let (_folder, workbench) = project(|_| ()).await;
    let other = beside(&workbench).await;
    let log = workbench.event_log().await.expect("the log");
    let events =
        vec![event("visitor-7", "viewed", 1), identify("anna", "visitor-7", 2), event("bert", "viewed", 3)];
    log.take(events, Vec::new()).await.expect("taken");
    for committed in [false, true] {
        if committed {
            log.commit().await.expect("committed");
        }
        for reader in [&workbench, &other] {
            let now = reader.events().await.expect("read");
            assert_eq!(now.identity.of_id("visitor-7"), person_of("anna"), "committed: {committed}");
            assert_eq!(now.identity.of_id("bert"), person_of("bert"));
        }
    }
    // A known person is not merged by accident.
    log.take(vec![identify("bert", "anna", 4)], Vec::new()).await.expect("taken");
    let merges = other.merge_log().await.expect("read");
    assert_eq!((merges.lines.len(), merges.refused.len()), (1, 1));

    let request = MergeRequest { from: "bert".into(), into: "anna".into(), preview: true };
    let shown = other.merge_people(&request).await.expect("shown");
    assert_eq!((shown.before.len(), shown.after.len()), (2, 1));
    assert_eq!(shown.after[0].distinct_ids, ["anna", "bert", "visitor-7"]);
    assert_eq!(shown.after[0].events, 4);
    other.merge_people(&MergeRequest { preview: false, ..request.clone() }).await.expect("merged");
    let one = |reader: Workbench| async move {
        let identity = reader.events().await.expect("read").identity;
        identity.of_id("bert") == identity.of_id("anna")
    };
    assert!(one(workbench.clone()).await && one(other.clone()).await);
    log.commit().await.expect("committed");
    assert!(one(workbench.clone()).await);

    let by_hand = workbench.merge_log().await.expect("read").lines[0].clone();
    assert_eq!(by_hand.cause, "person");
    let undone = workbench.undo_merge(by_hand.id, false).await.expect("undone");
    assert_eq!(undone.after.len(), 2);
    assert!(!one(workbench.clone()).await && !one(other.clone()).await);
    // Rows that were written while they were one are read by their ids.
    let now = other.events().await.expect("read");
    assert_eq!(now.identity.person(person_of("anna"), "bert"), person_of("bert"));
    assert!(workbench.undo_merge(by_hand.id, false).await.is_err());
}

#[tokio::test]
async fn what_is_kept_aside_is_listed_before_and_after_its_commit_and_sent_again() {
    let (_folder, workbench) = project(|_| ()).await;
    let log = workbench.event_log().await.expect("the log");
    let raw = json!({"event": "", "distinct_id": "anna", "timestamp": "2026-03-01T00:00:00Z"}).to_string();
    let kept = Aside::new(1_800_000_000_000_000, "posthog", Phrase::verbatim("no name"), raw.as_bytes());
    log.take(Vec::new(), vec![kept.clone()]).await.expect("taken");
    let id = kept.id.to_string();
    for committed in [false, true] {
        if committed {
            log.commit().await.expect("committed");
        }
        let listed = workbench.asides(false).await.expect("listed");
        assert_eq!(listed.len(), 1, "committed: {committed}");
        assert_eq!((listed[0].id.as_str(), listed[0].raw.as_str()), (id.as_str(), raw.as_str()));
        assert_eq!(workbench.catalogue().await.expect("counted").aside, 1);
    }
    assert!(workbench.resend_aside(Some(&log), &id, &ResendRequest::default()).await.is_err(), "not mended");
    let request = ResendRequest { set: json!({"event": "bought"}).as_object().cloned().unwrap_or_default() };
    let sent = workbench.resend_aside(Some(&log), &id, &request).await.expect("sent again");
    assert_eq!((sent.event.as_str(), sent.distinct_id.as_str()), ("bought", "anna"));
    assert_eq!(all(&workbench).await, [sent.uuid]);
    assert!(workbench.asides(false).await.expect("listed").is_empty());
    assert_eq!(workbench.asides(true).await.expect("listed").len(), 1);
    assert!(matches!(workbench.resend_aside(None, &id, &request).await, Err(Failure::Conflict(_))));
}

#[tokio::test]
async fn the_catalogue_knows_kinds_examples_senders_and_broken_rules() {
    let (_folder, workbench) = project(|_| ()).await;
    let plan = "[[events]]\nname = \"bought\"\ndescription = \"a purchase\"\n\
        properties = [{ name = \"amount\", kind = \"number\", required = true }]\n";
    std::fs::write(workbench.folder().root().join("recipes/plan.toml"), plan).expect("written");
    let log = workbench.event_log().await.expect("the log");
    for (at, amount) in [(1, json!(5)), (2, json!("five")), (3, json!(null))] {
        let one = with(event("anna", "bought", at), json!({"amount": amount, "$lib": "web"}));
        log.take(vec![one], Vec::new()).await.expect("taken");
        if at == 2 {
            log.commit().await.expect("committed");
        }
    }
    let detail = workbench.event_detail("bought").await.expect("shown");
    assert_eq!((detail.summary.count, detail.summary.violations), (3, 2));
    assert_eq!(detail.summary.description.as_deref(), Some("a purchase"));
    assert_eq!(detail.summary.senders[0].library.as_deref(), Some("web"));
    let amount = detail.properties.iter().find(|property| property.name == "amount").expect("a property");
    assert_eq!((amount.count, amount.examples.clone()), (3, vec!["5".to_owned(), "five".to_owned()]));
    assert_eq!(detail.violations.len(), 1, "of the committed ones: {:?}", detail.violations);
    log.commit().await.expect("committed");
    let detail = workbench.event_detail("bought").await.expect("shown");
    assert_eq!((detail.summary.count, detail.violations.len()), (3, 2));
    let missing = workbench.event_detail("buoght").await.expect_err("unknown");
    assert!(missing.problems().problems[0].advice.clone().expect("advice").en.contains("bought"));
    assert!(workbench.recipes().expect("listed").iter().all(|recipe| recipe.name != "plan"));
}

#[tokio::test]
async fn a_plan_judges_what_arrived_before_it_and_a_changed_one_judges_anew() {
    let (_folder, workbench) = project(|_| ()).await;
    let log = workbench.event_log().await.expect("the log");
    let amounts = [json!(5), json!("five"), json!("six")];
    for (at, amount) in (1..).zip(amounts) {
        let one = with(event("anna", "bought", at), json!({"amount": amount}));
        log.take(vec![one], Vec::new()).await.expect("taken");
    }
    log.commit().await.expect("committed");
    let path = workbench.folder().root().join("recipes/plan.toml");
    for (property, expected) in
        [("kind = \"number\"", 2), ("kind = \"text\"", 1), ("allowed = [\"5\"]", 2), ("required = true", 0)]
    {
        let plan =
            format!("[[events]]\nname = \"bought\"\nproperties = [{{ name = \"amount\", {property} }}]\n");
        std::fs::write(&path, plan).expect("written");
        for _ in 0..2 {
            let detail = workbench.event_detail("bought").await.expect("shown");
            let counted: u64 = detail.violations.iter().map(|violation| violation.count).sum();
            assert_eq!((detail.summary.violations, counted), (expected, expected), "{property}");
        }
    }
}

#[tokio::test]
async fn examples_of_the_catalogue_show_no_personal_data() {
    let (_folder, workbench) = project(|_| ()).await;
    let log = workbench.event_log().await.expect("the log");
    for (at, text) in [(1, "ring 13812345678"), (2, "write to jane@example.com"), (3, "slow")] {
        let one = with(event("anna", "feedback", at), json!({"text": text}));
        log.take(vec![one], Vec::new()).await.expect("taken");
    }
    let expected = ["ring [phone]", "write to [e-mail]", "slow"];
    for committed in [false, true] {
        if committed {
            log.commit().await.expect("committed");
        }
        let detail = workbench.event_detail("feedback").await.expect("shown");
        let text = detail.properties.iter().find(|property| property.name == "text").expect("a property");
        assert_eq!(text.examples, expected, "committed: {committed}");
    }
}

#[tokio::test]
async fn masked_values_never_reach_the_disk() {
    let (folder, workbench) = project(|spec| {
        spec.privacy = Some(PrivacySpec { mask: vec!["email".into()], mask_values: Vec::new() });
    })
    .await;
    let log = workbench.event_log().await.expect("the log");
    let secret = "anna.secret@example.com";
    let one = with(event("anna", "signed up", 1), json!({"email": secret, "$set": {"email": secret}}));
    log.take(vec![one], Vec::new()).await.expect("taken");
    assert_eq!(traces(folder.path(), &[secret]), Vec::<String>::new());
    log.commit().await.expect("committed");
    assert_eq!(traces(folder.path(), &[secret]), Vec::<String>::new());
    assert_eq!(workbench.events().await.expect("read").snapshot.rows(), 1);
}

#[tokio::test]
async fn old_events_are_forgotten() {
    let (_folder, workbench) = project(|spec| spec.retention = Some(RetentionSpec { days: 30 })).await;
    let log = workbench.event_log().await.expect("the log");
    let now = super::moment::now();
    let day = super::tally::DAY;
    let said = |text: &str, name: &str, at: i64| with(event("a", name, at), json!({name: text}));
    let events = vec![
        said("old words", "feedback", now - 40 * day),
        said("older words", "x", now - 31 * day),
        event("a", "x", now - 32 * day),
        said("new words", "y", now - day),
    ];
    log.take(events, Vec::new()).await.expect("taken");
    log.commit().await.expect("committed");
    let feedback = workbench.folder().feedback().join("index");
    std::fs::create_dir_all(&feedback).expect("made");
    let damaged = workbench.folder().damaged();
    std::fs::create_dir_all(&damaged).expect("made");
    let kept = [1, 2].map(|number| spool::segment_path(&damaged, number));
    for (path, days) in kept.iter().zip([31, 1]) {
        std::fs::write(path, b"torn").expect("written");
        let at = SystemTime::now() - Duration::from_secs(days * 86_400);
        std::fs::File::options().write(true).open(path).expect("opened").set_modified(at).expect("aged");
    }
    assert_eq!(log.forget_old().await.expect("forgotten"), 3);
    assert_eq!(all(&workbench).await.len(), 1);
    assert_eq!(log.forget_old().await.expect("nothing more"), 0);
    assert_eq!(workbench.catalogue().await.expect("counted").total, 1);
    let properties = workbench.event_properties(None).await.expect("counted");
    let examples: Vec<&String> = properties.iter().flat_map(|property| &property.examples).collect();
    assert_eq!(examples, ["new words"]);
    assert!(!feedback.exists(), "what was made of messages that are gone");
    assert_eq!(kept.map(|path| path.exists()), [false, true]);
}

#[tokio::test]
async fn questions_that_rest_on_forgotten_events_say_so() {
    let trend = "kind = \"trend\"\nperiod = { from = \"-1w\" }\nseries = [{ event = \"x\" }]\n";
    let by_plan = format!("{trend}breakdown = [{{ name = \"plan\", of = \"person\" }}]\n");
    let growth = "kind = \"growth\"\nevent = { event = \"x\" }\ninterval = \"week\"\n";
    for days in [30, 400] {
        let (_folder, workbench) = project(|spec| spec.retention = Some(RetentionSpec { days })).await;
        let log = workbench.event_log().await.expect("the log");
        let (now, day) = (super::moment::now(), super::tally::DAY);
        let signed_up = with(event("a", "x", now - 40 * day), json!({"$set": {"plan": "pro"}}));
        log.take(vec![signed_up, event("a", "x", now - day)], Vec::new()).await.expect("taken");
        log.commit().await.expect("committed");
        log.forget_old().await.expect("forgotten");
        for (question, expected) in
            [(trend, ""), (by_plan.as_str(), "ask.forgotten_properties"), (growth, "ask.forgotten_first")]
        {
            let answered = workbench.ask_text(question, "q.toml", AskOptions::default()).await;
            let answered = answered.expect("an answer");
            let codes = answered.answer.warnings().iter().map(|warning| warning.code.as_str());
            let found: Vec<&str> = codes.filter(|code| code.starts_with("ask.forgotten")).collect();
            let expected = if days == 30 { expected } else { "" };
            assert_eq!(found.join(" "), expected, "{question}");
        }
    }
}

/// The files in which one of these texts stands: Parquet by its values, everything else by its bytes.
fn traces(folder: &Path, texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for path in super::redact::files(folder).expect("listed") {
        let bytes = std::fs::read(&path).expect("read");
        let mut content = String::from_utf8_lossy(&bytes).into_owned();
        if path.extension().is_some_and(|ending| ending == "parquet") && !bytes.is_empty() {
            let imported = flywheel_tables::import(&Source::Path(&path), &ImportOptions::default());
            content.push_str(&imported.map(|imported| format!("{:?}", imported.frame)).unwrap_or_default());
        }
        found.extend(
            texts
                .iter()
                .filter(|text| content.contains(**text))
                .map(|text| format!("{text}: {}", path.display())),
        );
    }
    found
}

#[tokio::test]
async fn a_person_who_is_erased_leaves_no_trace_in_any_file() {
    let (folder, workbench) = project(|_| ()).await;
    let log = workbench.event_log().await.expect("the log");
    let (id, anonymous, secret) = ("erika@example.com", "anon-erika-77", "Erikas geheime Strasse 5");
    let texts = [id, anonymous, secret];
    let mut events = vec![event(anonymous, "viewed", 1), identify(id, anonymous, 2)];
    for at in 0..200 {
        let mine = json!({"address": secret, "plan": "pro", "$set": {"email": id}});
        events.push(with(event(id, "bought", 10 + at), mine));
        events.push(with(event("bert", "bought", 10 + at), json!({"plan": "free"})));
    }
    log.take(events.clone(), Vec::new()).await.expect("taken");
    log.commit().await.expect("committed");
    // Older versions, what waits, and what was kept aside.
    log.take(vec![event(id, "bought", 999), event("bert", "bought", 999)], Vec::new()).await.expect("taken");
    log.commit().await.expect("committed");
    let raw = json!({"event": "", "distinct_id": id}).to_string();
    let kept = Aside::new(5, "posthog", Phrase::verbatim("no name"), raw.as_bytes());
    log.take(vec![event(id, "viewed", 1_000)], vec![kept]).await.expect("taken");
    // A table with her row, in two versions; predictions; runs that quote her.
    for age in [40, 41] {
        let csv = format!("customer,age,plan\nbert,30,free\n{id},{age},pro\ncarl,50,free\n");
        let request = ImportRequest { name: Some("customers".to_owned()), ..Default::default() };
        workbench.import_bytes("customers.csv", csv.into_bytes(), request).await.expect("imported");
    }
    let predictions = workbench.prediction_log().expect("a log");
    for who in [id, "bert"] {
        let values = json!({"customer": who}).as_object().cloned().unwrap_or_default();
        predictions.record(Answered {
            model: Arc::from("churn"),
            version: 1,
            prediction: serde_json::from_value::<Prediction>(json!({"label": "yes"})).expect("a prediction"),
            input: InputSummary::Row { values },
            latency: Duration::ZERO,
            at: SystemTime::UNIX_EPOCH,
        });
    }
    predictions.flush().expect("written");
    // What she asked, what others say of her, and what was written about her.
    let asked =
        |person: &str| json!({"conversation": {"id": "c", "turns": []}, "person": person}).to_string();
    let conversations = workbench.folder().support().join("conversations");
    std::fs::create_dir_all(&conversations).expect("made");
    std::fs::write(conversations.join("1.json"), asked(id)).expect("written");
    std::fs::write(conversations.join("2.json"), asked("bert")).expect("written");
    let segment = format!("distinct_ids = [\"{id}\", \"bert\"]\n");
    std::fs::write(workbench.folder().recipes().join("vips.toml"), segment).expect("written");
    let quote = format!("> {secret} `{}`\n", events[2].uuid);
    std::fs::create_dir_all(workbench.folder().cases()).expect("made");
    std::fs::write(workbench.folder().cases().join("pay.md"), quote).expect("written");
    log.take(vec![with(event("bert", "join", 5), json!({"referrer": id}))], Vec::new()).await.expect("taken");
    let run = workbench.folder().run("churn-1");
    std::fs::create_dir_all(&run).expect("made");
    std::fs::write(run.join("report.json"), format!("{{\"example\": \"{id}\"}}")).expect("written");
    assert!(traces(folder.path(), &texts).len() > 5, "the scan sees what there is");

    let export = workbench.export_person(anonymous).await.expect("exported");
    let records =
        |kind: &str| export.lines().filter(|line| line.contains(&format!("\"record\":\"{kind}\""))).count();
    assert_eq!((records("event"), records("aside"), records("prediction")), (204, 1, 1));
    assert_eq!((records("row"), records("conversation")), (1, 1));
    assert!(!export.contains("bert"), "nobody else's");

    let report = workbench.erase_person_here(&log, anonymous).await.expect("erased");
    assert_eq!((report.distinct_ids, report.events, report.aside), (2, 204, 1), "{report:?}");
    assert_eq!((report.predictions, report.rows), (1, 1), "{report:?}");
    // A run, a recipe, a case, a conversation, and what somebody else did.
    assert_eq!(report.quoting, 5, "{report:?}");
    let recipe = std::fs::read_to_string(workbench.folder().recipes().join("vips.toml")).expect("read");
    assert_eq!(recipe, "distinct_ids = [\"erased\", \"bert\"]\n");
    // SQLite keeps its log of changes as long as it is open; closed, it is empty.
    assert_eq!(traces(folder.path(), &texts), Vec::<String>::new());

    assert_eq!(all(&workbench).await.len(), 202, "Bert's are there");
    let catalogue = workbench.catalogue().await.expect("counted");
    assert_eq!(catalogue.total, 202);
    let gone = workbench.warehouse().read("customers", Some(0), None).await.expect_err("gone");
    assert_eq!(gone.problems[0].code, "tables.version_unknown", "a run that names it says so");
    assert!(matches!(workbench.export_person(id).await, Err(Failure::NotFound(_))));
    assert!(matches!(workbench.erase_person_here(&log, id).await, Err(Failure::NotFound(_))));
    // Old events that are sent again stay away; she may come back as somebody new.
    log.take(vec![events[2].clone()], Vec::new()).await.expect("taken");
    assert_eq!(all(&workbench).await.len(), 202);
}

#[tokio::test]
async fn erasing_somebody_with_a_small_number_leaves_the_same_numbers_of_others() {
    let (_folder, workbench) = project(|_| ()).await;
    let log = workbench.event_log().await.expect("the log");
    let rated = |who: &str| with(event(who, "rated", 1), json!({"stars": 7, "$app_version": "7"}));
    log.take(vec![rated("7"), rated("bert")], Vec::new()).await.expect("taken");
    let csv = "customer_id,address,age\n7,Main St 1,30\n8,7 Main St,7\n17,Main St 7,31\n";
    let request = ImportRequest { name: Some("customers".to_owned()), ..Default::default() };
    workbench.import_bytes("customers.csv", csv.as_bytes().to_vec(), request).await.expect("imported");
    let run = workbench.folder().run("churn-1");
    std::fs::create_dir_all(&run).expect("made");
    let (report, weights) = ("{\n  \"epochs\": 7\n}\n", b"\xff 7 \xfe");
    std::fs::write(run.join("report.json"), report).expect("written");
    std::fs::write(run.join("checkpoint.safetensors"), weights).expect("written");

    let erased = workbench.erase_person_here(&log, "7").await.expect("erased");
    assert_eq!((erased.events, erased.rows, erased.quoting), (1, 1, 0), "{erased:?}");
    assert_eq!(std::fs::read_to_string(run.join("report.json")).expect("read"), report);
    assert_eq!(std::fs::read(run.join("checkpoint.safetensors")).expect("read"), weights);
    let stored = workbench.warehouse().read("customers", None, None).await.expect("read");
    assert_eq!(stored.frame.rows(), 2);
    let now = workbench.events().await.expect("read");
    let mut left = Vec::new();
    let store = workbench.event_store().expect("a store");
    store.every_event(&now.snapshot, |events| left.extend(events)).await.expect("read");
    assert_eq!(left, [rated("bert")]);
}

#[tokio::test]
async fn whoever_stands_only_in_an_older_version_of_a_table_is_erased_from_it() {
    let (folder, workbench) = project(|_| ()).await;
    let log = workbench.event_log().await.expect("the log");
    for csv in ["customer,age\nerika-77,30\nbert,31\n", "customer,age\nbert,31\ncarl,40\n"] {
        let request = ImportRequest { name: Some("customers".to_owned()), ..Default::default() };
        workbench.import_bytes("customers.csv", csv.as_bytes().to_vec(), request).await.expect("imported");
    }
    let erased = workbench.erase_person_here(&log, "erika-77").await.expect("erased");
    assert_eq!(erased.rows, 1, "{erased:?}");
    assert_eq!(traces(folder.path(), &["erika-77"]), Vec::<String>::new());
    assert_eq!(workbench.warehouse().read("customers", None, None).await.expect("read").frame.rows(), 2);
}

#[tokio::test]
async fn everything_kept_aside_is_counted_and_exported_however_much_it_is() {
    let (_folder, workbench) = project(|_| ()).await;
    let log = workbench.event_log().await.expect("the log");
    let aside = |at: i64, who: &str| {
        let raw = json!({"event": "", "distinct_id": who, "n": at}).to_string();
        Aside::new(at, "posthog", Phrase::verbatim("no name"), raw.as_bytes())
    };
    let mut kept = vec![aside(1, "erika-77")];
    kept.extend((2..1_500).map(|at| aside(at, "bert")));
    log.take(Vec::new(), kept).await.expect("taken");
    for committed in [false, true] {
        if committed {
            log.commit().await.expect("committed");
        }
        assert_eq!(workbench.catalogue().await.expect("counted").aside, 1_499, "committed: {committed}");
    }
    let export = workbench.export_person("erika-77").await.expect("exported");
    assert!(export.contains("\"record\":\"aside\""), "{export}");
}

#[tokio::test]
async fn counts_of_the_catalogue_never_exceed_what_is_left_after_an_erasure() {
    let (_folder, workbench) = project(|_| ()).await;
    let plan = "[[events]]\nname = \"bought\"\nproperties = [{ name = \"amount\", kind = \"number\" }]\n";
    std::fs::write(workbench.folder().root().join("recipes/plan.toml"), plan).expect("written");
    let log = workbench.event_log().await.expect("the log");
    let nameless = |who: &str, at: i64, id_kind: IdKind| Event {
        id_kind,
        ..with(event(who, "bought", at), json!({"amount": "five"}))
    };
    let mut events: Vec<Event> = (0..3).map(|at| nameless("erika-77", at, IdKind::Arrival)).collect();
    events.push(nameless("erika-77", 5, IdKind::Derived));
    events.push(nameless("bert", 9, IdKind::Sent));
    log.take(events, Vec::new()).await.expect("taken");
    workbench.erase_person_here(&log, "erika-77").await.expect("erased");
    let catalogue = workbench.catalogue().await.expect("counted");
    assert_eq!(catalogue.total, 1);
    assert!(catalogue.derived_ids + catalogue.without_ids <= catalogue.total, "{catalogue:?}");
    assert_eq!(workbench.event_detail("bought").await.expect("shown").summary.violations, 1);
}

#[tokio::test]
async fn another_process_asks_the_one_that_takes_arrivals_to_erase() {
    let (folder, workbench) = project(|_| ()).await;
    let other = beside(&workbench).await;
    let log = workbench.event_log().await.expect("the log");
    log.take(vec![event("erika-1", "x", 1), event("bert", "x", 2)], Vec::new()).await.expect("taken");
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let commits = tokio::spawn(log.clone().run_commits(stopping));
    let report = other.erase_person("erika-1").await.expect("erased");
    assert_eq!(report.events, 1);
    assert!(matches!(other.erase_person("nobody").await, Err(Failure::NotFound(_))));
    stop.send_replace(true);
    commits.await.expect("it ends");
    assert_eq!(traces(folder.path(), &["erika-1"]), Vec::<String>::new());
    assert_eq!(all(&other).await.len(), 1);
}
