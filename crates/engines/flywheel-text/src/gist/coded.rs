//! A gist as bytes: numbers of seven bits a byte, texts by their length, and last its words, which are left where they are
//! until somebody asks for them.

use flywheel_spec::feedback::insights::AsideReason;
use flywheel_spec::feedback::privacy::PersonalKind;
use flywheel_spec::feedback::{Mood, TextLanguage};

use super::Gist;
use crate::aspects::Pair;
use crate::duplicates::{BANDS, Sketch};
use crate::kind::Cues;
use crate::lazy::{LazyReading, words};
use crate::mood::label;
use crate::mood::learned::Spoken;
use crate::pile::Cut;
use crate::questions::Asked;
use crate::search::postings;
use crate::shelf::Piece;

const LANGUAGES: [TextLanguage; 3] = [TextLanguage::En, TextLanguage::Zh, TextLanguage::Other];
const REASONS: [AsideReason; 5] = [
    AsideReason::Empty,
    AsideReason::Punctuation,
    AsideReason::Advert,
    AsideReason::Repeated,
    AsideReason::Mash,
];

/// What is true of a text, each a bit.
mod flag {
    pub const MASKED: u64 = 1;
    pub const CUT: u64 = 1 << 1;
    pub const SKETCHED: u64 = 1 << 2;
    pub const SILENT: u64 = 1 << 3;
    pub const ASKS: u64 = 1 << 4;
    pub const BARE: u64 = 1 << 5;
    pub const SARCASTIC: u64 = 1 << 6;
    pub const MOODLESS: u64 = 1 << 7;
    pub const CUELESS: u64 = 1 << 8;
}

/// What is read of a text, as it is kept.
pub(super) fn write(gist: &Gist, cut: &Cut) -> Vec<u8> {
    let mut to = Writer(Vec::with_capacity(256));
    let (mood, cues, reading) = (&gist.mood, &gist.cues, &cut.reading);
    let moods = [mood.score, mood.certainty];
    let weights = [cues.bug, cues.feature, cues.question];
    let flags = [
        (gist.masked.is_some(), flag::MASKED),
        (reading.cut, flag::CUT),
        (cut.sketch.is_some(), flag::SKETCHED),
        (gist.spoken.silent, flag::SILENT),
        (cues.asks, flag::ASKS),
        (cues.bare, flag::BARE),
        (mood.sarcastic, flag::SARCASTIC),
        (moods == [0.0; 2], flag::MOODLESS),
        (weights == [0.0; 3], flag::CUELESS),
    ];
    let flags: u64 = flags.iter().filter(|(is, _)| *is).map(|(_, flag)| flag).sum();
    to.number(flags);
    to.place(&LANGUAGES, &gist.language);
    to.place(&LANGUAGES, &reading.language);
    to.number(cut.aside.map_or(0, |aside| 1 + position(&REASONS, &aside)));
    if flags & flag::MOODLESS == 0 {
        moods.iter().for_each(|value| to.exact(*value));
    }
    if flags & flag::CUELESS == 0 {
        weights.iter().for_each(|value| to.exact(*value));
    }
    to.number(gist.spoken.places.len() as u64);
    let mut last = 0;
    for place in &gist.spoken.places {
        to.number(u64::from(place.wrapping_sub(last)));
        last = *place;
    }
    if let Some(masked) = &gist.masked {
        to.text(masked);
    }
    to.number(gist.personal.len() as u64);
    for (kind, count) in &gist.personal {
        to.place(&PersonalKind::ALL, kind);
        to.number(*count);
    }
    to.number(gist.pairs.len() as u64);
    for pair in gist.pairs.iter() {
        to.text(&pair.aspect);
        to.name(&pair.aspect_key, &pair.aspect);
        to.text(&pair.opinion);
        to.name(&pair.opinion_key, &pair.opinion);
        to.exact(pair.polarity);
        to.number(pair.place.start as u64);
        to.number(pair.place.end as u64);
    }
    to.0.extend(cut.hash.to_le_bytes());
    if let Some(Sketch(bands)) = &cut.sketch {
        bands.iter().for_each(|band| to.0.extend(band.to_le_bytes()));
    }
    to.text(reading.folded());
    to.number(cut.asked.len() as u64);
    for Asked { place, words } in &cut.asked {
        to.number(u64::from(place.start));
        to.number(u64::from(place.end));
        to.number(words.len() as u64);
        words.iter().for_each(|word| to.0.extend(word.to_le_bytes()));
    }
    let words = words(reading.reading());
    to.number(words.len() as u64);
    to.0.extend(words);
    to.0
}

