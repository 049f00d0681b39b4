//! Whim: the small choices that make one person's digit differ from the next.

use flywheel_stats::chance::Chance;

/// A source of choices, read from one stream of chance.
pub struct Whim(pub Chance);

impl Whim {
    /// A number around `mean`, normally distributed, at most 2.2 standard deviations away.
    pub fn about(&mut self, mean: f32, deviation: f32) -> f32 {
        mean + deviation * (self.0.normal() as f32).clamp(-2.2, 2.2)
    }

    /// A number between `low` and `high`, all alike.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.0.f32()
    }

    /// Whether this person has a habit that this share of people has.
    pub fn habit(&mut self, share: f32) -> bool {
        self.0.f32() < share
    }
}
