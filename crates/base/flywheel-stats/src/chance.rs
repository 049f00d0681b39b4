//! Chance that comes in through the door: random draws as a pure function of a seed, the name of a stream and a position.
//!
//! The generator is Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011).
//! It is counter-based: a value depends on its key and its counter only, never on what was drawn before it.
//! So two pieces of work that run at once draw the bits that each would draw alone, the number of threads doesn't matter,
//! and whoever resumes needs no saved state: the seed and the names of the streams are enough.
//!
//! ```
//! use flywheel_stats::chance::Chance;
//!
//! let seed = Chance::new(42);
//! let mut dropout = seed.stream("dropout").stream(3_u64).stream(1_200_u64); // layer 3, step 1200
//! let keep = dropout.f32() < 0.8;
//! let tenth_word = seed.stream("shuffle").at(10).u32(); // without drawing the first ten
//! # let _ = (keep, tenth_word);
//! ```

use std::f64::consts::TAU;

/// The words that one call of the cipher yields.
const BLOCK: usize = 4;

/// A stream of random numbers: where it is read from, and how far it was read.
///
/// A stream is named by 128 bits, half of them Philox's key and half the upper half of its counter;
/// the lower half counts the blocks, so that a stream is 2⁶⁶ words of 32 bits long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chance {
    key: [u32; 2],
    lane: [u32; 2],
    /// The next word to hand out, counted from the beginning of the stream.
    position: u64,
    /// The block that holds `position`; valid unless `position` is the first word of a block.
    block: [u32; BLOCK],
}

/// What may name a stream: a number or a word; a number never names the same stream as a word.
pub trait StreamKey {
    /// Derives the stream of this name from its parent.
    fn derive(&self, parent: &Chance) -> Chance;
}

impl Chance {
    /// The root of all streams of one seed.
    pub fn new(seed: u64) -> Self {
        Self { key: halves(seed), lane: [0, 0], position: 0, block: [0; BLOCK] }
    }

    /// The independent stream of this name, at its beginning; how far the parent was read doesn't matter.
    pub fn stream(&self, key: impl StreamKey) -> Self {
        key.derive(self)
    }

    /// The same stream, placed so that the next word is word `position`, counted from zero.
    ///
    /// [`u32`](Self::u32) and [`f32`](Self::f32) take one word, [`u64`](Self::u64), [`f64`](Self::f64)
    /// and [`normal`](Self::normal) take two.
    pub fn at(&self, position: u64) -> Self {
        let mut placed = Self { position, ..self.clone() };
        if !position.is_multiple_of(BLOCK as u64) {
            placed.block = placed.block_at(position / BLOCK as u64);
        }
        placed
    }

    /// How many words of 32 bits lie before the next one.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// A word of 32 bits, all values alike.
    #[inline]
    pub fn u32(&mut self) -> u32 {
        let within = (self.position % BLOCK as u64) as usize;
        if within == 0 {
            self.block = self.block_at(self.position / BLOCK as u64);
        }
        self.position = self.position.wrapping_add(1);
        self.block[within]
    }

    /// A word of 64 bits, all values alike.
    #[inline]
    pub fn u64(&mut self) -> u64 {
        let low = u64::from(self.u32());
        let high = u64::from(self.u32());
        high << 32 | low
    }

    /// A number in [0, 1), a multiple of 2⁻²⁴.
    #[inline]
    pub fn f32(&mut self) -> f32 {
        unit_f32(self.u32())
    }

    /// A number in [0, 1), a multiple of 2⁻⁵³.
    #[inline]
    pub fn f64(&mut self) -> f64 {
        (self.u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// A number in [low, high), all alike.
    #[inline]
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.f64()
    }

    /// True with this probability.
    #[inline]
    pub fn coin(&mut self, probability: f64) -> bool {
        self.f64() < probability
    }

    /// A standard normal deviate (mean 0, variance 1), within ±6.8.
    ///
    /// Box and Muller, "A Note on the Generation of Random Normal Deviates" (1958), the cosine half:
    /// always two words, so that deviate `i` of a stream is `stream.at(2 * i).normal()`.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 32) as f64;
        // The middle of the word's interval, never zero, so that the logarithm is finite.
        let radius_draw = (f64::from(self.u32()) + 0.5) * STEP;
        let angle_draw = f64::from(self.u32()) * STEP;
        (-2.0 * radius_draw.ln()).sqrt() * (TAU * angle_draw).cos()
    }

