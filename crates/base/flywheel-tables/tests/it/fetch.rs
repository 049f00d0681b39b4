//! Downloads from a server on this machine: whole, cut, corrupt, absent.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use flywheel_spec::{Phrase, Problems};
use flywheel_tables::fetch::{Errand, Fetched, KNOWN, SUMS, Wanted, fetch, fetch_files};
use sha2::{Digest, Sha256};

/// What a server does with the requests for one file, the first first; the last goes on for ever.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Manner {
    Whole,
    CutAfter(usize),
    Corrupt,
    NotFound,
    WithoutRanges,
}

struct Server {
    url: String,
    ranges: Arc<Mutex<Vec<String>>>,
}

/// Serves the four files of MNIST with made content, and the list of their sums.
fn serve(manners: &[(&'static str, &[Manner])]) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let ranges = Arc::new(Mutex::new(Vec::new()));
    let seen = ranges.clone();
    let mut manners: HashMap<String, Vec<Manner>> = manners
        .iter()
        .map(|(name, manners)| ((*name).to_owned(), manners.iter().rev().copied().collect()))
        .collect();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.expect("a connection"), &mut manners, &seen);
        }
    });
    Server { url, ranges }
}

fn answer(mut stream: TcpStream, manners: &mut HashMap<String, Vec<Manner>>, ranges: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream.try_clone().expect("a copy")).lines();
    let request = lines.next().and_then(Result::ok).unwrap_or_default();
    let name = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
    let mut start = 0;
    for line in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
        if let Some(range) = line.to_lowercase().strip_prefix("range: bytes=") {
            ranges.lock().expect("no panic").push(format!("{name} {range}"));
            start = range.trim_end_matches('-').parse().expect("an open range");
        }
    }
    if request.starts_with("HEAD") {
        // As a hub does it: the sum of a large file, another kind of sum of a small one.
        let stated =
            if name.ends_with(".bin") { sum(&content(&name)) } else { "0123456789abcdef".to_owned() };
        let _ = write!(
            stream,
            "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nX-Linked-ETag: \"{stated}\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        return;
    }
    let queue = manners.entry(name.clone()).or_insert_with(|| vec![Manner::Whole]);
    let manner = if queue.len() > 1 { queue.pop().expect("one more") } else { queue[0] };
    let mut body = if name == SUMS { sums().into_bytes() } else { content(&name) };
    if manner == Manner::Corrupt {
        body[0] ^= 1;
    }
    let status = match (manner, start) {
        (Manner::NotFound, _) => "404 Not Found",
        (Manner::WithoutRanges, _) | (_, 0) => "200 OK",
        _ => "206 Partial Content",
    };
    let sent = if status.starts_with("206") { &body[start..] } else { &body[..] };
    let _ =
        write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", sent.len());
    let cut = if let Manner::CutAfter(bytes) = manner { bytes.min(sent.len()) } else { sent.len() };
    let _ = stream.write_all(&sent[..cut]);
}

fn content(name: &str) -> Vec<u8> {
    name.bytes().cycle().take(100_000).collect()
}

fn sum(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sums() -> String {
    let line = |name: &str| format!("{}  {name}\n", sum(&content(name)));
    KNOWN[0].files.iter().map(|file| line(file.name)).collect()
}

fn get(folder: &Path, url: &str) -> Result<Fetched, Problems> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut last = 0;
    runtime.block_on(fetch("mnist", folder, Some(url), &mut |progress| {
        last = progress.done;
        assert!(progress.total.is_none_or(|total| progress.done <= total), "{progress:?}");
    }))
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn all_files_come_whole_and_are_not_fetched_twice() {
    let server = serve(&[]);
    let folder = tempfile::tempdir().expect("a folder");
    let fetched = get(folder.path(), &server.url).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(fetched.downloaded_bytes, 400_000);
    for file in &fetched.files {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        assert_eq!(std::fs::read(file).expect("a file"), content(&name));
    }
    let again = get(folder.path(), &server.url).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(again.downloaded_bytes, 0);
    assert!(again.actions.iter().all(|action| action.key == "tables.fetch_there"), "{:?}", again.actions);
}

#[test]
fn a_cut_connection_is_continued_where_it_broke_off() {
    let name = KNOWN[0].files[0].name;
    for (after, ranges) in [
        (Manner::Whole, vec![format!("{name} 30000-")]),
        (Manner::WithoutRanges, vec![format!("{name} 30000-")]),
    ] {
        let server = serve(&[(name, &[Manner::CutAfter(30_000), after])]);
        let folder = tempfile::tempdir().expect("a folder");
        let fetched = get(folder.path(), &server.url).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(*server.ranges.lock().expect("no panic"), ranges);
        let whole = if after == Manner::Whole { 400_000 } else { 430_000 };
        assert_eq!(fetched.downloaded_bytes, whole, "{after:?}");
    }
}

#[test]
fn what_an_earlier_command_left_is_continued_and_a_foreign_beginning_thrown_away() {
    let name = KNOWN[0].files[0].name;
    let server = serve(&[]);
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(format!("{name}.part")), &content(name)[..60_000]).expect("a file");
    let fetched = get(folder.path(), &server.url).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(fetched.downloaded_bytes, 340_000);
    assert!(fetched.actions[0].en.contains("after 60000 bytes"), "{}", fetched.actions[0]);

    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(format!("{name}.part")), [7; 60_000]).expect("a file");
    get(folder.path(), &server.url).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(std::fs::read(folder.path().join(name)).expect("a file"), content(name));
}

