//! Reduce on plateau: the rate is cut when the validation loss has not fallen for a while (PyTorch's `ReduceLROnPlateau`).

use serde::{Deserialize, Serialize};

/// What counts as a fall: below the best by this share of it, PyTorch's default `threshold`.
const THRESHOLD: f64 = 1e-4;

/// What reduce-on-plateau remembers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plateau {
    /// What the cuts so far have left of the rate.
    left: f64,
    /// The lowest validation loss so far.
    best: Option<f64>,
    /// Epochs since then.
    bad_epochs: usize,
}

impl Default for Plateau {
    fn default() -> Self {
        Self { left: 1.0, best: None, bad_epochs: 0 }
    }
}

impl Plateau {
    /// Share of the rate now.
    pub fn share(&self) -> f64 {
        self.left
    }

    /// Takes in an epoch's validation loss, and cuts when more than `patience` epochs in a row brought no fall.
    pub(super) fn judged(&mut self, loss: f64, patience: usize, factor: f64) {
        if self.best.is_none_or(|best| loss < best * (1.0 - THRESHOLD)) {
            self.best = Some(loss);
            self.bad_epochs = 0;
        } else {
            self.bad_epochs += 1;
        }
        if self.bad_epochs > patience {
            self.left *= factor;
            self.bad_epochs = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ReduceLROnPlateau(SGD(lr=0.1), patience=1, factor=0.3)` of PyTorch 2.15, stepped with these losses.
    #[test]
    fn cuts_when_pytorch_does() {
        let losses = [1.0, 0.9, 0.91, 0.89999, 0.92, 0.8, 0.85, 0.84, 0.83, 0.9, 0.7];
        let rates = [0.1, 0.1, 0.1, 0.03, 0.03, 0.03, 0.03, 0.009, 0.009, 0.0027, 0.0027];
        let mut plateau = Plateau::default();
        for (loss, rate) in losses.into_iter().zip(rates) {
            plateau.judged(loss, 1, 0.3);
            assert!(
                (0.1 * plateau.share() - rate).abs() < 1e-12,
                "after {loss}: {plateau:?}, PyTorch {rate}"
            );
        }
    }
}