/// Reads what was kept of a text; nothing where it is not whole.
pub(super) fn read(piece: &Piece) -> Option<(Gist, Cut)> {
    let bytes = piece.bytes();
    let mut from = Source(bytes);
    let flags = from.number()?;
    let has = |flag: u64| flags & flag != 0;
    let language = from.place(&LANGUAGES)?;
    let read_language = from.place(&LANGUAGES)?;
    let aside = match from.number()? {
        0 => None,
        reason => Some(*REASONS.get(usize::try_from(reason - 1).ok()?)?),
    };
    let mut moods = [0.0; 2];
    if !has(flag::MOODLESS) {
        moods = [from.exact()?, from.exact()?];
    }
    let mut weights = [0.0; 3];
    if !has(flag::CUELESS) {
        weights = [from.exact()?, from.exact()?, from.exact()?];
    }
    let mut places = Vec::with_capacity(from.count()?);
    let mut last = 0_u32;
    for _ in 0..places.capacity() {
        last = last.wrapping_add(from.number()? as u32);
        places.push(last);
    }
    let masked = if has(flag::MASKED) { Some(from.text()?.to_owned()) } else { None };
    let mut personal = crate::personal::Counts::new();
    for _ in 0..from.count()? {
        let kind = from.place(&PersonalKind::ALL)?;
        personal.insert(kind, from.number()?);
    }
    let mut pairs = Vec::with_capacity(from.count()?);
    for _ in 0..pairs.capacity() {
        let aspect = from.text()?.to_owned();
        let aspect_key = from.name(&aspect)?;
        let opinion = from.text()?.to_owned();
        let opinion_key = from.name(&opinion)?;
        let polarity = from.exact()?;
        let place = from.number()? as usize..from.number()? as usize;
        pairs.push(Pair { aspect, aspect_key, opinion, opinion_key, polarity, place });
    }
    let hash = u64::from_le_bytes(from.bytes()?);
    let sketch = if has(flag::SKETCHED) {
        let mut bands = [0; BANDS];
        for band in &mut bands {
            *band = u32::from_le_bytes(from.bytes()?);
        }
        Some(Sketch(bands))
    } else {
        None
    };
    let folded = from.text()?;
    let end = bytes.len() - from.0.len();
    let folded_piece = piece.part(end - folded.len(), end);
    let mut asked = Vec::with_capacity(from.count()?);
    for _ in 0..asked.capacity() {
        let place = from.number()? as u32..from.number()? as u32;
        folded.get(place.start as usize..place.end as usize)?;
        let mut words = Vec::with_capacity(from.count()?);
        for _ in 0..words.capacity() {
            words.push(u64::from_le_bytes(from.bytes()?));
        }
        asked.push(Asked { place, words });
    }
    // All that is left are its words.
    let long = from.count()?;
    let words = (long == from.0.len()).then(|| piece.part(bytes.len() - long, bytes.len()))?;
    let [score, certainty] = moods;
    let [bug, feature, question] = weights;
    let gist = Gist {
        language,
        mood: Mood { score, certainty, label: label(score), sarcastic: has(flag::SARCASTIC) },
        spoken: Spoken { places, silent: has(flag::SILENT) },
        cues: Cues { bug, feature, question, asks: has(flag::ASKS), bare: has(flag::BARE) },
        masked,
        personal,
        pairs: pairs.into(),
    };
    let reading = LazyReading::kept(folded_piece, words, read_language, has(flag::CUT));
    Some((gist, Cut { reading, hash, aside, asked, sketch }))
}

fn position<T: PartialEq>(all: &[T], one: &T) -> u64 {
    all.iter().position(|other| other == one).unwrap_or_default() as u64
}

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, number: u64) {
        postings::write(number, &mut self.0);
    }

    fn place<T: PartialEq>(&mut self, all: &[T], one: &T) {
        self.number(position(all, one));
    }

    fn exact(&mut self, value: f64) {
        self.0.extend(value.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend(text.as_bytes());
    }

    /// A name, which most often is the words that it names.
    fn name(&mut self, name: &str, words: &str) {
        if name == words {
            self.number(0);
        } else {
            self.number(name.len() as u64 + 1);
            self.0.extend(name.as_bytes());
        }
    }
}

struct Source<'a>(&'a [u8]);

impl<'a> Source<'a> {
    fn number(&mut self) -> Option<u64> {
        postings::read(&mut self.0)
    }

    /// How many follow; each takes a byte at least, so that a wrong number asks for no more memory than there are bytes.
    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= self.0.len())
    }

    fn place<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        all.get(usize::try_from(self.number()?).ok()?).copied()
    }

    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    fn exact(&mut self) -> Option<f64> {
        self.bytes().map(f64::from_le_bytes)
    }

    fn slice(&mut self, length: usize) -> Option<&'a str> {
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.count()?;
        self.slice(length)
    }

    fn name(&mut self, words: &str) -> Option<String> {
        match self.count()? {
            0 => Some(words.to_owned()),
            more => self.slice(more - 1).map(str::to_owned),
        }
    }
}