    /// A whole number in [0, `n`), all exactly alike.
    ///
    /// Lemire, "Fast Random Integer Generation in an Interval" (2019): a product and its rare rejection, no division.
    ///
    /// # Panics
    /// If `n` is zero: there is no number below zero.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "no whole number lies below zero");
        match u32::try_from(n) {
            Ok(n) => loop {
                let product = u64::from(self.u32()) * u64::from(n);
                if product as u32 >= n || product as u32 >= n.wrapping_neg() % n {
                    return product >> 32;
                }
            },
            Err(_) => loop {
                let product = u128::from(self.u64()) * u128::from(n);
                if product as u64 >= n || product as u64 >= n.wrapping_neg() % n {
                    return (product >> 64) as u64;
                }
            },
        }
    }

    /// One of the items, all alike.
    ///
    /// # Panics
    /// If there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }

    /// Puts the items in random order, every order alike (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u64 + 1) as usize;
            items.swap(last, other);
        }
    }

    /// Fills the slice with what [`u32`](Self::u32) would yield one after the other, several times faster.
    pub fn fill_u32(&mut self, words: &mut [u32]) {
        self.fill(words, |word| word);
    }

    /// Fills the slice with what [`f32`](Self::f32) would yield one after the other, several times faster.
    pub fn fill_f32(&mut self, numbers: &mut [f32]) {
        self.fill(numbers, unit_f32);
    }

    fn fill<T>(&mut self, items: &mut [T], convert: impl Fn(u32) -> T) {
        let ahead = (self.position.wrapping_neg() % BLOCK as u64) as usize;
        let (head, whole) = items.split_at_mut(ahead.min(items.len()));
        for item in head {
            *item = convert(self.u32());
        }
        let mut blocks = whole.chunks_exact_mut(BLOCK);
        for block in &mut blocks {
            let words = self.block_at(self.position / BLOCK as u64);
            for (item, word) in block.iter_mut().zip(words) {
                *item = convert(word);
            }
            self.position = self.position.wrapping_add(BLOCK as u64);
        }
        for item in blocks.into_remainder() {
            *item = convert(self.u32());
        }
    }

    #[inline]
    fn block_at(&self, index: u64) -> [u32; BLOCK] {
        let [low, high] = halves(index);
        philox([low, high, self.lane[0], self.lane[1]], self.key)
    }

    fn child(&self, part: u64, kind: Kind) -> Self {
        // Names are ciphered under another key than values, so that no value of a stream names a child of it.
        let key = [self.key[0] ^ kind as u32, self.key[1] ^ 0x6e61_6d65];
        let [low, high] = halves(part);
        let [a, b, c, d] = philox([low, high, self.lane[0], self.lane[1]], key);
        Self { key: [a, b], lane: [c, d], position: 0, block: [0; BLOCK] }
    }
}

/// What a part of a stream's name is.
#[derive(Clone, Copy)]
enum Kind {
    Number = 1,
    WordLength = 2,
    WordPart = 3,
}

impl StreamKey for u64 {
    fn derive(&self, parent: &Chance) -> Chance {
        parent.child(*self, Kind::Number)
    }
}

impl StreamKey for u32 {
    fn derive(&self, parent: &Chance) -> Chance {
        u64::from(*self).derive(parent)
    }
}

impl StreamKey for usize {
    fn derive(&self, parent: &Chance) -> Chance {
        (*self as u64).derive(parent)
    }
}

impl StreamKey for &str {
    fn derive(&self, parent: &Chance) -> Chance {
        let start = parent.child(self.len() as u64, Kind::WordLength);
        self.as_bytes().chunks(8).fold(start, |stream, bytes| {
            let mut part = [0; 8];
            part[..bytes.len()].copy_from_slice(bytes);
            stream.child(u64::from_le_bytes(part), Kind::WordPart)
        })
    }
}

impl StreamKey for &String {
    fn derive(&self, parent: &Chance) -> Chance {
        self.as_str().derive(parent)
    }
}

/// Philox4x32 with ten rounds: the constants are those of the paper's section 3.3 and of the Random123 library.
#[inline]
fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let [low_0, high_0] = halves(u64::from(counter[0]) * 0xD251_1F53);
        let [low_1, high_1] = halves(u64::from(counter[2]) * 0xCD9E_8D57);
        counter = [high_1 ^ counter[1] ^ key[0], low_1, high_0 ^ counter[3] ^ key[1], low_0];
        key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
    }
    counter
}

#[inline]
fn halves(whole: u64) -> [u32; 2] {
    [whole as u32, (whole >> 32) as u32]
}

