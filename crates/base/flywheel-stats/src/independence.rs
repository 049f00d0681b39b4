//! Whether two traits have to do with each other, from how often they come together.

use crate::chi_squared;

/// What a table of counts says about its rows and columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Independence {
    /// Twice the log-likelihood ratio, `G = 2 Σ observed ln(observed / expected)`.
    pub g: f64,
    /// `(rows − 1)(columns − 1)`, empty ones left out.
    pub degrees: u32,
    /// The probability of a `G` as large or larger were the traits independent.
    pub p: f64,
    /// Cramér's V, `√(χ² / (n · (min(rows, columns) − 1)))`: 0 for none, 1 for a perfect relation.
    pub cramers_v: f64,
}

/// The G test of independence of a table with two columns; absent where a row or column is all there is.
///
/// Sokal and Rohlf, "Biometry" (3rd edition, 1995), section 17.4, without continuity correction;
/// Cramér, "Mathematical Methods of Statistics" (1946), section 21.9.
pub fn independence(rows: &[[f64; 2]]) -> Option<Independence> {
    let rows: Vec<[f64; 2]> = rows.iter().copied().filter(|row| row[0] + row[1] > 0.0).collect();
    let columns = [0, 1].map(|column| rows.iter().map(|row| row[column]).sum::<f64>());
    if rows.len() < 2 || columns.iter().any(|column| *column <= 0.0) {
        return None;
    }
    let count = columns[0] + columns[1];
    let (mut g, mut chi_squared) = (0.0, 0.0);
    for row in &rows {
        for column in 0..2 {
            let expected = (row[0] + row[1]) * columns[column] / count;
            let observed = row[column];
            if observed > 0.0 {
                g += 2.0 * observed * (observed / expected).ln();
            }
            chi_squared += (observed - expected).powi(2) / expected;
        }
    }
    let degrees = rows.len() as u32 - 1;
    let g = g.max(0.0);
    let p = chi_squared::above(g, f64::from(degrees));
    Some(Independence { g, degrees, p, cramers_v: (chi_squared / count).sqrt().min(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_is_that_of_scipy() {
        // scipy 1.17.1: chi2_contingency(table, correction=False, lambda_="log-likelihood"), contingency.association(table).
        for (rows, g, p, degrees, cramers_v) in [
            (
                vec![[12.0, 30.0], [45.0, 40.0], [8.0, 25.0]],
                11.798_644_601_717_037,
                0.002_741_301_967_393_121_6,
                2,
                0.268_641_556_335_904_25,
            ),
            (
                vec![[5.0, 0.0], [3.0, 9.0], [0.0, 0.0]],
                10.012_103_168_130_622,
                0.001_555_148_287_020_007_7,
                1,
                0.684_653_196_881_457_6,
            ),
        ] {
            let found = independence(&rows).unwrap();
            assert!((found.g - g).abs() < 1e-10, "{found:?}");
            assert!((found.p - p).abs() < 1e-12, "{found:?}");
            assert!((found.cramers_v - cramers_v).abs() < 1e-12, "{found:?}");
            assert_eq!(found.degrees, degrees);
        }
    }

    #[test]
    fn one_row_or_column_says_nothing() {
        assert_eq!(independence(&[[3.0, 4.0]]), None);
        assert_eq!(independence(&[[3.0, 0.0], [5.0, 0.0]]), None);
        assert_eq!(independence(&[]), None);
    }
}