#[test]
fn a_corrupt_file_is_refused_and_removed() {
    let name = KNOWN[0].files[1].name;
    let server = serve(&[(name, &[Manner::Corrupt])]);
    let folder = tempfile::tempdir().expect("a folder");
    let problems = get(folder.path(), &server.url).expect_err("a corrupt file");
    assert_eq!(
        (problems.problems[0].code.as_str(), problems.problems[0].place.file.as_deref()),
        ("tables.wrong_sum", Some(name))
    );
    assert_eq!(names(folder.path()), [KNOWN[0].files[0].name]);
}

#[test]
fn the_built_in_sums_count_where_the_mirror_has_none() {
    let server = serve(&[(SUMS, &[Manner::NotFound])]);
    let folder = tempfile::tempdir().expect("a folder");
    let problems = get(folder.path(), &server.url).expect_err("made content is not MNIST");
    assert_eq!(problems.problems[0].code, "tables.wrong_sum");
    assert!(problems.problems[0].message.en.contains(KNOWN[0].files[0].sha256), "{problems}");
}

#[test]
fn without_network_it_says_what_to_do_instead() {
    let folder = tempfile::tempdir().expect("a folder");
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let problems = get(folder.path(), &format!("http://{closed}")).expect_err("nobody listens");
    assert_eq!(problems.problems[0].code, "tables.offline");
    assert!(problems.problems[0].message.en.contains("refused"), "{problems}");
    assert!(
        problems.problems[0]
            .advice
            .as_ref()
            .is_some_and(|advice| advice.en.contains("train-images-idx3-ubyte.gz"))
    );
}

#[test]
fn an_unknown_set_is_answered_with_the_known_ones() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let problems =
        runtime.block_on(fetch("minst", Path::new("nowhere"), None, &mut |_| {})).expect_err("misspelt");
    assert!(
        problems.problems[0].advice.as_ref().is_some_and(|advice| advice.en.contains("nearest is `mnist`"))
    );
}

fn errand(url: &str, files: &[(&str, Option<&str>)]) -> Errand {
    let wanted = |(name, sha256): &(&str, Option<&str>)| Wanted {
        name: (*name).to_owned(),
        bytes: None,
        sha256: sha256.map(str::to_owned),
    };
    Errand {
        name: "an encoder".to_owned(),
        mirrors: vec![url.to_owned()],
        files: files.iter().map(wanted).collect(),
        own_sums: false,
        offline_advice: Phrase::verbatim("bring it here"),
    }
}

fn bring(errand: Errand, folder: &Path) -> Result<Fetched, Problems> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(fetch_files(errand, folder, &mut |_| {}))
}

#[test]
fn the_sum_that_a_hub_states_counts_where_none_is_known() {
    let files = [("part/small.json", None), ("large.bin", None)];
    let server = serve(&[("large.bin", &[Manner::CutAfter(30_000), Manner::Whole])]);
    let folder = tempfile::tempdir().expect("a folder");
    let fetched = bring(errand(&server.url, &files), folder.path()).unwrap_or_else(|p| panic!("{p}"));
    let keys: Vec<&str> = fetched.actions.iter().map(|action| action.key.as_str()).collect();
    assert_eq!(keys, ["tables.fetch_unchecked", "tables.fetch_resumed"]);
    for (name, _) in files {
        assert_eq!(std::fs::read(folder.path().join(name)).expect("a file"), content(name));
    }
    let again = bring(errand(&server.url, &files), folder.path()).unwrap_or_else(|p| panic!("{p}"));
    assert_eq!(again.downloaded_bytes, 0);

    let server = serve(&[("large.bin", &[Manner::Corrupt])]);
    let folder = tempfile::tempdir().expect("a folder");
    let problems = bring(errand(&server.url, &files), folder.path()).expect_err("a corrupt file");
    assert_eq!(problems.problems[0].code, "tables.wrong_sum");

    let other = sum(b"another");
    let problems = bring(errand(&server.url, &[("large.bin", Some(&other))]), folder.path());
    let problem = &problems.expect_err("another sum is known").problems[0];
    assert!(problem.message.en.contains(&other), "{problem:?}");
}
