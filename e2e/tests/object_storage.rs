//! The table of events on storage that speaks S3, which the test starts itself: the same answers as from a folder, here and
//! from a cluster, and no event lost or doubled whoever writes at the same time and whoever is killed.
//!
//! The storage is moto's; each test begins with the proof that it refuses a second `PUT` with `If-None-Match: *`.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use e2e::server::free_port;
use e2e::{Called, Project, Running, until};
use serde_json::{Value, json};

/// Who asks the storage; it reads no signature, and knows strangers from users by this head.
const SIGNED: &str = "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\n";

/// A server that speaks S3, with an empty bucket named `bucket`.
struct Storage {
    running: Child,
    port: u16,
}

impl Storage {
    /// Starts it and proves what commits rely on; `None` with a word on standard error where it is not installed.
    fn start() -> Option<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python =
            std::env::var_os("FLYWHEEL_PYTHON").map_or_else(|| here.join("../.venv/bin/python"), Into::into);
        let program = python.with_file_name("moto_server");
        if !program.is_file() {
            let _ = writeln!(
                std::io::stderr(),
                "{} is absent: a test on storage that speaks S3 is left out; e2e/prepare.sh installs it",
                program.display()
            );
            return None;
        }
        let port = free_port();
        let mut call = Command::new(program);
        call.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        let running =
            call.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
        let storage = Self { running, port };
        let put =
            |path: &str, heads: &str, body: &str| ask(port, "PUT", path, &format!("{SIGNED}{heads}"), body);
        until("the storage's first answer", Duration::from_secs(20), || put("/bucket", "", "").ok());
        let first_only = "If-None-Match: *\r\nContent-Type: application/octet-stream\r\n";
        let status = |body| put("/bucket/proof", first_only, body).expect("an answer").0;
        assert_eq!((status("first"), status("second")), (200, 412), "the storage overwrites what must stay");
        Some(storage)
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}

/// Asks over HTTP: the status and the body.
fn ask(port: u16, method: &str, path: &str, heads: &str, body: &str) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{heads}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Ok((status, body.to_owned()))
}

/// A project whose events lie at a place of the storage.
struct Remote {
    project: Project,
    port: u16,
}

impl Remote {
    /// A fresh project; `port` is where it finds the storage.
    fn new(port: u16) -> Self {
        let project = Project::new();
        let settings = std::fs::read_to_string(project.path().join("flywheel.toml")).expect("settings");
        project.write("flywheel.toml", format!("{settings}\nevents_at = \"s3://bucket/events\"\n"));
        Self { project, port }
    }

    fn call(&self, arguments: &[&str]) -> Called {
        let mut command = self.project.command(arguments);
        credentials(&mut command, self.port);
        command.output().expect("the binary starts").into()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let called = self.call(&[arguments, &["--json"]].concat()).succeed();
        serde_json::from_str(&called.out).unwrap_or_else(|error| panic!("{error}: {}", called.out))
    }

    fn start(&self, arguments: &[&str]) -> Running {
        self.project.start_with(arguments, |command| credentials(command, self.port))
    }

    fn serve(&self) -> (Running, u16) {
        let port = free_port();
        let running = self.start(&["serve", "--port", &port.to_string()]);
        until("the server's first answer", Duration::from_secs(20), || {
            ask(port, "GET", "/healthz", "", "").ok()
        });
        (running, port)
    }

    /// Every event's uuid as a question finds them, in order.
    fn uuids(&self) -> Vec<String> {
        let query = "SELECT uuid FROM events ORDER BY uuid";
        let rows = self.json(&["sql", query, "--rows", "10000000"])["rows"].take();
        let rows = rows.as_array().expect("rows").iter();
        rows.map(|row| row[0].as_str().expect("a uuid").to_owned()).collect()
    }
}

/// What the program finds in its environment.
fn credentials(command: &mut Command, port: u16) {
    command
        .env("AWS_ENDPOINT", format!("http://127.0.0.1:{port}"))
        .env("AWS_ALLOW_HTTP", "true")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test");
}

/// Sends events and remembers which were acknowledged.
struct Sender {
    key: String,
    name: u64,
    number: AtomicU64,
    acknowledged: Mutex<BTreeSet<String>>,
    stop: AtomicBool,
}

