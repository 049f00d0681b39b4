//! What was acknowledged is read back, and what is damaged is named, bit by bit.

use std::path::Path;

use super::*;

fn open(folder: &Path, segment_bytes: u64) -> Spool<String> {
    let options = SpoolOptions { segment_bytes, ..SpoolOptions::default() };
    let encode = |record: &String, bytes: &mut Vec<u8>| bytes.extend_from_slice(record.as_bytes());
    Spool::open(folder, options, encode).expect("opened")
}

fn all(folder: &Path) -> (Vec<String>, Vec<Damage>) {
    let mut records = Vec::new();
    let take = |content: &[u8]| records.push(String::from_utf8_lossy(content).into_owned());
    let damages = read(folder, take).expect("read");
    (records, damages)
}

#[test]
fn records_come_back_in_order_over_segments_and_openings() {
    let folder = tempfile::tempdir().expect("a folder");
    let expected: Vec<String> = (0..500).map(|index| format!("record {index}")).collect();
    for half in expected.chunks(250) {
        let spool = open(folder.path(), 100);
        for (index, record) in half.iter().enumerate() {
            if index % 10 == 0 {
                spool.append_durably(record.clone()).expect("on the disk");
            } else {
                spool.append(record.clone());
            }
        }
        spool.flush().expect("on the disk");
        assert_eq!(spool.lost(), Lost::default());
    }
    assert!(segments(folder.path()).expect("listed").len() > 2);
    assert_eq!(all(folder.path()), (expected, Vec::new()));
}

#[test]
fn a_folder_that_is_not_there_is_an_empty_spool() {
    assert_eq!(all(Path::new("/nonexistent/spool")), (Vec::new(), Vec::new()));
}

#[test]
fn a_record_that_was_acknowledged_is_read_while_the_writer_lives() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = open(folder.path(), 1 << 20);
    spool.append_durably("one".to_owned()).expect("on the disk");
    assert_eq!(all(folder.path()), (vec!["one".to_owned()], Vec::new()));
    drop(spool);
}

/// One segment with three records, and its path.
fn three() -> (tempfile::TempDir, std::path::PathBuf, Vec<u8>) {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = open(folder.path(), 1 << 20);
    for record in ["first", "second", "third"] {
        spool.append_durably(record.to_owned()).expect("on the disk");
    }
    drop(spool);
    let path = segments(folder.path()).expect("listed")[0].1.clone();
    let bytes = std::fs::read(&path).expect("read");
    (folder, path, bytes)
}

#[test]
fn every_flipped_bit_is_found_and_costs_at_most_its_own_record() {
    let (folder, path, bytes) = three();
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut damaged = bytes.clone();
            damaged[position] ^= 1 << bit;
            std::fs::write(&path, &damaged).expect("written");
            let (records, damages) = all(folder.path());
            assert_eq!(damages.len(), 1, "byte {position} bit {bit}: {damages:?}");
            let within = damages[0].offset as usize..(damages[0].offset + damages[0].bytes) as usize;
            assert!(within.contains(&position), "byte {position} bit {bit} was placed in {within:?}");
            assert_ne!(
                damages[0].kind,
                DamageKind::Torn,
                "byte {position} bit {bit}: what was written whole"
            );
            let kept = if position < HEADER.len() { 3 } else { 2 };
            assert_eq!(records.len(), kept, "byte {position} bit {bit}: {records:?}");
        }
    }
}

#[test]
fn every_torn_tail_is_found_and_the_rest_is_read() {
    let (folder, path, bytes) = three();
    let last = bytes.len() - RECORD_HEAD - "third".len();
    for length in last + 1..bytes.len() {
        std::fs::write(&path, &bytes[..length]).expect("written");
        let (records, damages) = all(folder.path());
        assert_eq!(records, ["first", "second"]);
        assert_eq!(damages.len(), 1);
        assert_eq!((damages[0].offset, damages[0].kind), (last as u64, DamageKind::Torn), "cut at {length}");
    }
}

