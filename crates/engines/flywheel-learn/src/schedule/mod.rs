//! The learning rate of every step, from the recipe's schedule; one file for each kind.
//!
//! Each is a pure function of the step, except reduce-on-plateau, whose memory stands in [`Plateau`] and in checkpoints.
//! Formulas and names are PyTorch's (`torch.optim.lr_scheduler`), stepped once a step rather than once an epoch where both exist.

mod cosine;
mod one_cycle;
mod plateau;
mod step;
mod warm_up;

use flywheel_spec::recipe::ScheduleSpec;

pub use plateau::Plateau;

/// A recipe's schedule over a run of known length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// The kind.
    pub kind: ScheduleSpec,
    /// The recipe's learning rate.
    pub learning_rate: f64,
    /// Steps of one epoch.
    pub steps_per_epoch: u64,
    /// Epochs of the run.
    pub epochs: u64,
    /// Steps over which the rate rises from near 0.
    pub warmup_steps: u64,
}

impl Schedule {
    /// The rate of step `step`, from 0; `plateau` counts only where the kind is reduce-on-plateau.
    pub fn rate(&self, step: u64, plateau: &Plateau) -> f64 {
        if step < self.warmup_steps {
            return self.learning_rate * warm_up::share(step, self.warmup_steps);
        }
        let after = step - self.warmup_steps;
        let steps = (self.steps_per_epoch * self.epochs).saturating_sub(self.warmup_steps).max(1);
        let share = match self.kind {
            ScheduleSpec::Constant => 1.0,
            ScheduleSpec::Step { every_epochs, factor } => {
                step::share(step / self.steps_per_epoch.max(1), every_epochs as u64, factor)
            }
            ScheduleSpec::Cosine { floor } => cosine::share(after, steps, floor),
            ScheduleSpec::OneCycle { rise, divisor } => one_cycle::share(after, steps, rise, divisor),
            ScheduleSpec::ReduceOnPlateau { .. } => plateau.share(),
        };
        self.learning_rate * share
    }

    /// Tells the schedule how an epoch went.
    pub fn judged(&self, validation_loss: f64, plateau: &mut Plateau) {
        if let ScheduleSpec::ReduceOnPlateau { patience, factor } = self.kind {
            plateau.judged(validation_loss, patience, factor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(kind: ScheduleSpec, warmup_steps: u64) -> Schedule {
        Schedule { kind, learning_rate: 0.1, steps_per_epoch: 4, epochs: 5, warmup_steps }
    }

    /// Expected values printed by `torch.optim.lr_scheduler` of PyTorch 2.15; see each kind's own file for the call.
    pub(super) fn check(kind: ScheduleSpec, expected: &[(u64, f64)]) {
        let schedule = schedule(kind, 0);
        for &(step, rate) in expected {
            let found = schedule.rate(step, &Plateau::default());
            assert!((found - rate).abs() < 1e-9, "{kind:?} at step {step}: {found}, PyTorch {rate}");
        }
    }

    #[test]
    fn a_constant_rate_stays() {
        check(ScheduleSpec::Constant, &[(0, 0.1), (19, 0.1)]);
    }

    #[test]
    fn a_warm_up_rises_to_the_rate_and_the_schedule_fills_the_rest() {
        let schedule = schedule(ScheduleSpec::Cosine { floor: 0.0 }, 5);
        let plateau = Plateau::default();
        let rates: Vec<f64> = (0..20).map(|step| schedule.rate(step, &plateau)).collect();
        assert!((rates[0] - 0.02).abs() < 1e-12 && (rates[4] - 0.1).abs() < 1e-12, "{rates:?}");
        assert_eq!(rates[5], 0.1);
        assert!(rates[5..].is_sorted_by(|a, b| a > b), "{rates:?}");
        assert!(rates[19] < 0.005, "{rates:?}");
    }
}
