//! What came since, counted beside what was counted before.

use flywheel_stats::chance::Chance;

use super::*;
use crate::duplicates::{Near, near};

/// A message: its text and its person.
type Said = (String, Option<String>);

/// Messages of a few sentences with some words changed, so that many are nearly the same, and some just not.
fn said(seed: u64, count: usize) -> Vec<Said> {
    const SENTENCES: [&str; 6] = [
        "i tried to pay with my new card three times and the payment failed every time",
        "the app crashes whenever i open the settings page on my old phone since monday",
        "where is my parcel it was promised for tuesday and the courier never came by",
        "please add a dark mode for reading at night because the white page is too bright",
        "the refund for my cancelled order has not arrived after two whole weeks of waiting",
        "快递太慢了等了整整一个星期还没有收到货客服也一直不回复消息",
    ];
    const OTHER: [&str; 8] = ["again", "really", "today", "调查", "support", "nobody", "error", "sadly"];
    (0..count)
        .map(|at| {
            let mut chance = Chance::new(seed).stream(at as u64);
            let sentence = SENTENCES[chance.below(6) as usize];
            let mut words: Vec<&str> = sentence.split(' ').collect();
            for _ in 0..chance.below(5) {
                let place = chance.below(words.len() as u64) as usize;
                words[place] = OTHER[chance.below(8) as usize];
            }
            let number = if chance.coin(0.3) { format!(" {at}") } else { String::new() };
            let person = chance.coin(0.8).then(|| format!("p{}", chance.below(300)));
            (format!("{}{number}", words.join(" ")), person)
        })
        .collect()
}

fn pile(said: &[Said]) -> Pile {
    Pile::of(said.iter().map(|(text, person)| (text.as_str(), person.as_deref())))
}

/// What is told of a pile, and whether what was counted before was used.
struct Call {
    near: Near,
    told: Told,
    is_since: bool,
}

fn call(pile: &Pile, kept: Option<&Counted>) -> Call {
    let since = kept.and_then(|kept| kept.since(pile));
    let near = near(pile, since.as_ref().map(|since| &since.before));
    let told = Counted::tell(pile, kept, since.as_ref(), &near.first, 50);
    Call { near, told, is_since: since.is_some() }
}

/// The same as of all at once.
fn check(pile: &Pile, call: &Call, what: &str) {
    let whole = self::call(pile, None);
    assert_eq!(call.near.first, whole.near.first, "{what}");
    assert_eq!(call.told.phrases, whole.told.phrases, "{what}");
    assert!(!whole.told.phrases.is_empty());
}

/// What was counted, through the bytes that are kept of it.
fn first(pile: &Pile) -> Counted {
    let counted = call(pile, None).told.kept.expect("many enough");
    Counted::kept(&counted.bytes()).expect("just written")
}

#[test]
fn days_are_counted_as_if_all_had_come_at_once() {
    for seed in 0..3 {
        let all = said(seed, 2_160);
        let mut kept = first(&pile(&all[..2_100]));
        let mut written = 0;
        for day in 1..=6 {
            let pile = pile(&all[..2_100 + day * 10]);
            let call = call(&pile, Some(&kept));
            assert!(call.is_since);
            check(&pile, &call, &format!("seed {seed}, day {day}"));
            if let Some(counted) = call.told.kept {
                written += 1;
                kept = Counted::kept(&counted.bytes()).expect("just written");
            }
        }
        assert!((1..6).contains(&written), "written now and then: {written}");
    }
}

#[test]
fn only_what_came_is_counted_and_only_what_it_may_be_like_is_compared() {
    let mut all = said(7, 2_100);
    let kept = first(&pile(&all));
    let again = call(&pile(&all), Some(&kept));
    assert_eq!((again.near.compared, again.told.counted, again.told.kept.is_none()), (0, 0, true));
    // Of a subject of its own, twice nearly the same, and once more what somebody said already.
    let known = all[3].clone();
    all.extend([
        ("sunflowers grow tall beside the old stone bridge in our garden".to_owned(), None),
        ("sunflowers grow tall beside the old stone bridge in our garden!!".to_owned(), None),
        (known.0, Some("somebody new".to_owned())),
    ]);
    let pile = pile(&all);
    let day = call(&pile, Some(&kept));
    assert!(day.is_since && day.told.kept.is_none(), "a few are no reason to write");
    assert_eq!(day.told.counted, 3);
    assert!(day.near.compared <= 3, "{}", day.near.compared);
    check(&pile, &day, "three more");
    assert!(call(&pile, None).near.compared > 300, "of all at once most are compared");
}

#[test]
fn people_who_are_merged_change_the_counts_of_their_texts_alone() {
    let mut all = said(3, 2_100);
    let both = ["ann", "bert"].map(|person| ("the invoice is wrong".to_owned(), Some(person.to_owned())));
    all.extend(both);
    let kept = first(&pile(&all));
    let bert = |(_, person): &&mut Said| person.as_deref() == Some("bert");
    all.iter_mut().filter(bert).for_each(|(_, person)| *person = Some("ann".to_owned()));
    let pile = pile(&all);
    let call = call(&pile, Some(&kept));
    assert!(call.is_since);
    assert_eq!(call.told.counted, 1, "one voice fewer");
    check(&pile, &call, "merged");
}

#[test]
fn where_a_text_is_gone_all_are_counted() {
    let mut all = said(5, 2_100);
    all.push(("nobody else ever said these words".to_owned(), None));
    let kept = first(&pile(&all));
    let left = pile(&all[..2_100]);
    assert_eq!(kept.texts.len(), left.texts.len() + 1);
    let call = call(&left, Some(&kept));
    assert!(!call.is_since);
    check(&left, &call, "one is gone");
    assert!(call.told.kept.is_some_and(|kept| kept.texts.len() == left.texts.len()), "written anew");
    let few = self::call(&pile(&all[..300]), Some(&kept));
    assert!(few.told.kept.is_some(), "however few are left");
}

#[test]
fn what_is_damaged_or_of_few_is_not_kept() {
    let few = call(&pile(&said(1, 300)), None);
    assert!(few.told.kept.is_none() && !few.told.phrases.is_empty());
    let bytes = first(&pile(&said(1, 2_000))).bytes();
    for at in (0..bytes.len()).step_by(1_009) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert_eq!(Counted::kept(&damaged), None, "a byte at {at}");
        assert_eq!(Counted::kept(&bytes[..at]), None, "{at} bytes");
    }
}
