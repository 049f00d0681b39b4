//! Where the themes have which texts, kept from call to call, so that a day's messages are put into themes and no others.
//!
//! While a pile has changed by no more than a tenth since its themes were formed, a text stays where it was put, and new
//! ones follow into the themes that are known. What fits none is looked through for new themes as soon as there is as
//! much of it as a theme needs; beyond a tenth all are formed anew. Small piles are formed anew each time.

mod coded;

use std::collections::HashMap;

use crate::pile::Pile;
use crate::themes::{Theme, ThemeState, Themes, follow, themes};

/// Messages from which on themes are followed; fewer are formed anew in no time.
pub const FOLLOWED: usize = 2_000;
/// The share of the pile that may come or go until themes are formed anew: one in so many.
const CHANGED: usize = 10;
/// Messages that fit no theme and came since such were last looked through, from which on they are, at least.
const LOOSE: usize = 30;
/// The share of a pile that a new theme needs: one in so many messages.
const LEAST: usize = 500;

/// The theme of a text, by place among the themes, and how like it is.
type Place = Option<(u32, f32)>;

/// Where the themes have which texts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Placed {
    /// Messages that the themes were formed of.
    formed_of: usize,
    /// Messages that fit no theme and were not looked through for new ones.
    loose: usize,
    themes: Vec<Theme>,
    /// By the hash of the folded text, the hashes rising.
    texts: Vec<(u64, Place)>,
}

/// What becomes of the themes: what is told of them, and what is to be kept where it changed.
pub(super) struct Kept {
    pub found: Themes,
    pub state: Option<ThemeState>,
    pub placed: Option<Placed>,
}

/// The themes of a pile: followed where few messages came to those that are placed, formed anew else.
pub(super) fn themes_of(
    pile: &Pile,
    aside: &[bool],
    vectors: Option<&[Vec<f32>]>,
    before: Option<&ThemeState>,
    placed: Option<&Placed>,
) -> Kept {
    if let Some((before, placed)) = before.zip(placed)
        && let Some(places) = placed.places(pile)
    {
        return placed.follow(pile, places, vectors, before);
    }
    let mut found = themes(pile, aside, vectors, before);
    let state = Some(std::mem::take(&mut found.state));
    Kept { placed: Some(Placed::formed(pile, &found)), state, found }
}

/// What is known of a text: nothing, or where it is.
#[derive(Clone, Copy)]
enum Known {
    New,
    At(Place),
}

impl Placed {
    /// As the themes were formed.
    fn formed(pile: &Pile, found: &Themes) -> Self {
        let read = || pile.texts.iter().filter(|text| text.aside.is_none());
        let texts = read().map(|text| {
            let first = text.messages[0] as usize;
            (text.hash, found.of_message[first].map(|theme| (theme, found.like[first])))
        });
        Self {
            formed_of: read().map(|text| text.messages.len()).sum(),
            loose: 0,
            themes: found.themes.clone(),
            texts: texts.collect(),
        }
    }

    /// What is known of each text of a pile; none where so much changed that themes are to be formed anew.
    fn places(&self, pile: &Pile) -> Option<Vec<Known>> {
        let mut kept = self.texts.iter().peekable();
        let (mut read, mut new, mut met) = (0, 0, 0);
        // Both are in the order of the hashes.
        let places = pile.texts.iter().map(|text| {
            if text.aside.is_some() {
                return Known::At(None);
            }
            read += text.messages.len();
            while kept.next_if(|(hash, _)| *hash < text.hash).is_some() {}
            match kept.next_if(|(hash, _)| *hash == text.hash) {
                Some((_, place)) => {
                    met += 1;
                    Known::At(*place)
                }
                None => {
                    new += text.messages.len();
                    Known::New
                }
            }
        });
        let places: Vec<Known> = places.collect();
        let gone = self.texts.len() - met;
        let changed = read.abs_diff(self.formed_of).max(new);
        let few = changed * CHANGED <= self.formed_of && gone * CHANGED <= self.texts.len();
        (read >= FOLLOWED && few).then_some(places)
    }

