//! Themes followed from day to day.

use flywheel_stats::chance::Chance;

use super::*;

/// Messages of four subjects in both languages, each in words of its own.
fn said(from: usize, to: usize) -> Vec<String> {
    const SUBJECTS: [[&str; 4]; 4] = [
        ["payment failed", "cannot pay with my card", "付款失败", "支付一直失败"],
        ["the app crashes on start", "crash again after opening", "一打开就闪退", "总是崩溃闪退"],
        ["delivery was late", "my parcel delivery is slow", "快递太慢", "物流配送慢"],
        ["login password not accepted", "cannot login", "登录不了", "登录收不到验证码"],
    ];
    let ending = |at: usize| ["", " please fix", " since monday", " on my phone", " 谢谢"][at % 5];
    (from..to).map(|at| format!("{}{} {at}", SUBJECTS[at % 4][at / 4 % 4], ending(at))).collect()
}

fn pile(texts: &[String]) -> Pile {
    Pile::of(texts.iter().map(|text| (text.as_str(), None)))
}

/// What is kept from call to call.
#[derive(Clone, Default)]
struct Days {
    state: Option<ThemeState>,
    placed: Option<Placed>,
}

impl Days {
    /// A call: the themes that it tells, and whether anything was to be kept.
    fn call(&mut self, texts: &[String]) -> (Themes, bool) {
        let Kept { found, state, placed } =
            themes_of(&pile(texts), &[], None, self.state.as_ref(), self.placed.as_ref());
        let kept = placed.is_some();
        self.state = state.or(self.state.take());
        self.placed = placed.or(self.placed.take());
        (found, kept)
    }
}

fn ids(found: &Themes) -> Vec<Option<u32>> {
    found.of_message.iter().map(|theme| theme.map(|theme| found.themes[theme as usize].id)).collect()
}

#[test]
fn an_unchanged_pile_has_its_themes_at_once() {
    let texts = said(0, 2_400);
    let mut days = Days::default();
    let (first, kept) = days.call(&texts);
    assert!(kept && first.themes.len() >= 3, "{:?}", first.themes);
    let (again, kept) = days.call(&texts);
    assert!(!kept, "nothing to keep");
    let told = |found: &Themes| {
        let themes = found.themes.iter().map(|theme| (theme.id, theme.name.clone(), theme.words.clone()));
        (themes.collect::<Vec<_>>(), found.of_message.clone(), found.like.clone())
    };
    assert_eq!(told(&again), told(&first));
}

#[test]
fn a_days_messages_follow_and_the_others_stay() {
    let texts = said(0, 2_500);
    let mut days = Days::default();
    let (first, _) = days.call(&texts[..2_400]);
    let (second, kept) = days.call(&texts);
    assert!(kept);
    assert_eq!(ids(&second)[..2_400], ids(&first), "what was placed stays");
    for at in 2_400..2_500 {
        assert_eq!(ids(&second)[at], ids(&first)[at - 160], "{}", texts[at]);
    }
    // More than a tenth came: formed anew, under the numbers known.
    let many = said(0, 2_900);
    let state = days.state.clone();
    let (anew, _) = days.call(&many);
    let formed = themes(&pile(&many), &[], None, state.as_ref());
    assert_eq!((&anew.themes, &anew.of_message), (&formed.themes, &formed.of_message));
    let known: Vec<u32> = first.themes.iter().map(|theme| theme.id).collect();
    assert!(anew.themes.iter().filter(|theme| known.contains(&theme.id)).count() >= 3, "{:?}", anew.themes);
    // So many gone as well.
    let (fewer, _) = days.call(&many[..2_100]);
    assert_eq!(fewer.of_message, themes(&pile(&many[..2_100]), &[], None, None).of_message);
}

#[test]
fn a_new_subject_is_found_when_there_is_as_much_of_it_as_a_theme_needs() {
    let mut texts = said(0, 2_400);
    let mut days = Days::default();
    let (first, _) = days.call(&texts);
    let strange = |at: usize| format!("translate the subtitles into klingon {at}");
    texts.extend((0..10).map(strange));
    let (few, _) = days.call(&texts);
    assert_eq!(ids(&few)[2_400..], [None; 10], "fits none");
    texts.extend((10..40).map(strange));
    let (enough, _) = days.call(&texts);
    let new = ids(&enough)[2_400].expect("a theme");
    assert!(ids(&enough)[2_400..].iter().all(|theme| *theme == Some(new)));
    assert!(first.themes.iter().all(|theme| theme.id != new));
    let (again, kept) = days.call(&texts);
    assert!(!kept);
    assert_eq!(ids(&again), ids(&enough));
    texts.extend((40..45).map(strange));
    let (next, _) = days.call(&texts);
    assert!(ids(&next)[2_440..].iter().all(|theme| *theme == Some(new)), "and followed from then on");
}

#[test]
fn what_comes_at_once_may_come_in_any_order() {
    let texts = said(0, 2_500);
    let mut before = Days::default();
    before.call(&texts[..2_400]);
    let (told, _) = before.clone().call(&texts);
    let mut order: Vec<usize> = (0..texts.len()).collect();
    Chance::new(9).shuffle(&mut order);
    let mixed: Vec<String> = order.iter().map(|at| texts[*at].clone()).collect();
    let (other, _) = before.call(&mixed);
    assert_eq!(other.themes, told.themes);
    let expected: Vec<Option<u32>> = order.iter().map(|at| told.of_message[*at]).collect();
    assert_eq!(other.of_message, expected);
}

#[test]
fn a_small_pile_is_formed_anew_each_time() {
    let mut days = Days::default();
    days.call(&said(0, 300));
    let (_, kept) = days.call(&said(0, 300));
    assert!(kept);
}

#[test]
fn places_are_read_as_they_were_kept_or_not_at_all() {
    let mut days = Days::default();
    days.call(&said(0, 2_100));
    let placed = days.placed.expect("kept");
    let bytes = placed.bytes(b"state", "minilm");
    let mut known = placed.clone();
    known.themes.iter_mut().for_each(|theme| theme.is_new = false);
    assert_eq!(Placed::of(&bytes, b"state", "minilm"), Some(known));
    assert_eq!(Placed::of(&bytes, b"another", "minilm"), None);
    assert_eq!(Placed::of(&bytes, b"state", ""), None);
    for at in 0..bytes.len().min(400) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 4;
        assert_eq!(Placed::of(&damaged, b"state", "minilm"), None);
        assert_eq!(Placed::of(&bytes[..at], b"state", "minilm"), None);
    }
}
