//! The index against a ranking written down plainly, and against what can go wrong on a disk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;

use super::*;

fn document(id: &str, text: &str, time: i64) -> Document {
    Document { id: id.to_owned(), text: text.to_owned(), time, ..Document::default() }
}

fn build(folder: &Path, commits: &[Vec<Document>]) -> Index {
    let mut writer = Writer::open(folder, 0).unwrap();
    for documents in commits {
        for document in documents {
            writer.add(document.clone()).unwrap();
        }
        writer.commit().unwrap();
    }
    Index::open(folder).unwrap()
}

fn ids(index: &Index, query: &Query<'_>) -> Vec<String> {
    index.search(query).unwrap().hits.into_iter().map(|hit| hit.id).collect()
}

fn find(index: &Index, text: &str) -> Vec<String> {
    ids(index, &Query { text, limit: 10, ..Query::default() })
}

/// Every byte of every file of the folder.
fn bytes(folder: &Path) -> Vec<u8> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| std::fs::read(path).unwrap()).collect()
}

fn holds(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

/// BM25 as the formula says it: each term over each document, nothing shared with the index but the terms.
fn naive(documents: &[Document], query: &str) -> Vec<String> {
    let cut: Vec<(BTreeMap<String, u32>, u32)> = documents
        .iter()
        .map(|document| {
            let (terms, length) = index_terms(&document.text);
            (terms.into_iter().collect(), length)
        })
        .collect();
    let mean = (cut.iter().map(|(_, length)| f64::from(*length)).sum::<f64>() / documents.len().max(1) as f64)
        .max(1.0) as f32;
    let mut scored: Vec<(f32, i64, String)> = Vec::new();
    for (document, (terms, length)) in documents.iter().zip(&cut) {
        let mut score = 0.0_f32;
        for term in query_terms(query) {
            let with = cut.iter().filter(|(terms, _)| terms.contains_key(&term)).count() as f64;
            let rarity = (1.0 + (documents.len() as f64 - with + 0.5) / (with + 0.5)).ln() as f32;
            let count = terms.get(&term).copied().unwrap_or(0) as f32;
            let norm = 1.2_f32 * (1.0 - 0.75 + 0.75 * *length as f32 / mean);
            if count > 0.0 {
                score += rarity * (1.2_f32 + 1.0) * count / (count + norm);
            }
        }
        if score > 0.0 {
            scored.push((score, document.time, document.id.clone()));
        }
    }
    scored
        .sort_by(|one, other| other.0.total_cmp(&one.0).then(other.1.cmp(&one.1)).then(one.2.cmp(&other.2)));
    scored.into_iter().map(|(_, _, id)| id).collect()
}

#[test]
fn words_are_found_across_both_languages_and_cuts() {
    let folder = tempfile::tempdir().unwrap();
    let index = build(
        folder.path(),
        &[vec![
            document("a", "付款一直失败,急", 1),
            document("b", "The payment fails every time", 2),
            document("c", "支付宝付款很快", 3),
            document("d", "Great app, love it", 4),
            document("e", "付款失敗", 5),
        ]],
    );
    assert_eq!(find(&index, "付款失败"), ["e", "a", "c"]);
    assert_eq!(find(&index, "支付"), ["c"]);
    assert_eq!(find(&index, "PAYMENT fails"), ["b"]);
    assert_eq!(find(&index, "nothing here at all").len(), 0);
    let all = index.search(&Query { text: "", limit: 2, ..Query::default() }).unwrap();
    assert_eq!((all.total, all.hits[0].id.as_str(), all.hits[1].id.as_str()), (5, "e", "d"));
    let hit = &index.search(&Query { text: "付款失败", limit: 1, ..Query::default() }).unwrap().hits[0];
    assert_eq!(&hit.text[hit.highlights[0].clone()], "付款失敗");
}

#[test]
fn a_slip_of_the_finger_is_forgiven_where_nobody_wrote_the_word() {
    let folder = tempfile::tempdir().unwrap();
    let index =
        build(folder.path(), &[vec![document("a", "the payment failed", 1), document("b", "fine", 2)]]);
    let ranked = index.search(&Query { text: "paymnet", limit: 5, ..Query::default() }).unwrap();
    assert_eq!(ranked.corrected, [("paymnet".to_owned(), "payment".to_owned())]);
    assert_eq!(ranked.hits[0].id, "a");
    let expand = |term: &str| if term == "支付" { vec!["payment".to_owned()] } else { Vec::new() };
    assert_eq!(
        ids(&index, &Query { text: "支付", limit: 5, expand: Some(&expand), ..Query::default() }),
        ["a"]
    );
}

#[test]
fn filters_leave_only_what_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let with = |id: &str, time, mood: &str, version: &str| {
        let mut document = document(id, "payment failed", time);
        document.fields =
            [("mood".to_owned(), mood.to_owned()), ("version".to_owned(), version.to_owned())].into();
        document
    };
    build(
        folder.path(),
        &[
            vec![with("a", 1, "bad", "1.0"), with("b", 2, "good", "1.0")],
            vec![with("c", 3, "bad", "2.0"), document("d", "payment", 4)],
        ],
    );
    let index = Index::open(folder.path()).unwrap();
    let of = |spec: flywheel_spec::feedback::search::SearchSpec| {
        let report = search(&index, &spec, Beside::default()).unwrap();
        let mut ids: Vec<String> = report.hits.into_iter().map(|hit| hit.id).collect();
        ids.sort();
        assert_eq!(report.total, ids.len() as u64);
        ids
    };
    let spec =
        || flywheel_spec::feedback::search::SearchSpec { query: "payment".into(), ..Default::default() };
    assert_eq!(of(spec()), ["a", "b", "c", "d"]);
    assert_eq!(
        of(flywheel_spec::feedback::search::SearchSpec { moods: vec!["bad".into()], ..spec() }),
        ["a", "c"]
    );
    assert_eq!(
        of(flywheel_spec::feedback::search::SearchSpec {
            moods: vec!["bad".into()],
            versions: vec!["2.0".into()],
            ..spec()
        }),
        ["c"]
    );
    assert_eq!(
        of(flywheel_spec::feedback::search::SearchSpec { from: Some(2), to: Some(4), ..spec() }),
        ["b", "c"]
    );
    let wrong =
        flywheel_spec::feedback::search::SearchSpec { limit: 0, from: Some(4), to: Some(2), ..spec() };
    assert_eq!(search(&index, &wrong, Beside::default()).unwrap_err().problems.len(), 2);
    let mut writer = Writer::open(folder.path(), 0).unwrap();
    writer.relabel("mood", [("b".to_owned(), Some("bad".to_owned())), ("a".to_owned(), None)]);
    writer.commit().unwrap();
    let again = Index::open(folder.path()).unwrap();
    let spec = flywheel_spec::feedback::search::SearchSpec { moods: vec!["bad".into()], ..spec() };
    let mut found: Vec<String> =
        search(&again, &spec, Beside::default()).unwrap().hits.into_iter().map(|hit| hit.id).collect();
    found.sort();
    assert_eq!(found, ["b", "c"]);
    // Whoever opened it before still reads the old labels.
    assert_eq!(index.get("b").unwrap().fields["mood"], "good");
}