    fn follow(
        &self,
        pile: &Pile,
        known: Vec<Known>,
        vectors: Option<&[Vec<f32>]>,
        before: &ThemeState,
    ) -> Kept {
        let new: Vec<u32> =
            (0..known.len() as u32).filter(|text| matches!(known[*text as usize], Known::New)).collect();
        let mut places: Vec<Place> =
            known.iter().map(|known| if let Known::At(place) = known { *place } else { None }).collect();
        let is_read = |text: &u32| pile.texts[*text as usize].aside.is_none();
        let read: Vec<u32> = (0..places.len() as u32).filter(is_read).collect();
        if new.is_empty() && read.len() == self.texts.len() {
            return Kept { found: self.told(pile, &places), state: None, placed: None };
        }
        let mut own = Self { texts: Vec::new(), ..self.clone() };
        let messages = |texts: &[u32]| -> usize {
            texts.iter().map(|text| pile.texts[*text as usize].messages.len()).sum()
        };
        for (text, theme, like) in followed(pile, &new, vectors, before).1 {
            places[text as usize] = own.place_of(&theme).map(|place| (place, like));
        }
        let is_loose = |places: &[Place], text: &u32| places[*text as usize].is_none();
        let came: Vec<u32> = new.iter().copied().filter(|text| is_loose(&places, text)).collect();
        own.loose += messages(&came);
        let least = (messages(&read) / LEAST).max(3);
        let mut state = None;
        if own.loose >= least.max(LOOSE) {
            own.loose = 0;
            let loose: Vec<u32> = read.iter().copied().filter(|text| is_loose(&places, text)).collect();
            let (grown, found) = followed(pile, &loose, vectors, before);
            let mut is_grown = false;
            let mut sizes: HashMap<u32, usize> = HashMap::new();
            for (text, theme, _) in &found {
                *sizes.entry(theme.id).or_default() += pile.texts[*text as usize].messages.len();
            }
            for (text, theme, like) in found {
                // One that is smaller stays loose, and is found when it has grown.
                let enough = theme.is_new && sizes[&theme.id] >= least;
                if enough && own.place_of(&theme).is_none() {
                    own.themes.push(theme.clone());
                    is_grown = true;
                }
                places[text as usize] = own.place_of(&theme).filter(|_| enough).map(|place| (place, like));
            }
            state = is_grown.then_some(grown);
        }
        own.kept(pile, &read, &places, state)
    }

    fn kept(mut self, pile: &Pile, read: &[u32], places: &[Place], state: Option<ThemeState>) -> Kept {
        let texts = read.iter().map(|text| (pile.texts[*text as usize].hash, places[*text as usize]));
        self.texts = texts.collect();
        Kept { found: self.told(pile, places), state, placed: Some(self) }
    }

    fn place_of(&self, theme: &Theme) -> Option<u32> {
        self.themes.iter().position(|known| known.id == theme.id).map(|place| place as u32)
    }

    /// The themes as they are told when they were formed at once: the one with most voices first, empty ones left out.
    fn told(&self, pile: &Pile, places: &[Place]) -> Themes {
        let mut voices = vec![0_u64; self.themes.len()];
        for (text, place) in pile.texts.iter().zip(places) {
            if let Some((theme, _)) = place {
                voices[*theme as usize] += u64::from(text.voices);
            }
        }
        let mut order: Vec<usize> = (0..self.themes.len()).filter(|theme| voices[*theme] > 0).collect();
        order.sort_by_key(|theme| {
            let Theme { name, id, .. } = &self.themes[*theme];
            (u64::MAX - voices[*theme], name, *id)
        });
        let mut rank = vec![0_u32; self.themes.len()];
        for (at, theme) in order.iter().enumerate() {
            rank[*theme] = at as u32;
        }
        let of_message =
            pile.text_of.iter().map(|text| places[*text as usize].map(|(theme, _)| rank[theme as usize]));
        let like = pile.text_of.iter().map(|text| places[*text as usize].map_or(0.0, |(_, like)| like));
        Themes {
            themes: order.iter().map(|theme| self.themes[*theme].clone()).collect(),
            of_message: of_message.collect(),
            like: like.collect(),
            state: ThemeState::default(),
        }
    }
}

/// Some texts put into the themes that are known and those that they form, each text with its theme; and what is to be
/// kept of the themes then.
fn followed(
    pile: &Pile,
    texts: &[u32],
    vectors: Option<&[Vec<f32>]>,
    before: &ThemeState,
) -> (ThemeState, Vec<(u32, Theme, f32)>) {
    let (some, messages) = pile.some(texts);
    let vectors: Option<Vec<Vec<f32>>> = vectors.map(|vectors| {
        let of = |message: &u32| vectors.get(*message as usize).cloned().unwrap_or_default();
        messages.iter().map(of).collect()
    });
    let found = follow(&some, &[], vectors.as_deref(), before);
    let of_text = |(at, text): (usize, &u32)| {
        let first = some.texts[at].messages[0] as usize;
        let theme = &found.themes[found.of_message[first]? as usize];
        Some((*text, theme.clone(), found.like[first]))
    };
    let placed = texts.iter().enumerate().filter_map(of_text).collect();
    (found.state, placed)
}

#[cfg(test)]
mod tests;
