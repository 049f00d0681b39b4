//! Where themes have which texts, as bytes: with a checksum, and with what they belong to.

use xxhash_rust::xxh3::xxh3_64;

use super::Placed;
use crate::gist::version;
use crate::search::postings;
use crate::themes::Theme;

const MAGIC: [u8; 8] = *b"FLYPLACE";

impl Placed {
    /// What was kept beside a state of themes, in the bytes that it has on the disk, and with an encoder of this identity
    /// (empty without one); nothing where it is damaged or belongs to others.
    pub fn of(bytes: &[u8], state: &[u8], encoder: &str) -> Option<Self> {
        let body = bytes.get(24..)?;
        let number = |at: usize| Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        let whole = bytes.starts_with(&MAGIC)
            && number(8)? == xxh3_64(body)
            && number(16)? == belongs(state, encoder);
        let mut from = whole.then_some(body)?;
        let from = &mut from;
        let count =
            |from: &mut &[u8]| usize::try_from(postings::read(from)?).ok().filter(|n| *n <= body.len());
        let (formed_of, loose) = (postings::read(from)? as usize, postings::read(from)? as usize);
        let mut themes = Vec::new();
        for _ in 0..count(from)? {
            let id = postings::read(from)? as u32;
            let name = text(from)?;
            let words = (0..count(from)?).map(|_| text(from)).collect::<Option<Vec<String>>>()?;
            themes.push(Theme { id, name, words, is_new: false });
        }
        let mut texts = Vec::new();
        for _ in 0..count(from)? {
            let (hash, rest) = from.split_first_chunk()?;
            *from = rest;
            let place = match postings::read(from)? {
                0 => None,
                theme => {
                    let (like, rest) = from.split_first_chunk()?;
                    *from = rest;
                    let theme = u32::try_from(theme - 1).ok()?;
                    themes.get(theme as usize)?;
                    Some((theme, f32::from_le_bytes(*like)))
                }
            };
            texts.push((u64::from_le_bytes(*hash), place));
        }
        from.is_empty().then_some(Self { formed_of, loose, themes, texts })
    }

    /// As [`Self::of`] reads it.
    pub fn bytes(&self, state: &[u8], encoder: &str) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.texts.len() * 14);
        postings::write(self.formed_of as u64, &mut body);
        postings::write(self.loose as u64, &mut body);
        postings::write(self.themes.len() as u64, &mut body);
        for theme in &self.themes {
            postings::write(u64::from(theme.id), &mut body);
            postings::write(theme.name.len() as u64, &mut body);
            body.extend(theme.name.as_bytes());
            postings::write(theme.words.len() as u64, &mut body);
            for word in &theme.words {
                postings::write(word.len() as u64, &mut body);
                body.extend(word.as_bytes());
            }
        }
        postings::write(self.texts.len() as u64, &mut body);
        for (hash, place) in &self.texts {
            body.extend(hash.to_le_bytes());
            postings::write(place.map_or(0, |(theme, _)| u64::from(theme) + 1), &mut body);
            if let Some((_, like)) = place {
                body.extend(like.to_le_bytes());
            }
        }
        let mut bytes = MAGIC.to_vec();
        bytes.extend(xxh3_64(&body).to_le_bytes());
        bytes.extend(belongs(state, encoder).to_le_bytes());
        bytes.extend(body);
        bytes
    }
}

/// What a file of places belongs to: a reading, a state of themes, an encoder.
fn belongs(state: &[u8], encoder: &str) -> u64 {
    let of = [version(), xxh3_64(state), xxh3_64(encoder.as_bytes())];
    xxh3_64(&of.map(u64::to_le_bytes).concat())
}

fn text(from: &mut &[u8]) -> Option<String> {
    let length = usize::try_from(postings::read(from)?).ok()?;
    let (text, rest) = from.split_at_checked(length)?;
    *from = rest;
    String::from_utf8(text.to_vec()).ok()
}
