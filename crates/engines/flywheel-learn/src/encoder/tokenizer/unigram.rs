//! A word as its likeliest pieces (Kudo 2018), found by Viterbi's algorithm as SentencePiece does.

use std::collections::HashMap;

/// How much less likely than the least likely piece an unknown character is; SentencePiece's constant.
const UNKNOWN_PENALTY: f64 = 10.0;

/// The pieces with their log probabilities.
#[derive(Debug)]
pub(super) struct Unigram {
    pieces: HashMap<String, (u32, f64)>,
    longest: usize,
    unknown: u32,
    unknown_score: f64,
    /// The numbers of single bytes, where an unknown character is told by its bytes.
    bytes: Option<Vec<u32>>,
}

/// The best way to a place in the word.
#[derive(Debug, Clone, Copy)]
struct Way {
    score: f64,
    /// Where its last piece begins.
    start: usize,
    /// Its last piece, `None` for an unknown character.
    piece: Option<u32>,
}

impl Unigram {
    /// `pieces` in the order of their numbers.
    pub fn new(pieces: Vec<(String, f64)>, unknown: u32, bytes: bool) -> Self {
        let least = pieces.iter().map(|(_, score)| *score).fold(f64::INFINITY, f64::min);
        let longest = pieces.iter().map(|(piece, _)| piece.len()).max().unwrap_or(0);
        // The same piece twice keeps its last number, as in the published reader.
        let numbered = pieces.into_iter().enumerate();
        let pieces: HashMap<String, (u32, f64)> =
            numbered.map(|(number, (piece, score))| (piece, (number as u32, score))).collect();
        let byte = |byte: u8| pieces.get(&format!("<0x{byte:02X}>")).map(|(number, _)| *number);
        let bytes = bytes.then(|| (0..=255).map(byte).collect::<Option<Vec<u32>>>()).flatten();
        Self { pieces, longest, unknown, unknown_score: least - UNKNOWN_PENALTY, bytes }
    }

    /// The largest number of a piece.
    pub fn largest(&self) -> u32 {
        self.pieces.values().map(|(number, _)| *number).max().unwrap_or(0)
    }

    /// Adds the word's pieces; unknown characters beside each other are one.
    pub fn cut(&self, word: &str, to: &mut Vec<u32>) {
        let ways = self.ways(word);
        let mut pieces: Vec<(usize, Option<u32>, usize)> = Vec::new();
        let mut end = word.len();
        while let Some(way) = ways[end].filter(|_| end > 0) {
            pieces.push((way.start, way.piece.filter(|&piece| piece != self.unknown), end));
            end = way.start;
        }
        let mut unknown = false;
        for (start, piece, end) in pieces.into_iter().rev() {
            match (piece, &self.bytes) {
                (Some(piece), _) => to.push(piece),
                (None, Some(bytes)) => {
                    to.extend(word[start..end].bytes().map(|byte| bytes[usize::from(byte)]))
                }
                (None, None) if !unknown => to.push(self.unknown),
                (None, None) => {}
            }
            unknown = piece.is_none();
        }
    }

    /// The best way to the end of each character.
    fn ways(&self, word: &str) -> Vec<Option<Way>> {
        let mut ways: Vec<Option<Way>> = vec![None; word.len() + 1];
        ways[0] = Some(Way { score: 0.0, start: 0, piece: None });
        for (start, character) in word.char_indices() {
            let Some(before) = ways[start].map(|way| way.score) else { continue };
            let single = start + character.len_utf8();
            let mut known = false;
            let mut better = |end: usize, score: f64, piece: Option<u32>| {
                if ways[end].is_none_or(|way| score > way.score) {
                    ways[end] = Some(Way { score, start, piece });
                }
            };
            let last = word.len().min(start + self.longest);
            for end in single..=last {
                if !word.is_char_boundary(end) {
                    continue;
                }
                if let Some((number, score)) = self.pieces.get(&word[start..end]) {
                    better(end, before + score, Some(*number));
                    known |= end == single;
                }
            }
            if !known {
                better(single, before + self.unknown_score, None);
            }
        }
        ways
    }
}
