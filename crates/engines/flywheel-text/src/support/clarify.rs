//! The customer's choice among the questions that were offered.

use super::signal::Said;

/// What a customer answers to "which of these".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pick {
    /// The one at this place, from 0.
    Place(usize),
    /// None of them.
    None,
    /// Something else: the words must tell.
    Words,
}

/// Reads a choice among so many.
pub(super) fn pick(said: &Said, count: usize) -> Pick {
    if let Some(place) = place(said, count) {
        return Pick::Place(place);
    }
    if count == 1 && said.is_only("yes") {
        return Pick::Place(0);
    }
    if said.is_only("none") || said.begins("none") && said.text().split(' ').count() <= 3 {
        return Pick::None;
    }
    Pick::Words
}

/// Words around a number, which change nothing.
const AROUND: &[&str] = &[
    "the", "number", "no", "option", "answer", "choice", "question", "please", "i", "mean", "meant", "want",
    "choose", "take", "pick", "it", "is", "its", "it's", "that", "my", "would", "be", "i'd", "say", "item",
];
const AROUND_HAN: &[char] = &[
    '我', '选', '择', '要', '想', '问', '是', '的', '第', '个', '条', '种', '项', '吧', '号', '那', '请',
    '答', '案',
];

fn place(said: &Said, count: usize) -> Option<usize> {
    let mut words: Vec<&str> = said.text().split(' ').filter(|word| !AROUND.contains(word)).collect();
    if words.len() == 2 && words[1] == "one" {
        words.pop();
    }
    let word = if let [word] = words[..] { word } else { said.close() };
    let bare = word.trim_matches(AROUND_HAN);
    let place = match if bare.is_empty() { word } else { bare } {
        "1" | "one" | "first" | "1st" | "a" | "former" | "一" | "前者" | "前面" | "头一" | "上面" => {
            0
        }
        "2" | "two" | "second" | "2nd" | "b" | "二" | "两" => 1,
        "3" | "three" | "third" | "3rd" | "c" | "三" => 2,
        "4" | "four" | "fourth" | "4th" | "d" | "四" => 3,
        "5" | "five" | "fifth" | "5th" | "e" | "五" => 4,
        "last" | "latter" | "后者" | "最后" | "最后一" | "后面" | "下面" => {
            count.checked_sub(1)?
        }
        _ => return None,
    };
    (place < count).then_some(place)
}

#[cfg(test)]
mod tests {
    use flywheel_language::fold;

    use super::*;

    #[test]
    fn yes_takes_the_only_one() {
        assert_eq!(pick(&Said::of("yes"), 1), Pick::Place(0));
        assert_eq!(pick(&Said::of("是的"), 1), Pick::Place(0));
        assert_eq!(pick(&Said::of("yes"), 2), Pick::Words);
        assert_eq!(pick(&Said::of("no"), 1), Pick::None);
    }

    #[test]
    fn a_choice_is_read_by_number_in_both_languages() {
        for (text, expected) in [
            ("1", Pick::Place(0)),
            ("2.", Pick::Place(1)),
            ("2️⃣", Pick::Place(1)),
            ("②", Pick::Place(1)),
            ("the first one", Pick::Place(0)),
            ("I mean number 3 please", Pick::Place(2)),
            ("option B", Pick::Place(1)),
            ("the latter", Pick::Place(2)),
            ("第二个", Pick::Place(1)),
            ("我选第一个", Pick::Place(0)),
            ("最后一个吧", Pick::Place(2)),
            ("前者", Pick::Place(0)),
            ("4", Pick::Words),
            ("none of these", Pick::None),
            ("neither", Pick::None),
            ("都不是", Pick::None),
            ("no", Pick::None),
            ("the refund", Pick::Words),
            ("退款的那个", Pick::Words),
            ("", Pick::Words),
        ] {
            assert_eq!(pick(&Said::of(&fold(text)), 3), expected, "{text}");
        }
    }
}