#[test]
fn erasing_a_person_leaves_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    let mut secret = document("secret-id-77", "zanzibar 用户隐私词 payment", 1);
    secret.person = Some("person-zq81".into());
    secret.fields = [("source".to_owned(), "rare-store".to_owned())].into();
    let mut other = document("x", "payment failed", 2);
    other.person = Some("other".into());
    let before = build(folder.path(), &[vec![secret.clone()], vec![other]]);
    assert!(holds(&bytes(folder.path()), "zanzibar"));
    assert_eq!(before.of_person("person-zq81").len(), 1);
    let old: Vec<(String, Vec<u8>)> = manifest::Manifest::read(folder.path())
        .unwrap()
        .segments
        .into_iter()
        .map(|name| (name.clone(), std::fs::read(folder.path().join(name)).unwrap()))
        .collect();
    let mut writer = Writer::open(folder.path(), 0).unwrap();
    assert_eq!(writer.erase_person("person-zq81").unwrap(), 1);
    assert_eq!(writer.commit().unwrap().documents, 1);
    let left = bytes(folder.path());
    for part in ["secret-id-77", "zanzibar", "用户隐私", "person-zq81", "rare-store"] {
        assert!(!holds(&left, part), "{part} is left");
    }
    let after = Index::open(folder.path()).unwrap();
    assert_eq!(find(&after, "payment zanzibar"), ["x"]);
    // The state that was opened before is whole.
    assert_eq!(find(&before, "zanzibar"), ["secret-id-77"]);
    // A crash after the commit and before its old files were removed: nobody reads them, and the next writer removes them.
    drop(writer);
    for (name, content) in old {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    assert_eq!(find(&Index::open(folder.path()).unwrap(), "zanzibar").len(), 0);
    drop(Writer::open(folder.path(), 0).unwrap());
    assert!(!holds(&bytes(folder.path()), "zanzibar"));
}

