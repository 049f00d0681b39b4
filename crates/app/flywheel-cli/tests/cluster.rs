//! A cluster of processes of the built binary over a shared folder: the same answers as embedded, also when executors die.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use flywheel_people::{Event, GroupValues, Groups, IdKind, Identity, Merge, Segments, person_of};
use flywheel_product::{Calendar, Context, plan};
use flywheel_spec::product::QuestionSpec;
use flywheel_tables::cluster::{Cluster, stores};
use flywheel_tables::events::{EventFile, write_events};
use flywheel_tables::fold::{Embedded, Engine, EventsView, FoldRequest, run};
use serde_json::{Value, json};

/// Processes that end with the test.
struct Machines {
    scheduler_port: u16,
    scheduler: Child,
    executors: Vec<Child>,
}

impl Machines {
    fn start(executors: usize) -> Self {
        let scheduler_port = free_ports(1);
        let port = scheduler_port.to_string();
        let scheduler = program(&["cluster", "scheduler", "--port", &port]);
        until("the scheduler", || std::net::TcpStream::connect(("127.0.0.1", scheduler_port)).is_ok());
        let address = format!("127.0.0.1:{port}");
        let start = |_| {
            let port = free_ports(2);
            let text = port.to_string();
            let child =
                program(&["cluster", "executor", "--scheduler", &address, "--port", &text, "--cores", "1"]);
            until("an executor", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
            child
        };
        Self { scheduler_port, scheduler, executors: (0..executors).map(start).collect() }
    }

    fn engine(&self, limit: Duration) -> Engine {
        let cluster = Cluster::at(&format!("df://127.0.0.1:{}", self.scheduler_port)).expect("an address");
        Engine::Cluster(Cluster { time_limit: limit, ..cluster })
    }
}

impl Drop for Machines {
    fn drop(&mut self) {
        for child in self.executors.iter_mut().chain([&mut self.scheduler]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn program(words: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flywheel"));
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null());
    if std::env::var_os("FLYWHEEL_CLUSTER_OUTPUT").is_none() {
        command.stderr(Stdio::null());
    }
    command.spawn().expect("the built binary")
}

/// The first of so many free ports in a row.
fn free_ports(count: u16) -> u16 {
    loop {
        let first = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a port")
            .port();
        if (1..count).all(|next| TcpListener::bind(("127.0.0.1", first.wrapping_add(next))).is_ok()) {
            return first;
        }
    }
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what} did not start");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Visits, sign-ups and purchases of made-up people over 60 days.
fn events(people: usize, each: usize) -> Vec<Event> {
    let names = ["visit", "sign up", "buy", "leave"];
    let mut events = Vec::with_capacity(people * each);
    for person in 0..people {
        for at in 0..each {
            let draw = xxhash(&[person as u64, at as u64]);
            let mut properties = serde_json::Map::new();
            properties.insert("plan".to_owned(), json!(["free", "pro", "team"][draw as usize % 3]));
            properties.insert("amount".to_owned(), json!((draw >> 8) % 100));
            if at == 0 {
                properties.insert("$set".to_owned(), json!({ "city": format!("city {}", draw % 5) }));
            }
            properties.insert("$groups".to_owned(), json!({ "company": format!("c{}", person % 37) }));
            let time = 1_767_225_600_000_000 + (draw >> 16) as i64 % (60 * 86_400_000_000);
            events.push(Event {
                uuid: format!("00000000-0000-4000-8000-{:012x}", person * each + at).parse().expect("a uuid"),
                id_kind: IdKind::Sent,
                event: names[(draw >> 40) as usize % 4].to_owned(),
                distinct_id: format!("user {person}"),
                time,
                received: time,
                source: "test".to_owned(),
                properties,
            });
        }
    }
    events
}

fn xxhash(words: &[u64]) -> u64 {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    person_of(&format!("{bytes:?}")).unsigned_abs()
}

/// Writes the events as `files` files that overlap, and keeps a few back as the tail.
fn table(folder: &Path, mut events: Vec<Event>, files: usize) -> (EventsView, Vec<Event>) {
    let tail = events.split_off(events.len() - events.len() / 100);
    let size = events.len().div_ceil(files);
    let files: Vec<EventFile> = events
        .chunks(size)
        .enumerate()
        .map(|(at, events)| {
            let name = format!("part-{at}.parquet");
            write_events(&folder.join(name), events, &Identity::default()).expect("a file")
        })
        .collect();
    let root = folder.display().to_string();
    (EventsView { store: stores::open(&root).expect("a folder"), root, files }, tail)
}

fn questions() -> Vec<Value> {
    let period = json!({ "from": "2026-01-01", "to": "2026-02-28" });
    let steps = json!([{ "event": "visit" }, { "event": "sign up" }, { "event": "buy" }]);
    vec![
        json!({ "kind": "funnel", "period": period, "steps": steps }),
        json!({ "kind": "funnel", "period": period, "steps": steps, "breakdown": { "property": { "name": "plan" } } }),
        json!({ "kind": "funnel", "period": period, "steps": steps, "group": "company" }),
        json!({ "kind": "funnel", "period": period, "steps": steps,
            "where": [{ "property": "city", "of": "person", "value": "city 3" }] }),
        json!({ "kind": "funnel", "period": period, "steps": steps,
            "where": [{ "property": "company.plan", "of": "group", "value": "pro" }],
            "breakdown": { "property": { "name": "company.size", "of": "group" } } }),
        json!({ "kind": "funnel", "period": period, "steps": steps,
            "where": [{ "property": "early", "of": "segment", "value": "in" }],
            "breakdown": { "property": { "name": "vips", "of": "segment" } } }),
    ]
}

async fn ask(
    engine: &Engine,
    view: &EventsView,
    tail: &[Event],
    identity: &Identity,
    question: &Value,
) -> Result<Value, String> {
    let question: QuestionSpec =
        serde_json::from_value(question.clone()).map_err(|error| error.to_string())?;
    let calendar = Calendar {
        time_zone: "Asia/Shanghai".to_owned(),
        first_day_of_week: flywheel_spec::project::Weekday::Monday,
        now: "2026-03-01T00:00:00Z".parse().expect("a moment"),
    };
    let context = Context { groups: companies(), segments: listed(), ..Context::at(calendar) };
    let planned = plan(&question, &context).map_err(|problems| problems.to_string())?;
    let encoded = serde_json::to_vec(&(&question, &context)).map_err(|error| error.to_string())?;
    let request = FoldRequest { folds: planned.folds(), encoded };
    let states =
        run(engine, view, tail, identity, &request).await.map_err(|problems| problems.to_string())?;
    let answer = planned.finish(states, identity).map_err(|error| error.to_string())?;
    serde_json::to_value(answer).map_err(|error| error.to_string())
}

/// What the companies of the events have: every second one pays, and a few have no size.
fn companies() -> Groups {
    let of = |value: fn(usize) -> Option<Value>| -> GroupValues {
        (0..37).filter_map(|at| Some((format!("c{at}"), value(at)?))).collect()
    };
    let plans = of(|at| Some(json!(["pro", "free"][at % 2])));
    let sizes = of(|at| (at % 5 > 0).then(|| json!(at % 5)));
    Groups::from([("company.plan".to_owned(), plans), ("company.size".to_owned(), sizes)])
}

/// Who of the events' people is on a list: two in three came early, and every seventh is a vip.
fn listed() -> Segments {
    let of = |fits: fn(&usize) -> bool| -> Vec<i64> {
        let mut people: Vec<i64> =
            (0..3000).filter(fits).map(|at| person_of(&format!("user {at}"))).collect();
        people.sort_unstable();
        people
    };
    Segments::from([("early".to_owned(), of(|at| at % 3 > 0)), ("vips".to_owned(), of(|at| at % 7 == 0))])
}

fn merged(people: usize) -> Identity {
    let person = |at: usize| person_of(&format!("user {at}"));
    let merges: Vec<Merge> =
        (0..people / 20).map(|at| Merge { from: person(at * 2), into: person(at * 2 + 1) }).collect();
    Identity::from_merges(&merges)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_question_gets_the_same_answer_as_embedded() {
    let folder = tempfile::tempdir().expect("a folder");
    let (view, tail) = table(folder.path(), events(3000, 20), 3);
    let machines = Machines::start(2);
    let cluster = machines.engine(Duration::from_secs(120));
    let embedded = Engine::Embedded(Embedded::default());
    for identity in [Identity::default(), merged(3000)] {
        for question in questions() {
            let expected = ask(&embedded, &view, &tail, &identity, &question).await.expect("an answer");
            let found =
                ask(&cluster, &view, &tail, &identity, &question).await.expect("the cluster's answer");
            assert_eq!(found, expected, "{question}");
            assert!(expected.to_string().len() > 200, "{expected}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_executor_killed_in_the_middle_leaves_the_answer_right() {
    let folder = tempfile::tempdir().expect("a folder");
    // Following companies reads every event's JSON, which gives time to kill.
    let (view, tail) = table(folder.path(), events(20_000, 20), 2);
    let mut machines = Machines::start(2);
    let cluster = machines.engine(Duration::from_secs(150));
    let question = questions().swap_remove(2);
    let identity = Identity::default();
    let embedded = Engine::Embedded(Embedded::default());
    let expected = ask(&embedded, &view, &tail, &identity, &question).await.expect("an answer");
    let begun = Instant::now();
    let whole = ask(&cluster, &view, &tail, &identity, &question).await.expect("an answer");
    let usual = begun.elapsed();
    assert_eq!(whole, expected);
    let asking = tokio::spawn(async move { ask(&cluster, &view, &tail, &identity, &question).await });
    tokio::time::sleep(usual / 3).await;
    assert!(!asking.is_finished());
    machines.executors[0].kill().expect("an executor that runs");
    let found = asking.await.expect("no panic").expect("the cluster's answer");
    assert_eq!(found, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_executors_lost_is_said_within_the_time_limit() {
    let folder = tempfile::tempdir().expect("a folder");
    let (view, tail) = table(folder.path(), events(20_000, 20), 2);
    let mut machines = Machines::start(1);
    let cluster = machines.engine(Duration::from_secs(75));
    let question = questions().swap_remove(2);
    let identity = Identity::default();
    let begun = Instant::now();
    ask(&cluster, &view, &tail, &identity, &question).await.expect("an answer");
    let usual = begun.elapsed();
    let begun = Instant::now();
    let asking = tokio::spawn(async move { ask(&cluster, &view, &tail, &identity, &question).await });
    tokio::time::sleep(usual / 3).await;
    assert!(!asking.is_finished());
    machines.executors[0].kill().expect("an executor that runs");
    let said = asking.await.expect("no panic").expect_err("nobody is left to answer");
    assert!(begun.elapsed() < Duration::from_secs(80), "{:?}", begun.elapsed());
    assert!(said.contains("cluster"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_that_nobody_waits_for_any_more_leave_later_answers_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let (view, tail) = table(folder.path(), events(20_000, 20), 2);
    let machines = Machines::start(1);
    let cluster = machines.engine(Duration::from_secs(150));
    let question = questions().swap_remove(2);
    let identity = Identity::default();
    let begun = Instant::now();
    let expected = ask(&cluster, &view, &tail, &identity, &question).await.expect("an answer");
    let impatient = machines.engine(begun.elapsed() / 3);
    for _ in 0..4 {
        // Whether it comes in time or not: what is given up is taken back from the cluster.
        drop(ask(&impatient, &view, &tail, &identity, &question).await);
    }
    let found = ask(&cluster, &view, &tail, &identity, &question).await.expect("an answer");
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_scheduler_that_is_not_there_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let (view, tail) = table(folder.path(), events(50, 4), 1);
    let cluster =
        Engine::Cluster(Cluster::at(&format!("df://127.0.0.1:{}", free_ports(1))).expect("an address"));
    let said =
        ask(&cluster, &view, &tail, &Identity::default(), &questions()[0]).await.expect_err("nobody there");
    assert!(said.contains("does not answer"), "{said}");
    assert!(Cluster::at("localhost").is_err());
}
