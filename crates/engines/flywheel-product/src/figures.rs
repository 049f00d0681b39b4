//! Numbers as findings write them.

use flywheel_spec::evaluation::Estimate;

/// `12.3%`; small shares keep two digits that count.
pub(crate) fn percent(share: f64) -> String {
    let value = 100.0 * share;
    let digits = if value == 0.0 || value.abs() >= 0.95 { 1 } else { 2 };
    format!("{value:.digits$}%")
}

/// `1,234` or `12.3` or `0.0123`.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    if size >= 1000.0 || (value - value.round()).abs() < 1e-9 {
        return grouped(value);
    }
    let digits = match size {
        _ if size >= 100.0 => 1,
        _ if size >= 1.0 => 2,
        _ => 4,
    };
    format!("{value:.digits$}")
}

/// A share with its interval, `12.3% (10.1% … 14.2%)`.
pub(crate) fn percent_with(estimate: &Estimate) -> String {
    format!("{} ({} … {})", percent(estimate.value), percent(estimate.low), percent(estimate.high))
}

/// A number with its interval.
pub(crate) fn number_with(estimate: &Estimate) -> String {
    format!("{} ({} … {})", number(estimate.value), number(estimate.low), number(estimate.high))
}

/// `+12.3%`.
pub(crate) fn signed_percent(share: f64) -> String {
    format!("{}{}", if share > 0.0 { "+" } else { "" }, percent(share))
}

/// A probability, `p < 0.001` where it is smaller.
pub(crate) fn probability(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}

fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value <= -0.5 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        for (value, text) in [
            (0.0, "0"),
            (12.0, "12"),
            (1_234_567.4, "1,234,567"),
            (-1234.0, "-1,234"),
            (12.345, "12.35"),
            (0.012_34, "0.0123"),
            (999.95, "1000.0"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!(percent(0.1234), "12.3%");
        assert_eq!(percent(0.001_23), "0.12%");
        assert_eq!(signed_percent(0.2), "+20.0%");
        assert_eq!(probability(0.000_01), "< 0.001");
    }
}