#[test]
fn the_later_of_two_with_one_id_counts() {
    let folder = tempfile::tempdir().unwrap();
    let index = build(
        folder.path(),
        &[
            vec![document("a", "old words", 1), document("a", "middle words", 1), document("b", "stays", 1)],
            vec![document("a", "new words", 2)],
        ],
    );
    assert_eq!(index.len(), 2);
    assert_eq!(index.get("a").unwrap().text, "new words");
    assert!(find(&index, "old").is_empty() && find(&index, "middle").is_empty());
    assert!(!holds(&bytes(folder.path()), "middle"));
}

#[test]
fn damage_is_told_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), &[vec![document("a", "payment failed", 1)], vec![document("b", "payment fine", 2)]]);
    let manifest = manifest::Manifest::read(folder.path()).unwrap();
    let path = folder.path().join(&manifest.segments[0]);
    let whole = std::fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        std::fs::write(&path, &damaged).unwrap();
        let index = Index::open(folder.path()).unwrap();
        assert_eq!(index.problems().len(), 1, "byte {at}");
        assert_eq!(find(&index, "payment"), ["b"]);
    }
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(Index::open(folder.path()).unwrap().problems().len(), 1);
    assert!(matches!(Writer::open(folder.path(), 0), Err(SearchError::Damaged(_))));
    let mut writer = Writer::anew(folder.path(), 0).unwrap();
    writer.add(document("c", "payment again", 3)).unwrap();
    writer.commit().unwrap();
    assert_eq!(find(&Index::open(folder.path()).unwrap(), "payment"), ["c"]);
    std::fs::write(folder.path().join(manifest::NAME), "{").unwrap();
    assert!(matches!(Index::open(folder.path()), Err(SearchError::Damaged(_))));
}

#[test]
fn a_crash_between_any_two_steps_leaves_the_last_commit() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), &[vec![document("a", "payment failed", 1)]]);
    {
        // Segments are written and no manifest names them: the writer dies here.
        let mut writer = Writer::open(folder.path(), 0).unwrap();
        writer.add(document("b", "unfinished business", 2)).unwrap();
        writer.erase_person("nobody").unwrap();
        assert!(Writer::open(folder.path(), 0).is_err(), "there is one writer at a time");
    }
    std::fs::write(folder.path().join("segment-99999999.fws.tmp"), "half a file").unwrap();
    std::fs::write(folder.path().join("manifest.json.tmp"), "{").unwrap();
    let index = Index::open(folder.path()).unwrap();
    assert_eq!((index.len(), index.problems().len()), (1, 0));
    assert!(find(&index, "unfinished").is_empty());
    // The next writer removes what was left behind.
    drop(Writer::open(folder.path(), 0).unwrap());
    let names: BTreeSet<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(!holds(&bytes(folder.path()), "unfinished"));
}

