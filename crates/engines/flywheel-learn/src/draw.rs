//! Which stream of chance each part of training draws from, so that every engine draws the same.
//!
//! A draw is a pure function of the recipe's seed and of what it is for: the layer, the epoch, the step, the example.
//! Two runs at once, another number of threads, or a resumed run therefore draw the same bits.

use flywheel_stats::chance::Chance;

/// The stream of the order in which an epoch (from 0) visits its examples.
pub fn shuffle(seed: u64, epoch: usize) -> Chance {
    Chance::new(seed).stream("shuffle").stream(epoch)
}

/// The stream of a layer's first weights; `layer` is its position in the plan.
pub fn initial_weights(seed: u64, layer: usize) -> Chance {
    Chance::new(seed).stream("initial weights").stream(layer)
}

/// The stream of an embedding's first vectors; `embedding` is its position in the input plan.
pub fn initial_embedding(seed: u64, embedding: usize) -> Chance {
    Chance::new(seed).stream("initial embedding").stream(embedding)
}

/// The stream of what augmentation does to an example (its position in the training part) in an epoch (from 0).
pub fn augmentation(seed: u64, epoch: usize, example: u32) -> Chance {
    Chance::new(seed).stream("augment").stream(epoch).stream(example)
}

/// The stream of one dropout layer in one step; see [`dropout_mask`] for how an element reads it.
pub fn dropout(seed: u64, layer: usize, step: u64) -> Chance {
    Chance::new(seed).stream("dropout").stream(layer).stream(step)
}

/// Writes the factors of elements `first..first + mask.len()`: 0 where dropped, `1 / (1 - rate)` where kept.
///
/// Element `row × width + unit` (`row` the position in the batch, images channel by channel) reads half a word of its stream:
/// the lower half of word `element / 2` when even, the upper half when odd. It is dropped when that half, as a number from
/// 0 to 65535, lies below `rate · 65536`, rounded.
pub fn dropout_mask(stream: &Chance, first: u64, rate: f32, mask: &mut [f32]) {
    let threshold = dropout_threshold(rate);
    let kept = 1.0 / (1.0 - rate);
    let factor = |half: u32| if half < threshold { 0.0 } else { kept };

    let mut words = stream.at(first / 2);
    let mut rest = mask;
    if first % 2 == 1 {
        let Some((head, tail)) = rest.split_first_mut() else { return };
        *head = factor(words.u32() >> 16);
        rest = tail;
    }
    let mut buffer = [0_u32; 256];
    for piece in rest.chunks_mut(2 * buffer.len()) {
        let drawn = &mut buffer[..piece.len().div_ceil(2)];
        words.fill_u32(drawn);
        for (pair, word) in piece.chunks_mut(2).zip(drawn) {
            pair[0] = factor(*word & 0xffff);
            if let Some(second) = pair.get_mut(1) {
                *second = factor(*word >> 16);
            }
        }
    }
}

/// Halves of a word below this are dropped.
pub fn dropout_threshold(rate: f32) -> u32 {
    (f64::from(rate) * 65_536.0).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_elements_factor_does_not_depend_on_where_the_mask_begins() {
        let stream = dropout(7, 2, 1_000);
        let mut whole = vec![0.0; 2_000];
        dropout_mask(&stream, 0, 0.3, &mut whole);
        for (first, len) in [(0, 1), (1, 1), (1, 2), (513, 700), (1_024, 3), (511, 1_489)] {
            let mut part = vec![0.0; len];
            dropout_mask(&stream, first as u64, 0.3, &mut part);
            assert_eq!(part, whole[first..first + len], "from {first}, {len} long");
        }
    }

    #[test]
    fn the_rate_is_dropped_and_the_mean_stays() {
        for rate in [0.0_f32, 0.1, 0.5, 0.9] {
            let mut mask = vec![0.0; 200_000];
            dropout_mask(&dropout(1, 0, 0), 0, rate, &mut mask);
            let dropped = mask.iter().filter(|&&factor| factor == 0.0).count() as f32 / mask.len() as f32;
            assert!((dropped - rate).abs() < 0.005, "rate {rate}: dropped {dropped}");
            let mean = mask.iter().sum::<f32>() / mask.len() as f32;
            assert!((mean - 1.0).abs() < 0.03, "rate {rate}: mean factor {mean}");
        }
    }

    #[test]
    fn streams_of_different_steps_and_layers_differ() {
        let mut masks = Vec::new();
        for (seed, layer, step) in [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)] {
            let mut mask = vec![0.0; 64];
            dropout_mask(&dropout(seed, layer, step), 0, 0.5, &mut mask);
            assert!(!masks.contains(&mask));
            masks.push(mask);
        }
    }
}