#[test]
fn sealed_segments_hold_what_was_taken_before_and_numbers_never_come_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = open(folder.path(), 1 << 20);
    let (sender, answers) = std::sync::mpsc::channel();
    let take = |text: &str| {
        let mut bytes = Vec::new();
        frame(&mut bytes, |bytes| bytes.extend_from_slice(text.as_bytes()));
        let sender = sender.clone();
        spool.append_framed(bytes, 1, move |written| sender.send(written.expect("written")).expect("heard"));
        answers.recv().expect("an answer")
    };
    assert_eq!(spool.seal().expect("nothing to seal"), 0);
    assert_eq!(take("one"), 1);
    assert_eq!(spool.seal().expect("sealed"), 1);
    assert_eq!(spool.seal().expect("nothing more to seal"), 1);
    assert_eq!(take("two"), 2);
    let first = &segments(folder.path()).expect("listed")[0];
    let mut records = Vec::new();
    read_segment_file(&first.1, |content| records.push(content.to_vec())).expect("read");
    assert_eq!(records, [b"one"]);
    drop(spool);
    for (_, path) in segments(folder.path()).expect("listed") {
        std::fs::remove_file(path).expect("taken away");
    }
    let options = SpoolOptions { first: 3, ..SpoolOptions::default() };
    let again = Spool::open(folder.path(), options, |_: &(), _: &mut Vec<u8>| {}).expect("opened");
    assert_eq!(numbers(folder.path()), Vec::<u64>::new(), "none before a record needs it");
    again.append_durably(()).expect("on the disk");
    assert_eq!(segments(folder.path()).expect("listed")[0].0, 3);
    drop(again);
}

fn numbers(folder: &Path) -> Vec<u64> {
    segments(folder).expect("listed").into_iter().map(|(number, _)| number).collect()
}

#[test]
fn many_records_are_one_message_and_lie_in_one_segment() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = open(folder.path(), 100);
    let words = |from: usize| (from..from + 50).map(|at| format!("record {at}")).collect::<Vec<_>>();
    assert_eq!(spool.append_all(words(0)).expect("on the disk"), 1);
    assert_eq!(spool.append_all(words(50)).expect("on the disk"), 2);
    assert_eq!(spool.closed(), 1);
    assert_eq!(spool.seal().expect("sealed"), 2);
    assert_eq!((spool.closed(), spool.seal().expect("nothing new")), (2, 2));
    let expected: Vec<String> = [words(0), words(50)].concat();
    assert_eq!(all(folder.path()), (expected, Vec::new()));
}

#[test]
fn a_record_that_is_too_large_is_refused_with_its_message_and_nothing_else_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = open(folder.path(), 1 << 20);
    let refused = spool.append_all(vec!["small".to_owned(), "x".repeat(LARGEST + 1)]);
    assert_eq!(refused.expect_err("too large").kind(), std::io::ErrorKind::InvalidInput);
    spool.append_durably("after".to_owned()).expect("on the disk");
    assert_eq!(spool.lost().records, 2);
    assert_eq!(all(folder.path()), (vec!["after".to_owned()], Vec::new()));
}

#[test]
fn no_segment_is_made_before_a_record_needs_it_and_no_number_comes_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = SpoolOptions { first: 7, ..SpoolOptions::default() };
    let encode = |record: &String, bytes: &mut Vec<u8>| bytes.extend_from_slice(record.as_bytes());
    let spool = Spool::open(folder.path(), options, encode).expect("opened");
    assert_eq!(numbers(folder.path()), Vec::<u64>::new());
    assert_eq!(spool.closed(), 6);
    spool.append_durably("one".to_owned()).expect("on the disk");
    assert_eq!(spool.seal().expect("sealed"), 7);
    remove(folder.path(), 7).expect("removed");
    remove(folder.path(), 7).expect("removed before");
    spool.append_durably("two".to_owned()).expect("on the disk");
    assert_eq!(numbers(folder.path()), [8]);
}