#[test]
fn readers_see_whole_commits_while_one_writes() {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), &[vec![document("0", "payment number", 0)]]);
    std::thread::scope(|scope| {
        let path = folder.path();
        let writing = scope.spawn(move || {
            let mut writer = Writer::open(path, 0).unwrap();
            for round in 1..40 {
                // Two at once: a reader sees both or neither.
                writer.add(document(&format!("{}", 2 * round - 1), "payment number", round)).unwrap();
                writer.add(document(&format!("{}", 2 * round), "payment number", round)).unwrap();
                writer.commit().unwrap();
            }
        });
        while !writing.is_finished() {
            let index = Index::open(path).unwrap();
            assert!(index.problems().is_empty());
            let found = index.search(&Query { text: "payment", limit: 5, ..Query::default() }).unwrap();
            assert_eq!((found.total % 2, found.total), (1, index.len() as u64));
        }
    });
    let index = Index::open(folder.path()).unwrap();
    assert_eq!(index.len(), 79);
    assert!(index.segments.len() <= 12, "small segments are joined: {}", index.segments.len());
}

#[test]
fn meaning_finds_what_words_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let with = |id: &str, text: &str, vector: &[f32]| {
        let mut document = document(id, text, 1);
        document.vector = Some(vector.to_vec());
        document
    };
    let mut writer = Writer::open(folder.path(), 3).unwrap();
    writer.add(with("money", "cannot check out", &[1.0, 0.1, 0.0])).unwrap();
    writer.add(with("look", "ugly colours", &[0.0, 1.0, 0.0])).unwrap();
    writer.add(document("none", "payment payment", 1)).unwrap();
    assert!(writer.add(with("bad", "x", &[1.0])).is_err());
    writer.commit().unwrap();
    let index = Index::open(folder.path()).unwrap();
    let vector = [0.9, 0.0, 0.1];
    let query = Query { text: "payment", limit: 3, vector: Some(&vector), ..Query::default() };
    let found = ids(&index, &query);
    assert!(found[..2].contains(&"money".to_owned()) && found[..2].contains(&"none".to_owned()), "{found:?}");
    assert!(index.search(&Query { vector: Some(&[1.0]), ..query }).is_err());
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    let word = prop::sample::select(vec![
        "app",
        "crash",
        "payment",
        "failed",
        "slow",
        "付款",
        "失败",
        "闪退",
        "支付宝",
        "一直",
        "登录",
        "不上",
        " ",
        "! ",
        "退款",
    ]);
    let text = prop::collection::vec(word, 0..8)
        .prop_map(|words| words.join(if words.len() % 2 == 0 { " " } else { "" }));
    prop::collection::vec(text, 1..24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn the_ranking_is_the_formulas_however_messages_arrive(
        texts in texts(),
        cuts in prop::collection::vec(0_usize..24, 0..4),
        query in prop::sample::select(vec!["app crash", "付款失败", "支付宝 payment", "登录不上 slow slow", "退款", "支付"]),
    ) {
        let documents: Vec<Document> =
            texts.iter().enumerate().map(|(at, text)| document(&format!("m{at:02}"), text, (at % 5) as i64)).collect();
        let whole = tempfile::tempdir().unwrap();
        let parts = tempfile::tempdir().unwrap();
        let at_once = build(whole.path(), &[documents.clone()]);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(documents.len())).collect();
        cuts.sort_unstable();
        cuts.push(documents.len());
        let mut from = 0;
        let pieces: Vec<Vec<Document>> = cuts.iter().map(|cut| { let piece = documents[from..*cut].to_vec(); from = *cut; piece }).collect();
        let piecewise = build(parts.path(), &pieces);
        let plain = Query { text: query, limit: 50, plain: true, ..Query::default() };
        let expected = naive(&documents, query);
        prop_assert_eq!(ids(&at_once, &plain), expected.clone());
        prop_assert_eq!(ids(&piecewise, &plain), expected);
        let near = Query { text: query, limit: 50, ..Query::default() };
        prop_assert_eq!(at_once.search(&near).unwrap(), piecewise.search(&near).unwrap());
        // A person's erasure leaves the index that would be there had they never written.
        let mut writer = Writer::open(parts.path(), 0).unwrap();
        for document in documents.iter().step_by(3) {
            writer.remove(&document.id).unwrap();
        }
        writer.commit().unwrap();
        let left: Vec<Document> = documents.iter().enumerate().filter(|(at, _)| at % 3 != 0).map(|(_, document)| document.clone()).collect();
        prop_assert_eq!(ids(&Index::open(parts.path()).unwrap(), &plain), naive(&left, query));
    }
}
