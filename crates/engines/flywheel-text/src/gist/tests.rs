//! Texts read once, kept, and read again where they must be.

use proptest::prelude::*;

use super::*;
use crate::listen::{listen, listen_to};
use crate::shelf::Piece;

fn message(id: usize, text: &str, rating: Option<f64>) -> Message {
    Message { id: id.to_string(), text: text.to_owned(), rating, ..Message::default() }
}

fn sample() -> Vec<Message> {
    let texts = [
        "The Checkout is terribly slow, write me at ann@example.com or +1 415 555 0132",
        "客服态度很差,但是发货很快。请问怎么退款?",
        "love it 👍 not bad at all",
        "加微信 abc12345 日赚500,轻松在家赚钱",
        "",
        "<p>It <b>crashes</b> when I open it\n— why is that? please add a dark mode</p>",
        "ＰＡＹＭＥＮＴ failed\u{200b} again… 付款失败",
        "great, another crash 🙄",
        "@shop see https://a.b/c?d=1 #fail don't",
    ];
    let mut found: Vec<Message> =
        texts.iter().enumerate().map(|(at, text)| message(at, text, None)).collect();
    found.push(message(9, &"慢 and slow. ".repeat(4_000), Some(1.0)));
    found.extend((10..70).map(|at| {
        let (word, stars) = if at % 2 == 0 { ("zorbly", 5.0) } else { ("quargy", 1.0) };
        message(at, &format!("{word} thing number {at}"), Some(stars))
    }));
    found
}

/// What is kept after some messages were read on top of what was.
fn after(files: [Vec<u8>; 2], messages: &[Message]) -> ([Vec<u8>; 2], usize) {
    let kept = Kept::of(files.clone());
    let gists = Gists::of(messages, &kept);
    let [first, second] = kept.after(&gists);
    let [old, later] = files;
    ([first.unwrap_or(old), second.unwrap_or(later)], gists.made())
}

#[test]
fn what_is_kept_says_the_same_as_what_is_read() {
    let messages = sample();
    let (files, made) = after([vec![], vec![]], &messages);
    assert_eq!((made, files[1].len()), (messages.len(), 0));
    let fresh = Gists::of(&messages, &Kept::default());
    let kept = Gists::of(&messages, &Kept::of(files));
    assert_eq!(kept.made(), 0);
    assert_eq!(kept.gists, fresh.gists);
    assert_eq!(format!("{:?}", kept.pile), format!("{:?}", fresh.pile));
    let (known, read) = (listen_to(&messages, &kept), listen(&messages));
    assert!(read.trial.is_some(), "the ratings teach");
    assert_eq!(format!("{known:?}"), format!("{read:?}"));
}

#[test]
fn a_days_texts_go_into_the_small_file_until_it_has_grown() {
    let messages = sample();
    let (files, _) = after([vec![], vec![]], &messages[..60]);
    assert_eq!(after(files.clone(), &messages[..60]), (files.clone(), 0), "nothing new, nothing written");
    let (day, made) = after(files.clone(), &messages[..63]);
    assert_eq!((made, &day[0]), (3, &files[0]));
    assert!(!day[1].is_empty() && day[1].len() < files[0].len());
    let (week, made) = after(day.clone(), &messages);
    assert_eq!((made, week[1].len()), (7, 0), "joined");
    assert_eq!(week, after([vec![], vec![]], &messages).0, "as if all were read at once");
    // A file that a crash left beside one that holds its texts already.
    let (again, made) = after([week[0].clone(), day[1].clone()], &messages);
    assert_eq!((made, again[0] == week[0]), (0, true));
    assert_eq!(Kept::of(again).len(), messages.len());
}

#[test]
fn a_text_that_nobody_says_any_more_is_gone() {
    let messages = sample();
    let (files, _) = after([vec![], vec![]], &messages);
    let holds = |bytes: &[u8]| bytes.windows(8).any(|window| window == b"ann@exam");
    assert!(holds(&files[0]), "its folded form is kept");
    let (files, made) = after(files, &messages[1..]);
    assert_eq!(made, 0);
    assert!(!files.iter().any(|bytes| holds(bytes)));
}

#[test]
fn a_damaged_or_foreign_file_holds_nothing() {
    let messages = sample();
    let (files, _) = after([vec![], vec![]], &messages);
    for at in (0..files[0].len()).step_by(97) {
        let mut damaged = files.clone();
        damaged[0][at] ^= 0x20;
        assert!(Kept::of(damaged).is_empty(), "a byte at {at}");
    }
    for length in [0, 7, 16, 31, 32, 40, files[0].len() - 1] {
        assert!(Kept::of([files[0][..length].to_vec(), vec![]]).is_empty());
    }
    assert!(Kept::of([b"PAR1 something else altogether, and long enough".to_vec(), vec![1]]).is_empty());
    let (again, made) = after([files[0][1..].to_vec(), vec![]], &messages);
    assert_eq!((again, made), (files, messages.len()), "made again");
}

proptest! {
    #[test]
    fn whatever_is_said_is_kept_as_it_was_read(
        text in "\\PC{0,80}|([a-zA-Z ]|not |slow |Pay |1[0-9]{10} |不|很好|付款|客服|\\? |👍|\n|<b>){0,40}",
    ) {
        let (gist, cut) = (Gist::of(&text), Cut::of(&text));
        let bytes = coded::write(&gist, &cut);
        let (known, part) = coded::read(&Piece::whole(bytes.clone())).expect("just written");
        prop_assert_eq!(known, gist);
        prop_assert!(!part.reading.is_told_apart());
        prop_assert_eq!(format!("{part:?}"), format!("{cut:?}"));
        for end in 0..bytes.len() {
            prop_assert!(coded::read(&Piece::whole(bytes[..end].to_vec())).is_none());
        }
    }

    #[test]
    fn any_bytes_are_read_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Some((_, cut)) = coded::read(&Piece::whole(bytes)) {
            cut.reading.reading();
        }
    }
}
