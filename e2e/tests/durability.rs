//! What was acknowledged stays: killed at any moment, on a torn or flipped disk, on a full one, nothing is lost and nothing is twice.
//!
//! `FLYWHEEL_SOAK=1` kills 500 times instead of 20; `FLYWHEEL_SEED` repeats a run.

use std::collections::{BTreeSet, HashSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use e2e::server::free_port;
use e2e::{Project, Running, until};
use serde_json::{Value, json};

/// A server that may be killed, and the port that it listens at.
struct Killable {
    running: Running,
    port: u16,
}

/// What a sender remembers.
struct Sent {
    /// The project's key.
    key: String,
    /// Events that were acknowledged.
    acknowledged: Mutex<BTreeSet<String>>,
    /// Batches whose answer never came: they are sent again.
    unanswered: Mutex<Vec<Vec<String>>>,
    /// For names that no other event has.
    number: AtomicU64,
}

impl Killable {
    fn start(project: &Project) -> Self {
        Self::with(project, |_| ())
    }

    /// Starts the server where no file may grow past so many bytes.
    fn limited(project: &Project, bytes: u64) -> Self {
        Self::with(project, move |command| {
            // SAFETY: both calls are async-signal-safe and touch only the child's own limits.
            unsafe {
                command.pre_exec(move || {
                    libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
                    let limit = libc::rlimit { rlim_cur: bytes, rlim_max: bytes };
                    if libc::setrlimit(libc::RLIMIT_FSIZE, &limit) == 0 {
                        Ok(())
                    } else {
                        Err(std::io::Error::last_os_error())
                    }
                });
            }
        })
    }

    fn with(project: &Project, change: impl Fn(&mut std::process::Command)) -> Self {
        let port = free_port();
        let running = project.start_with(&["serve", "--port", &port.to_string()], change);
        let started = Instant::now();
        until("the server's first answer", Duration::from_secs(20), || ask(port, "GET", "/healthz", "").ok());
        assert!(started.elapsed() < Duration::from_secs(15), "it took {:?} to start", started.elapsed());
        Self { running, port }
    }

    fn kill(self) {
        self.running.kill();
    }
}

/// The status, the head and the body.
fn ask(port: u16, method: &str, path: &str, body: &str) -> std::io::Result<(u16, String, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Ok((status, head.to_lowercase(), body.to_owned()))
}

fn uuid(number: u64) -> String {
    let hex = format!("{number:012x}");
    format!("0190e0a0-0000-7000-8000-{hex}")
}

/// A batch of events, as posthog's clients send it.
fn batch(key: &str, ids: &[String], filler: usize) -> String {
    let events: Vec<Value> = ids
        .iter()
        .map(|id| {
            json!({
                "event": "clicked", "distinct_id": "load", "uuid": id, "timestamp": "2026-03-01T09:31:00Z",
                "properties": { "$lib": "test", "text": "x".repeat(filler), "amount": 12.5 }
            })
        })
        .collect();
    json!({ "api_key": key, "batch": events }).to_string()
}

impl Sent {
    fn to(project: &Project) -> Self {
        let keys = project.json(&["keys", "list"]);
        Self {
            key: keys[0]["key"].as_str().expect("a key").to_owned(),
            acknowledged: Mutex::default(),
            unanswered: Mutex::default(),
            number: AtomicU64::new(0),
        }
    }

    fn fresh(&self, count: u64) -> Vec<String> {
        let first = self.number.fetch_add(count, Ordering::Relaxed);
        (first..first + count).map(uuid).collect()
    }

    /// Sends a batch; true when it was acknowledged.
    fn send(&self, port: u16, ids: Vec<String>, filler: usize) -> bool {
        match ask(port, "POST", "/batch/", &batch(&self.key, &ids, filler)) {
            Ok((200, _, body)) => {
                assert!(body.contains("\"status\""), "{body}");
                self.acknowledged.lock().expect("held").extend(ids);
                true
            }
            Ok((status, head, body)) => {
                assert_eq!(status, 503, "{head}\n{body}");
                assert!(head.contains("retry-after"), "{head}");
                self.unanswered.lock().expect("held").push(ids);
                false
            }
            Err(_) => {
                self.unanswered.lock().expect("held").push(ids);
                false
            }
        }
    }

    /// Sends what was not answered, again, until it is.
    fn send_again(&self, port: u16, filler: usize) {
        loop {
            let Some(ids) = self.unanswered.lock().expect("held").pop() else { return };
            if !self.send(port, ids, filler) {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }

    fn acknowledged(&self) -> BTreeSet<String> {
        self.acknowledged.lock().expect("held").clone()
    }
}

/// Every event that is there, read as a person's export reads it, and counted as SQL counts it.
fn read(project: &Project) -> Vec<String> {
    let called = project.call(&["people", "export", "load"]);
    if called.code == 1 && called.err.contains("load") {
        return Vec::new();
    }
    let called = called.succeed();
    let lines = called.out.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    lines
        .filter(|line| line["record"] == "event")
        .map(|line| line["uuid"].as_str().expect("a uuid").to_owned())
        .collect()
}

fn counted(project: &Project) -> (u64, u64) {
    let answer = project.json(&[
        "sql",
        "SELECT count(*) AS n, count(DISTINCT uuid) AS d FROM events WHERE distinct_id = 'load'",
    ]);
    let row = &answer["rows"][0];
    let number = |at: usize, name: &str| row[at].as_u64().or(row[name].as_u64()).expect("a count");
    (number(0, "n"), number(1, "d"))
}

fn check(project: &Project, acknowledged: &BTreeSet<String>, what: &str) {
    let found = read(project);
    let distinct: HashSet<&String> = found.iter().collect();
    assert_eq!(distinct.len(), found.len(), "{what}: {} are twice", found.len() - distinct.len());
    let lost: Vec<&String> = acknowledged.iter().filter(|id| !distinct.contains(id)).take(5).collect();
    assert!(lost.is_empty(), "{what}: of {} acknowledged these are lost: {lost:?}", acknowledged.len());
}

/// SplitMix64: the same moments for the same seed.
struct Draw(u64);

impl Draw {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }
}

fn segments(project: &Project) -> Vec<PathBuf> {
    let folder = project.path().join(".flywheel/spool");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a spool")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "log"))
        .collect();
    found.sort();
    found
}

#[test]
fn killed_at_any_moment_nothing_is_lost_and_nothing_is_twice() {
    let soak = std::env::var_os("FLYWHEEL_SOAK").is_some_and(|value| !value.is_empty());
    let rounds = if soak { 500 } else { 20 };
    let seed = std::env::var("FLYWHEEL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut draw = Draw(seed);
    let project = Project::new();
    let sent = Arc::new(Sent::to(&project));
    for round in 0..rounds {
        let server = Killable::start(&project);
        sent.send_again(server.port, 50);
        let stop = Arc::new(AtomicBool::new(false));
        let senders: Vec<_> = (0..3_u64)
            .map(|sender| {
                let (sent, stop, port) = (sent.clone(), stop.clone(), server.port);
                std::thread::spawn(move || {
                    while !stop.load(Ordering::Relaxed) {
                        let ids = sent.fresh(1 + (sender * 37) % 100);
                        if !sent.send(port, ids, 50) {
                            return;
                        }
                    }
                })
            })
            .collect();
        // Some rounds live long enough for commits; some only begin.
        let longest = if round % 4 == 3 { 4_000 } else { 700 };
        let moment = Duration::from_millis(20 + draw.next(longest));
        if round % 5 == 4 {
            let before = sent.acknowledged();
            check(&project, &before, &format!("round {round}, seed {seed}, while it runs"));
            let (count, distinct) = counted(&project);
            assert_eq!(count, distinct, "round {round}: SQL sees some twice");
            assert!(count >= before.len() as u64, "round {round}: SQL lost some of {}", before.len());
        }
        std::thread::sleep(moment);
        server.kill();
        stop.store(true, Ordering::Relaxed);
        for sender in senders {
            sender.join().expect("a sender");
        }
        check(&project, &sent.acknowledged(), &format!("round {round}, seed {seed}, after {moment:?}"));
    }
    let server = Killable::start(&project);
    sent.send_again(server.port, 50);
    let all = sent.acknowledged();
    check(&project, &all, "at the end");
    let (count, distinct) = counted(&project);
    assert_eq!(
        (count, distinct),
        (all.len() as u64, all.len() as u64),
        "every batch was acknowledged by now"
    );
    // The catalogue counts the same, once everything is in the table.
    until("the last commit", Duration::from_secs(60), || {
        let catalogue = project.json(&["events", "list"]);
        (catalogue["total"].as_u64() == Some(count)).then_some(())
    });
    server.kill();
}

#[test]
fn a_batch_that_is_sent_again_counts_once_across_restarts_and_commits() {
    let project = Project::new();
    let sent = Sent::to(&project);
    let server = Killable::start(&project);
    let ids = sent.fresh(2_500);
    for _ in 0..2 {
        assert!(sent.send(server.port, ids.clone(), 10));
    }
    until("a commit", Duration::from_secs(60), || {
        project.path().join(".flywheel/tables/events/_delta_log").exists().then_some(())
    });
    assert!(sent.send(server.port, ids.clone(), 10));
    check(&project, &sent.acknowledged(), "after the commit");
    server.kill();
    let server = Killable::start(&project);
    assert!(sent.send(server.port, ids.clone(), 10));
    assert_eq!(read(&project).len(), ids.len());
    assert_eq!(counted(&project), (2_500, 2_500));
    server.kill();
}

#[test]
fn a_second_server_is_refused_and_says_why() {
    let project = Project::new();
    let server = Killable::start(&project);
    let second = project.call(&["serve", "--port", &free_port().to_string()]).refuse();
    assert!(second.err.contains("another process"), "{}", second.err);
    server.kill();
}

#[test]
fn a_flipped_bit_is_located_and_every_other_event_is_read() {
    let project = Project::new();
    let sent = Sent::to(&project);
    let server = Killable::start(&project);
    let ids = sent.fresh(3_000);
    assert!(sent.send(server.port, ids.clone(), 10));
    server.kill();
    let path = segments(&project).pop().expect("a segment");
    let mut bytes = std::fs::read(&path).expect("read");
    let place = bytes.len() / 2;
    bytes[place] ^= 0x04;
    std::fs::write(&path, &bytes).expect("written");

    let located = || {
        let catalogue = project.json(&["events", "list"]);
        let warnings = catalogue["warnings"].as_array().cloned().unwrap_or_default();
        let damage = warnings.iter().find(|warning| warning["code"] == "events.spool_damaged").cloned();
        let damage = damage.unwrap_or_else(|| panic!("nobody says that something is damaged: {catalogue}"));
        let number =
            |name: &str| damage["message"]["args"][name].as_str().and_then(|text| text.parse::<usize>().ok());
        let (offset, length) = (number("offset").expect("an offset"), number("bytes").expect("a length"));
        assert!((offset..offset + length).contains(&place), "{damage} is not at byte {place}");
    };
    assert_eq!(read(&project).len(), ids.len() - 1);
    located();
    let server = Killable::start(&project);
    until("a commit", Duration::from_secs(60), || {
        project.path().join(".flywheel/tables/events/_delta_log").exists().then_some(())
    });
    assert_eq!(read(&project).len(), ids.len() - 1);
    located();
    // Sent again, the lost one is there and no other is twice.
    assert!(sent.send(server.port, ids.clone(), 10));
    check(&project, &sent.acknowledged(), "after it was sent again");
    server.kill();
}

#[test]
fn a_torn_write_costs_nothing_that_was_acknowledged() {
    let project = Project::new();
    let sent = Sent::to(&project);
    let server = Killable::start(&project);
    assert!(sent.send(server.port, sent.fresh(10), 10));
    server.kill();
    let path = segments(&project).pop().expect("a segment");
    let bytes = std::fs::read(&path).expect("read");
    // A record whose end never reached the disk.
    let torn = [&bytes[..], &bytes[12..40]].concat();
    std::fs::write(&path, torn).expect("written");
    check(&project, &sent.acknowledged(), "after the tear");
    let server = Killable::start(&project);
    assert!(sent.send(server.port, sent.fresh(10), 10));
    check(&project, &sent.acknowledged(), "after the restart");
    assert_eq!(read(&project).len(), 20);
    server.kill();
}

#[test]
fn a_full_disk_is_said_and_recovers_by_itself() {
    let project = Project::new();
    let sent = Sent::to(&project);
    // A segment is full at this size, and the next one begins; what does not fit meanwhile is answered with 503.
    let server = Killable::limited(&project, 3 << 20);
    let mut refused = 0;
    for _ in 0..60 {
        if !sent.send(server.port, sent.fresh(100), 1_500) {
            refused += 1;
            sent.send_again(server.port, 1_500);
        }
    }
    assert!(refused >= 1, "9 MB went into files of 3 MB");
    let acknowledged = sent.acknowledged();
    assert_eq!(acknowledged.len(), 6_000);
    check(&project, &acknowledged, "on a full disk");
    server.kill();
    check(&project, &acknowledged, "after the restart");
    assert_eq!(read(&project).len(), 6_000);
}