#[test]
fn a_reader_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let spool = open(folder.path(), 1 << 20);
    let mut read_so_far = Vec::new();
    let mut offset = 0;
    for round in 0..20 {
        spool.append_all(vec![format!("a{round}"), format!("b{round}")]).expect("on the disk");
        let path = segment_path(folder.path(), 1);
        let take = |content: &[u8]| read_so_far.push(String::from_utf8_lossy(content).into_owned());
        let read = read_segment_from(&path, offset, take).expect("read");
        assert!(read.growing && read.damages.is_empty());
        offset = read.offset;
        assert_eq!(read_segment_from(&path, offset, |_| panic!("nothing new")).expect("read").offset, offset);
    }
    drop(spool);
    assert_eq!(read_so_far, all(folder.path()).0);
    assert!(!read_segment_from(&segment_path(folder.path(), 1), offset, |_| ()).expect("read").growing);
    let shorter =
        std::fs::OpenOptions::new().write(true).open(segment_path(folder.path(), 1)).expect("there");
    shorter.set_len(offset - 3).expect("cut");
    assert_eq!(
        read_segment_from(&segment_path(folder.path(), 1), offset, |_| panic!("cut")).expect("read").offset,
        0
    );
}

/// Fills a disk for the spool's folder: a process of its own, in which no file may grow past a limit.
#[cfg(unix)]
mod full_disk {
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use super::*;

    const FOLDER: &str = "FLYWHEEL_SPOOL_ON_A_FULL_DISK";

    fn limit(bytes: libc::rlim_t) -> std::io::Result<()> {
        let limit = libc::rlimit { rlim_cur: bytes, rlim_max: libc::RLIM_INFINITY };
        // SAFETY: the call is async-signal-safe and changes only this process's own limit.
        if unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &limit) } == 0 {
            Ok(())
        } else {
            Err(std::io::Error::last_os_error())
        }
    }

    #[test]
    fn a_full_disk_refuses_takes_nothing_in_by_halves_and_works_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(std::env::current_exe().expect("this test"));
        command.args(["--exact", "spool::tests::full_disk::inside", "--include-ignored"]);
        command.env(FOLDER, folder.path());
        // SAFETY: the calls are async-signal-safe and touch only the child's own limits.
        unsafe {
            command.pre_exec(|| {
                // The signal's default is to end the process; ignored, the write fails as on a full disk.
                libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
                Ok(())
            });
        }
        let output = command.output().expect("the test starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    #[test]
    #[ignore = "runs inside the test above, where the disk is full"]
    fn inside() {
        let Some(folder) = std::env::var_os(FOLDER).map(std::path::PathBuf::from) else { return };
        limit(0).expect("full");
        let spool = open(&folder, 1 << 20);
        let refused = spool.append_all(vec!["lost".to_owned()]).expect_err("no room");
        assert_eq!(refused.kind(), std::io::ErrorKind::FileTooLarge, "{refused}");
        assert_eq!(numbers(&folder), Vec::<u64>::new(), "nothing is left of a segment that could not begin");

        limit(2000).expect("some room");
        let words = |from: usize| (from..from + 20).map(|at| format!("record {at}")).collect::<Vec<_>>();
        let mut kept = Vec::new();
        let mut refusals = 0;
        for round in 0..20 {
            let many = words(round * 20);
            match spool.append_all(many.clone()) {
                Ok(_) => kept.extend(many),
                Err(_) => refusals += 1,
            }
        }
        assert!(refusals > 0 && !kept.is_empty(), "{refusals} refused");
        assert_eq!(all(&folder), (kept.clone(), Vec::new()));
        assert_eq!(spool.lost().records, 1 + refusals * 20);

        limit(libc::RLIM_INFINITY).expect("room");
        spool.append_all(words(1000)).expect("on the disk at once");
        kept.extend(words(1000));
        drop(spool);
        assert_eq!(all(&folder), (kept, Vec::new()));
    }
}

#[test]
fn a_complete_segment_is_written_anew_without_some_records() {
    let (folder, path, _) = three();
    assert_eq!(rewrite_segment(&path, |_| true).expect("nothing to do"), 0);
    assert_eq!(rewrite_segment(&path, |content| content != b"second").expect("written"), 1);
    assert_eq!(all(folder.path()), (vec!["first".to_owned(), "third".to_owned()], Vec::new()));
    let spool = open(folder.path(), 1 << 20);
    spool.append_durably("fourth".to_owned()).expect("on the disk");
    let growing = segments(folder.path()).expect("listed")[1].1.clone();
    assert!(rewrite_segment(&growing, |_| true).is_err(), "it is still being written");
    drop(spool);
}
