//! The pairs of one message: "checkout – slow", "客服 – 态度差".

use std::collections::BTreeMap;
use std::ops::Range;

use flywheel_language::is_han;

use super::between::{Between, Role};
use super::{chinese, english};
use crate::lexicon::{Lexicon, entries};
use crate::mood::{Opinion, Opinions};
use crate::reading::{Reading, Sort, Token};

pub(super) const ASPECTS: &str = include_str!("../../words/aspects.txt");
pub(super) const FAMILIES: &str = include_str!("../../words/families.txt");

/// A thing and what a message says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The thing, folded: "checkout".
    pub aspect: String,
    /// What names the thing in every language; the folded words themselves where no list has them.
    pub aspect_key: String,
    /// What is said of it, folded: "slow".
    pub opinion: String,
    /// What names the opinion in every language; `not …` where it is denied.
    pub opinion_key: String,
    /// From −1 (blame) to 1 (praise).
    pub polarity: f64,
    /// Where both stand, in bytes of the text as it arrived.
    pub place: Range<usize>,
}

/// Finds pairs; costly to make, cheap to share.
#[derive(Debug)]
pub struct Finder {
    aspects: Lexicon<u16>,
    families: Lexicon<u16>,
    keys: Vec<String>,
    family_keys: Vec<String>,
    between: Between,
}

/// What is known of a message when its pairs are sought.
pub(super) struct Sight<'a> {
    pub reading: &'a Reading<'a>,
    /// Things of the list, with where they stand.
    pub known: Vec<(Range<usize>, u16)>,
    pub opinions: &'a [Opinion],
    pub between: &'a Between,
}

impl Default for Finder {
    fn default() -> Self {
        Self::new()
    }
}

impl Finder {
    /// A finder with the project's own words.
    pub fn new() -> Self {
        let (aspects, keys) = keyed(ASPECTS);
        let (families, family_keys) = keyed(FAMILIES);
        Self { aspects, families, keys, family_keys, between: Between::new() }
    }

    /// The pairs of a message, in the order of their opinions; each opinion has at most one.
    pub fn pairs(&self, reading: &Reading<'_>, opinions: &Opinions) -> Vec<Pair> {
        if opinions.each.iter().all(|opinion| opinion.sign) {
            return Vec::new();
        }
        let units = self.aspects.units(reading);
        let known = units.iter().filter_map(|unit| Some((unit.start..unit.end, unit.meaning?))).collect();
        let sight = Sight { reading, known, opinions: &opinions.each, between: &self.between };
        let mut last = None;
        let mut pairs = Vec::new();
        let tells = |opinion: &&Opinion| {
            let since = self.between.is(Role::When, &reading.folded[opinion.place.clone()]);
            !opinion.sign && opinion.value.abs() >= 0.3 && !since
        };
        for opinion in opinions.each.iter().filter(tells) {
            let clause = clause(reading, opinion);
            let han = reading.folded[opinion.place.clone()].contains(is_han);
            let found = if han {
                chinese::target(&sight, opinion, &clause, last.clone())
            } else {
                english::target(&sight, opinion, &clause)
            };
            let Some((target, said)) = found.or_else(|| nearest(&sight, opinion, &clause)) else { continue };
            last = Some(target.clone());
            pairs.push(self.pair(reading, opinion, target, said));
        }
        let places: Vec<Range<usize>> = pairs.iter().map(|pair| pair.place.clone()).collect();
        for (pair, place) in pairs.iter_mut().zip(reading.origins(&places)) {
            pair.place = place;
        }
        pairs
    }

    /// A pair with its place still in the folded text.
    fn pair(
        &self,
        reading: &Reading<'_>,
        opinion: &Opinion,
        target: Range<usize>,
        said: Range<usize>,
    ) -> Pair {
        let aspect = reading.folded[target.clone()].to_owned();
        let opinion_word = reading.folded[said.clone()].to_owned();
        let aspect_key = match self.aspects.meaning(&aspect) {
            Some(key) => self.keys[usize::from(key)].clone(),
            None => self.last_known(reading, &target).unwrap_or_else(|| singular(&aspect)),
        };
        let family = self.families.meaning(&opinion_word);
        let key = family.map_or(opinion_word.clone(), |key| self.family_keys[usize::from(key)].clone());
        Pair {
            aspect,
            aspect_key,
            opinion: opinion_word,
            opinion_key: if opinion.denied { format!("not {key}") } else { key },
            polarity: (opinion.value / (opinion.value * opinion.value + 4.0).sqrt()).clamp(-1.0, 1.0),
            place: target.start.min(opinion.from)..target.end.max(opinion.place.end),
        }
    }

    /// The key of a phrase that ends with a thing of the list ("the mobile checkout").
    fn last_known(&self, reading: &Reading<'_>, target: &Range<usize>) -> Option<String> {
        let phrase = &reading.folded[target.clone()];
        let word = phrase.rsplit(' ').next().filter(|word| word.len() < phrase.len())?;
        self.aspects.meaning(word).map(|key| self.keys[usize::from(key)].clone())
    }
}

/// A word file as a lexicon of its keys' numbers.
fn keyed(file: &str) -> (Lexicon<u16>, Vec<String>) {
    let mut keys = Vec::<String>::new();
    let mut meanings = BTreeMap::new();
    for (key, forms) in entries(file) {
        if keys.last().is_none_or(|last| last != key) {
            keys.push(key.to_owned());
        }
        for form in forms {
            meanings.entry(form).or_insert((keys.len() - 1) as u16);
        }
    }
    (Lexicon::new(meanings), keys)
}

