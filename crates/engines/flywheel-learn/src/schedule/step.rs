//! Steps down: multiplied by a factor every so many epochs (PyTorch's `StepLR`, stepped once an epoch).

/// Share of the rate in `epoch`, from 0.
pub(super) fn share(epoch: u64, every_epochs: u64, factor: f64) -> f64 {
    let cuts = epoch / every_epochs.max(1);
    factor.powi(i32::try_from(cuts).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use flywheel_spec::recipe::ScheduleSpec;

    /// `StepLR(SGD(lr=0.1), step_size=2, gamma=0.5)`, stepped after each epoch of 4 steps.
    #[test]
    fn falls_as_pytorch_does() {
        let expected = [(0, 0.1), (7, 0.1), (8, 0.05), (15, 0.05), (16, 0.025), (19, 0.025)];
        super::super::tests::check(ScheduleSpec::Step { every_epochs: 2, factor: 0.5 }, &expected);
    }
}
