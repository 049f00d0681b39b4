//! How often each phrase is said, as it is kept: by the hashes of the phrases, rising, so that what came since is added on
//! one walk over them.
//!
//! Most phrases are said once. Of those the hash is enough: whoever says one again spells it again.

use super::{LONGEST, Said};
use crate::search::postings;

/// The voices from which on a phrase is kept as it is spelled; fewer than any report tells.
const SPELLED: i64 = 2;

/// How often each phrase is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts(Vec<u8>);

impl Counts {
    /// What was kept.
    pub fn kept(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// As it is kept.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Adds a phrase behind those before it.
    pub(super) fn push(&mut self, hash: u64, said: &Said<'_>) {
        let to = &mut self.0;
        to.extend(hash.to_le_bytes());
        let lengths = said.texts.iter().enumerate().filter(|(_, texts)| **texts > 0);
        to.push(lengths.map(|(at, _)| 1_u8 << at).sum::<u8>());
        for texts in said.texts.iter().filter(|texts| **texts > 0) {
            postings::write(u64::from(texts.unsigned_abs()), to);
        }
        postings::write(u64::from(said.chinese.unsigned_abs()), to);
        postings::write(said.voices.unsigned_abs(), to);
        postings::write(said.messages.unsigned_abs(), to);
        if said.voices >= SPELLED {
            postings::write(said.text.len() as u64, to);
            to.extend(said.text.as_bytes());
        }
    }

    /// Hands every phrase to `each`, in the order of the hashes, with what it is said `more`; nothing where that cannot be.
    pub(super) fn with<'a>(
        &'a self,
        more: &[(u64, Said<'a>)],
        mut each: impl FnMut(u64, Said<'a>),
    ) -> Option<()> {
        let mut from = &self.0[..];
        let mut more = more.iter().copied().peekable();
        while !from.is_empty() {
            let (hash, mut said) = read(&mut from)?;
            while let Some((new, said)) = more.next_if(|(new, _)| *new < hash) {
                each(new, sound(said)?);
            }
            if let Some((_, more)) = more.next_if(|(other, _)| *other == hash) {
                said.add(&more);
            }
            each(hash, sound(said)?);
        }
        for (new, said) in more {
            each(new, sound(said)?);
        }
        Some(())
    }
}

/// A phrase that can be so: somebody says it, and where several do it is known how it is spelled.
fn sound(said: Said<'_>) -> Option<Said<'_>> {
    let held = said.words() > 0 && said.texts.iter().all(|texts| *texts >= 0);
    let spelled = said.voices < SPELLED || !said.text.is_empty();
    (held && spelled && said.voices > 0 && said.messages > 0 && said.chinese >= 0).then_some(said)
}

fn read<'a>(from: &mut &'a [u8]) -> Option<(u64, Said<'a>)> {
    let (hash, rest) = from.split_first_chunk()?;
    let (lengths, rest) = rest.split_first()?;
    *from = rest;
    let mut said = Said::default();
    for at in (0..LONGEST).filter(|at| (lengths >> at) & 1 == 1) {
        said.texts[at] = i32::try_from(postings::read(from)?).ok()?;
    }
    said.chinese = i32::try_from(postings::read(from)?).ok()?;
    said.voices = i64::try_from(postings::read(from)?).ok()?;
    said.messages = i64::try_from(postings::read(from)?).ok()?;
    if said.voices >= SPELLED {
        let length = usize::try_from(postings::read(from)?).ok()?;
        let (text, rest) = from.split_at_checked(length)?;
        *from = rest;
        said.text = std::str::from_utf8(text).ok()?;
    }
    Some((u64::from_le_bytes(*hash), said))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, voices: i64, texts: [i32; LONGEST]) -> Said<'_> {
        Said { text, voices, messages: voices + 1, chinese: 0, texts }
    }

    fn all<'a>(counts: &'a Counts, more: &[(u64, Said<'a>)]) -> Option<Vec<(u64, Said<'a>)>> {
        let mut found = Vec::new();
        counts.with(more, |hash, said| found.push((hash, said)))?;
        Some(found)
    }

    #[test]
    fn what_came_since_is_added_in_its_place() {
        let mut counts = Counts::default();
        counts.push(10, &said("付款失败", 3, [1, 2, 0, 0]));
        counts.push(20, &said("dark mode", 1, [0, 1, 0, 0]));
        let more = [
            (5, said("new", 1, [1, 0, 0, 0])),
            (10, said("付款失败", -2, [0; LONGEST])),
            (20, said("dark mode", 1, [0, 1, 0, 0])),
            (30, said("newer", 2, [1, 0, 0, 0])),
        ];
        let found = all(&counts, &more).expect("sound");
        let told: Vec<(u64, &str, i64, usize)> =
            found.iter().map(|(hash, said)| (*hash, said.text, said.voices, said.words())).collect();
        let expected = [
            (5, "new", 1, 1),
            (10, "付款失败", 1, 2),
            // Of what one voice said only the hash was kept; the second voice spells it.
            (20, "dark mode", 2, 2),
            (30, "newer", 2, 1),
        ];
        assert_eq!(told, expected);
        let alone = all(&counts, &[]).expect("sound");
        assert_eq!((alone[0].1.text, alone[1].1.text), ("付款失败", ""));
    }

    #[test]
    fn what_cannot_be_is_not_added() {
        let mut counts = Counts::default();
        counts.push(10, &said("slow", 1, [1, 0, 0, 0]));
        for more in [
            (10, said("slow", -1, [0; LONGEST])),
            (10, said("slow", 1, [-1, 0, 0, 0])),
            (11, said("gone", 1, [0; LONGEST])),
            (11, said("", 2, [1, 0, 0, 0])),
        ] {
            assert_eq!(all(&counts, &[more]), None, "{more:?}");
        }
        for end in 1..counts.bytes().len() {
            assert_eq!(all(&Counts::kept(counts.bytes()[..end].to_vec()), &[]), None, "{end}");
        }
    }
}
