//! Damage: what may happen to bytes on their way, drawn by chance, for tests that show every reader bad input.

use crate::chance::Chance;

/// Pieces that readers stumble over: extremes of lengths and numbers, half a character, quotes, ends of lines.
const STUMBLING_BLOCKS: [&[u8]; 14] = [
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\xe4\xb8",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n",
    b"\"",
    b",",
    b"NaN",
    b"-1e999",
    b"99999999999999999999",
    b"[[[[",
];

/// The bytes after one to four small accidents: flipped bits, lost, doubled, moved or foreign pieces, a cut end.
///
/// The same stream gives the same damage.
pub fn damaged(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=chance.below(4) {
        accident(&mut bytes, chance);
    }
    bytes
}

fn accident(bytes: &mut Vec<u8>, chance: &mut Chance) {
    let at = chance.below(bytes.len() as u64 + 1) as usize;
    let length = (chance.below(16) as usize + 1).min(bytes.len() - at);
    match chance.below(7) {
        0 if length > 0 => bytes[at] ^= 1 << chance.below(8),
        1 if length > 0 => bytes[at] = chance.u32() as u8,
        2 => drop(bytes.drain(at..at + length)),
        3 => {
            let piece = bytes[at..at + length].to_vec();
            bytes.splice(at..at, piece);
        }
        4 => {
            let piece: Vec<u8> = bytes.drain(at..at + length).collect();
            let to = chance.below(bytes.len() as u64 + 1) as usize;
            bytes.splice(to..to, piece);
        }
        5 => bytes.truncate(at),
        _ => {
            let block = *chance.pick(&STUMBLING_BLOCKS);
            bytes.splice(at..at, block.iter().copied());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_stream_gives_the_same_damage() {
        let text = b"label,pixel0,pixel1\n5,0,255\n";
        for seed in 0..200 {
            let stream = Chance::new(seed);
            assert_eq!(damaged(text, &mut stream.clone()), damaged(text, &mut stream.clone()), "seed {seed}");
        }
    }

    #[test]
    fn damage_is_small_and_nearly_always_there() {
        let text = [7_u8; 100];
        let mut same = 0;
        for seed in 0..1000 {
            let found = damaged(&text, &mut Chance::new(seed));
            assert!(found.len() <= 100 + 4 * 20, "{} bytes", found.len());
            same += usize::from(found == text);
        }
        assert!(same < 150, "{same} of 1000 came through whole");
    }

    #[test]
    fn nothing_can_be_damaged_too() {
        for seed in 0..200 {
            damaged(&[], &mut Chance::new(seed));
        }
    }
}
