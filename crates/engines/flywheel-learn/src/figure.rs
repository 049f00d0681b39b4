//! How a number is written in a sentence: as many digits as a person can use.

/// Four significant digits, no trailing zeros: `0.0123`, `12.35`, `104500`.
pub(crate) fn plain(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { value.to_string() };
    }
    let magnitude = value.abs().log10().floor() as i32;
    if !(-6..15).contains(&magnitude) {
        return format!("{value:.3e}");
    }
    let decimals = (3 - magnitude).max(0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A share as a percentage with one decimal, `97.8%`; two decimals where one would read 100.0% or 0.0% and be wrong.
pub(crate) fn percent(share: f64) -> String {
    let rounded = (share * 1000.0).round();
    let misleading = (rounded == 1000.0 && share < 1.0) || (rounded == 0.0 && share > 0.0);
    if misleading { format!("{:.2}%", share * 100.0) } else { format!("{:.1}%", share * 100.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_digits_and_no_idle_zeros() {
        for (value, text) in [
            (0.0, "0"),
            (1.0, "1"),
            (0.012_345, "0.01235"),
            (12.345_6, "12.35"),
            (104_500.4, "104500"),
            (-3.5, "-3.5"),
            (1e-9, "1.000e-9"),
        ] {
            assert_eq!(plain(value), text);
        }
    }

    #[test]
    fn a_share_short_of_all_never_reads_as_all() {
        assert_eq!(percent(0.978), "97.8%");
        assert_eq!(percent(0.9998), "99.98%");
        assert_eq!(percent(1.0), "100.0%");
    }
}