impl Sender {
    fn to(remote: &Remote, name: u64) -> Self {
        let keys = remote.json(&["keys", "list"]);
        Self {
            key: keys[0]["key"].as_str().expect("a key").to_owned(),
            name,
            number: AtomicU64::new(0),
            acknowledged: Mutex::default(),
            stop: AtomicBool::new(false),
        }
    }

    /// Sends batches to a server until it is to stop, or the server is gone.
    fn send(&self, port: u16) {
        while !self.stop.load(Ordering::Relaxed) {
            let first = self.number.fetch_add(50, Ordering::Relaxed);
            let ids: Vec<String> = (first..first + 50)
                .map(|number| format!("0190e0a0-0000-7000-8{:03x}-{number:012x}", self.name))
                .collect();
            let events: Vec<Value> = ids
                .iter()
                .map(|id| json!({"event": "sent", "distinct_id": "someone", "uuid": id, "timestamp": "2026-03-01T09:31:00Z"}))
                .collect();
            let body = json!({"api_key": self.key, "batch": events}).to_string();
            match ask(port, "POST", "/batch/", "Content-Type: application/json\r\n", &body) {
                Ok((200, _)) => self.acknowledged.lock().expect("free").extend(ids),
                Ok(_) => {}
                Err(_) => return,
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn acknowledged(&self) -> BTreeSet<String> {
        self.acknowledged.lock().expect("free").clone()
    }
}

/// Hands everything on to the storage, but holds each new version of a table; one whose sender is gone arrives all the same.
struct Holding {
    port: u16,
    held: Arc<AtomicUsize>,
}

impl Holding {
    fn before(storage: &Storage, hold: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (held, to) = (Arc::new(AtomicUsize::new(0)), storage.port);
        let counter = held.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", to)) else { return };
                let (Ok(back_from), Ok(back_to)) = (server.try_clone(), client.try_clone()) else { return };
                let counter = counter.clone();
                thread::spawn(move || {
                    hand_on(client, server, |part| {
                        let line = part.split(|byte| *byte == b'\r').next().unwrap_or_default();
                        let line = String::from_utf8_lossy(line);
                        if line.starts_with("PUT ") && line.contains("/_delta_log/") && line.contains(".json")
                        {
                            counter.fetch_add(1, Ordering::SeqCst);
                            thread::sleep(hold);
                        }
                    });
                });
                thread::spawn(move || hand_on(back_from, back_to, |_| ()));
            }
        });
        Self { port, held }
    }

    /// Waits for one more version that is held.
    fn wait(&self) {
        let before = self.held.load(Ordering::SeqCst);
        until("a commit", Duration::from_secs(10), || {
            (self.held.load(Ordering::SeqCst) > before).then_some(())
        });
    }
}