#[inline]
fn unit_f32(word: u32) -> f32 {
    (word >> 8) as f32 * (1.0 / (1_u32 << 24) as f32)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    /// The known answers of Random123 1.14, `tests/kat_vectors`, lines `philox4x32 10`.
    #[test]
    fn philox_gives_the_known_answers() {
        let cases = [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, expected) in cases {
            assert_eq!(philox(counter, key), expected, "counter {counter:x?}, key {key:x?}");
        }
    }

    #[test]
    fn streams_of_different_names_differ() {
        let root = Chance::new(7);
        let mut streams =
            vec![root.clone(), Chance::new(8), root.stream(""), root.stream("a"), root.stream("a\0")];
        streams.extend((0..1000_u64).map(|i| root.stream(i)));
        streams.extend((0..1000_u64).map(|i| root.stream("a").stream(i)));
        streams.push(root.stream("a").stream("b"));
        streams.push(root.stream("ab"));
        streams.push(root.stream("ab").stream(""));
        streams.push(root.stream("abcdefgh").stream("i"));
        streams.push(root.stream("abcdefghi"));
        let first: HashSet<u64> = streams.iter().map(|stream| stream.clone().u64()).collect();
        assert_eq!(first.len(), streams.len());
    }

    #[test]
    fn the_parents_position_does_not_matter() {
        let mut parent = Chance::new(1);
        let before = parent.stream("layer");
        parent.u64();
        assert_eq!(parent.stream("layer"), before);
    }

    #[test]
    fn uniform_numbers_fill_their_bins_evenly() {
        let mut chance = Chance::new(3);
        let mut bins = [0_u32; 64];
        for _ in 0..64_000 {
            bins[(chance.f64() * 64.0) as usize] += 1;
            bins[(chance.f32() * 64.0) as usize] += 1;
        }
        let square: f64 = bins.iter().map(|&count| (f64::from(count) - 2000.0).powi(2) / 2000.0).sum();
        // 63 degrees of freedom: the central 99.99% of the distribution.
        assert!((28.0..118.0).contains(&square), "chi-square {square}");
    }

    #[test]
    fn normal_deviates_have_the_moments_of_the_normal() {
        let mut chance = Chance::new(5);
        let n = 200_000;
        let draws: Vec<f64> = (0..n).map(|_| chance.normal()).collect();
        let moment = |power| draws.iter().map(|z| z.powi(power)).sum::<f64>() / f64::from(n);
        assert!(moment(1).abs() < 0.01, "mean {}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.015, "variance {}", moment(2));
        assert!(moment(3).abs() < 0.04, "third moment {}", moment(3));
        assert!((moment(4) - 3.0).abs() < 0.12, "fourth moment {}", moment(4));
    }

    #[test]
    fn every_order_of_three_is_as_likely() {
        let mut counts = std::collections::BTreeMap::new();
        let mut chance = Chance::new(9);
        for _ in 0..60_000 {
            let mut items = [0, 1, 2];
            chance.shuffle(&mut items);
            *counts.entry(items).or_insert(0_u32) += 1;
        }
        assert_eq!(counts.len(), 6);
        for (order, count) in counts {
            assert!(count.abs_diff(10_000) < 400, "{order:?} came {count} times");
        }
    }

    proptest! {
        #[test]
        fn word_i_is_the_same_however_it_is_reached(seed: u64, name in "[a-z]{0,20}", start in 0_u64..40, count in 0_usize..40) {
            let stream = Chance::new(seed).stream(name.as_str());
            let mut walker = stream.clone();
            let walked: Vec<u32> = (0..start as usize + count).map(|_| walker.u32()).collect();
            let expected = &walked[start as usize..];

            let direct: Vec<u32> = (0..count as u64).map(|i| stream.at(start + i).u32()).collect();
            prop_assert_eq!(&direct[..], expected);

            let mut filled = vec![0; count];
            let mut filler = stream.at(start);
            filler.fill_u32(&mut filled);
            prop_assert_eq!(&filled[..], expected);
            prop_assert_eq!(filler.position(), start + count as u64);
            prop_assert_eq!(filler.u32(), walker.u32());
        }

        #[test]
        fn draws_stay_in_their_range(seed: u64, n in 1_u64.., low in -1e6_f64..1e6, width in 1e-6_f64..1e6) {
            let mut chance = Chance::new(seed);
            for _ in 0..16 {
                prop_assert!(chance.below(n) < n);
                prop_assert!((0.0..1.0).contains(&chance.f32()));
                prop_assert!((0.0..1.0).contains(&chance.f64()));
                prop_assert!((low..=low + width).contains(&chance.between(low, low + width)));
                prop_assert!(chance.normal().abs() < 6.8);
            }
        }

        #[test]
        fn small_numbers_below_n_all_come(seed: u64, n in 1_u64..20) {
            let mut chance = Chance::new(seed);
            let seen: HashSet<u64> = (0..n * 40).map(|_| chance.below(n)).collect();
            prop_assert_eq!(seen.len() as u64, n);
        }

        #[test]
        fn shuffling_keeps_the_items(seed: u64, mut items in prop::collection::vec(0_u8..50, 0..60)) {
            let mut shuffled = items.clone();
            Chance::new(seed).shuffle(&mut shuffled);
            shuffled.sort_unstable();
            items.sort_unstable();
            prop_assert_eq!(shuffled, items);
        }
    }
}