/// The stretch between marks that an opinion stands in.
fn clause(reading: &Reading<'_>, opinion: &Opinion) -> Range<usize> {
    let ends = |token: &Token| {
        matches!(
            token.sort,
            Sort::Mark(',' | '.' | '!' | '?' | ';' | ':' | '。' | '、' | '\n' | '(' | ')' | '~')
        ) || matches!(token.sort, Sort::Sign(..))
    };
    let tokens = &reading.tokens;
    let at = tokens.partition_point(|token| token.start < opinion.place.start);
    let after = tokens.partition_point(|token| token.start < opinion.place.end);
    let from = tokens[..at].iter().rev().take(60).take_while(|token| !ends(token)).last();
    let to = tokens[after..].iter().take(60).take_while(|token| !ends(token)).last();
    from.map_or(opinion.place.start, |token| token.start)..to.map_or(opinion.place.end, |token| token.end)
}

/// The thing of the list that stands nearest in the clause.
fn nearest(
    sight: &Sight<'_>,
    opinion: &Opinion,
    clause: &Range<usize>,
) -> Option<(Range<usize>, Range<usize>)> {
    let distance = |place: &Range<usize>| {
        if place.end <= opinion.place.start {
            Some(opinion.place.start - place.end)
        } else {
            place.start.checked_sub(opinion.place.end)
        }
    };
    let inside =
        sight.known.iter().filter(|(place, _)| place.start >= clause.start && place.end <= clause.end);
    let near = inside.filter_map(|(place, _)| Some((distance(place)?, place))).min_by_key(|(far, _)| *far)?;
    (near.0 <= 40).then(|| (near.1.clone(), opinion.place.clone()))
}

/// An English noun in the singular, roughly.
fn singular(phrase: &str) -> String {
    let plural =
        phrase.len() > 4 && phrase.ends_with('s') && !phrase.ends_with("ss") && !phrase.ends_with("us");
    if !phrase.is_ascii() || !plural {
        return phrase.to_owned();
    }
    match phrase.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => phrase[..phrase.len() - 1].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::mood::Reader;

    static BOTH: LazyLock<(Reader, Finder)> = LazyLock::new(|| (Reader::new(), Finder::new()));

    fn pairs(text: &str) -> Vec<Pair> {
        let (reader, finder) = &*BOTH;
        let reading = Reading::new(text);
        finder.pairs(&reading, &reader.opinions(&reading))
    }

    #[test]
    fn a_thing_and_its_opinion_are_found_in_both_languages() {
        for (text, expected) in [
            ("The mobile checkout is very slow", vec![("mobile checkout", "slow", false)]),
            ("slow checkout, friendly staff", vec![("checkout", "slow", false), ("staff", "friendly", true)]),
            ("I love the new design", vec![("design", "love", true)]),
            ("The support is not helpful", vec![("support", "not helpful", false)]),
            ("客服态度差", vec![("客服态度", "差", false)]),
            ("房间很干净,也很安静", vec![("房间", "干净", true), ("房间", "安静", true)]),
            ("早餐不好吃", vec![("早餐", "不好吃", false)]),
            ("漂亮的房间", vec![("房间", "漂亮", true)]),
            ("价格实惠,物流太慢", vec![("价格", "实惠", true), ("物流", "太慢", false)]),
            ("checkout is sooo slow", vec![("checkout", "slow", false)]),
            ("the app after the update", vec![]),
            ("更新之后的软件", vec![]),
            ("👍", vec![]),
            ("", vec![]),
        ] {
            let found = pairs(text);
            let found: Vec<_> = found
                .iter()
                .map(|pair| (pair.aspect.as_str(), pair.opinion.as_str(), pair.polarity > 0.0))
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_pair_stands_where_the_text_as_it_arrived_has_it() {
        for (text, expected) in [
            ("Hi!  The \u{200b}ＣＨＥＣＫＯＵＴ is SLOW.", "ＣＨＥＣＫＯＵＴ is SLOW"),
            ("你好！\n\n價格很貴。", "價格很貴"),
        ] {
            let found = pairs(text);
            assert_eq!(found.iter().map(|pair| &text[pair.place.clone()]).collect::<Vec<_>>(), [expected]);
        }
    }

    #[test]
    fn the_same_thing_has_one_key_in_both_languages() {
        let key =
            |text: &str| pairs(text).first().map(|pair| (pair.aspect_key.clone(), pair.opinion_key.clone()));
        assert_eq!(key("The price is too expensive"), key("价格太贵"));
        assert_eq!(key("the support was not friendly").map(|key| key.1), Some("not friendly".to_owned()));
    }

    proptest! {
        #[test]
        fn a_place_is_always_within_the_text(
            text in "\\PC{0,60}|(The |app|价格|客服|很差| is |slow|不好|，|。|\u{200b}|e\u{301}|ＡＢ|\n| ){0,20}",
        ) {
            for pair in pairs(&text) {
                prop_assert!(text.get(pair.place.clone()).is_some());
                prop_assert!((-1.0..=1.0).contains(&pair.polarity));
            }
        }
    }
}
