//! Numbers as people read them.

use flywheel_spec::Language;
use flywheel_spec::recipe::MetricName;

/// `1,234,567`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1.2 MB`, in powers of 1024 as file managers have it.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KB", "MB", "GB", "TB"];
    let mut value = number as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{number} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// `0.7 s`, `3 min 20 s`, `1 h 5 min`.
pub fn duration(secs: f64, language: Language) -> String {
    let (s, min, h) = match language {
        Language::En => (" s", " min", " h"),
        Language::Zh => (" 秒", " 分", " 小时"),
    };
    let whole = secs.round().max(0.0) as u64;
    match whole {
        _ if secs < 0.095 => {
            format!("{:.0} {}", secs * 1000.0, if language == Language::En { "ms" } else { "毫秒" })
        }
        _ if secs < 9.95 => format!("{secs:.1}{s}"),
        0..60 => format!("{whole}{s}"),
        60..3600 => format!("{}{min} {}{s}", whole / 60, whole % 60),
        _ => format!("{}{h} {}{min}", whole / 3600, whole % 3600 / 60),
    }
}

/// `97.85%`.
pub fn percent(share: f64) -> String {
    format!("{:.2}%", share * 100.0)
}

/// A metric's value: shares as a percentage, errors and losses as they are.
pub fn metric(name: MetricName, value: f64) -> String {
    use MetricName::{
        Accuracy, BalancedAccuracy, CalibrationError, F1, F1Macro, F1Weighted, Precision, Recall,
    };
    match name {
        Accuracy | BalancedAccuracy | Precision | Recall | F1 | F1Macro | F1Weighted | CalibrationError => {
            percent(value)
        }
        _ => significant(value),
    }
}

/// Four significant digits, without an exponent where it reads well; whole numbers without decimals.
pub fn significant(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let magnitude = value.abs().log10().floor() as i32;
    match magnitude {
        0..=9 if value.fract() == 0.0 => format!("{value:.0}"),
        -4..=3 => format!("{value:.*}", (3 - magnitude).max(0) as usize),
        4..=9 => format!("{value:.0}"),
        _ => format!("{value:.3e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([count(0), count(999), count(1000), count(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([bytes(10), bytes(1536), bytes(5 << 20)], ["10 B", "1.5 KB", "5.0 MB"]);
        assert_eq!(significant(0.978_512), "0.9785");
        assert_eq!(significant(1234.5), "1234");
        assert_eq!(significant(3.0), "3");
        assert_eq!(significant(-1200.0), "-1200");
        assert_eq!(significant(1e-7), "1.000e-7");
        let en = |secs| duration(secs, Language::En);
        assert_eq!(
            [en(0.004), en(0.66), en(12.0), en(200.0), en(3900.0)],
            ["4 ms", "0.7 s", "12 s", "3 min 20 s", "1 h 5 min"]
        );
    }
}