fn hand_on(mut from: TcpStream, mut to: TcpStream, look: impl Fn(&[u8])) {
    let mut part = vec![0; 1 << 20];
    while let Ok(count @ 1..) = from.read(&mut part) {
        look(&part[..count]);
        if to.write_all(&part[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

const QUESTIONS: [&[&str]; 4] = [
    &["funnel", "signed up", "created board", "invited teammate", "--window", "14d", "--by", "plan"],
    &["retention", "signed up", "$pageview", "--from", "2026-01-01", "--to", "2026-04-30"],
    &["trend", "people:$pageview", "--interval", "day", "--from", "2026-03-01", "--to", "2026-04-30"],
    &[
        "sql",
        "SELECT event, count(*), count(DISTINCT person), min(time) FROM events GROUP BY event ORDER BY event",
    ],
];

/// What a report says, without how long it took.
fn answers(ask: impl Fn(&[&str]) -> Value) -> Vec<Value> {
    let answer = |question: &&[&str]| {
        let report = ask(question);
        json!([report["answer"], report["rows"]])
    };
    QUESTIONS.iter().map(answer).collect()
}

#[test]
fn answers_are_the_same_from_a_folder_from_storage_and_from_a_cluster() {
    let Some(storage) = Storage::start() else { return };
    let local = Project::new();
    local.call(&["sample", "sample", "--people", "200", "--seed", "5"]).succeed();
    local.json(&["events", "import", "sample/events.jsonl"]);
    let expected = answers(|question| local.json(question));
    assert!(expected.iter().all(|answer| *answer != json!([null, null])), "{expected:?}");

    let port = free_port();
    let remote = Remote::new(storage.port);
    let file = local.path().join("sample/events.jsonl").display().to_string();
    let imported = remote.json(&["events", "import", &file]);
    assert!(imported["imported"].as_u64() > Some(1000), "{imported}");
    assert_eq!(remote.json(&["events", "import", &file])["imported"], 0);
    assert!(
        !remote.project.path().join(".flywheel/tables/events").exists(),
        "nothing of it lies in the folder"
    );
    assert_eq!(answers(|question| remote.json(question)), expected);

    let scheduler = format!("127.0.0.1:{port}");
    let _scheduler = remote.start(&["cluster", "scheduler", "--port", &port.to_string()]);
    until("the scheduler", Duration::from_secs(20), || TcpStream::connect(&scheduler).ok());
    let executors: Vec<Running> = (0..2)
        .map(|_| {
            let port = port_of_two().to_string();
            let executor =
                ["cluster", "executor", "--scheduler", &scheduler, "--cores", "1", "--port", &port];
            let running = remote.start(&executor);
            let address = format!("127.0.0.1:{port}");
            until("an executor", Duration::from_secs(20), || TcpStream::connect(&address).ok());
            running
        })
        .collect();
    let settings = std::fs::read_to_string(remote.project.path().join("flywheel.toml")).expect("settings");
    let engine = format!("engine = \"df://{scheduler}\"");
    remote.project.write("flywheel.toml", settings.replace("engine = \"embedded\"", &engine));
    assert_eq!(answers(|question| remote.json(question)), expected, "two executors read the storage");
    drop(executors);
}

/// A free port that a free one follows: an executor takes both.
fn port_of_two() -> u16 {
    until("two free ports", Duration::from_secs(5), || {
        let port = free_port();
        TcpListener::bind(("127.0.0.1", port.checked_add(1)?)).ok().map(|_| port)
    })
}

#[test]
fn two_projects_that_write_one_table_lose_and_double_nothing() {
    let Some(storage) = Storage::start() else { return };
    let remotes = [Remote::new(storage.port), Remote::new(storage.port)];
    let senders = [Sender::to(&remotes[0], 1), Sender::to(&remotes[1], 2)];
    let servers = remotes.each_ref().map(Remote::serve);
    thread::scope(|scope| {
        for (sender, (_, port)) in senders.iter().zip(&servers) {
            scope.spawn(move || sender.send(*port));
        }
        thread::sleep(Duration::from_secs(5));
        senders.iter().for_each(|sender| sender.stop.store(true, Ordering::Relaxed));
    });
    let mut expected = senders[0].acknowledged();
    expected.extend(senders[1].acknowledged());
    assert!(expected.len() > 1000, "only {} were sent", expected.len());
    let expected: Vec<String> = expected.into_iter().collect();
    // A project sees what waits in its own folder, and of the other what is in the table.
    until("both projects' answer with every event once", Duration::from_secs(15), || {
        remotes.iter().all(|remote| remote.uuids() == expected).then_some(())
    });
    for (running, _) in servers {
        running.interrupt();
        let ended = running.wait();
        assert_eq!(ended.code, 0, "{ended:?}");
    }
    assert!(remotes.iter().all(|remote| remote.uuids() == expected));
}

#[test]
fn a_server_killed_while_storage_holds_its_commit_loses_nothing() {
    let Some(storage) = Storage::start() else { return };
    let holding = Holding::before(&storage, Duration::from_millis(1200));
    let remote = Remote::new(holding.port);
    let sender = Sender::to(&remote, 1);
    for _ in 0..2 {
        let (running, port) = remote.serve();
        thread::scope(|scope| {
            scope.spawn(|| sender.send(port));
            holding.wait();
            running.kill();
        });
        // The next one begins before the storage has the version of the dead one, and takes more events.
        let (running, port) = remote.serve();
        thread::scope(|scope| {
            scope.spawn(|| sender.send(port));
            thread::sleep(Duration::from_secs(3));
            running.kill();
        });
    }
    let (running, _) = remote.serve();
    running.interrupt();
    running.wait();
    let found = remote.uuids();
    let once: BTreeSet<String> = found.iter().cloned().collect();
    assert_eq!(once.len(), found.len(), "events are there twice");
    let lost = sender.acknowledged().difference(&once).count();
    assert_eq!(lost, 0, "of {} acknowledged events", sender.acknowledged().len());
}
