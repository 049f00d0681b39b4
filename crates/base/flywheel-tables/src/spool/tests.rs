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
    assert_eq!(segments(folder.path()).expect("listed")[0].0, 3);
    drop(again);
}
