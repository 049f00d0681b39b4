//! Two groups compared within strata of people who are alike.

use crate::difference::two_sided;

/// One stratum's counts: hits and people of the first group, hits and people of the second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stratum {
    /// Hits and people of the first group.
    pub first: (f64, f64),
    /// Hits and people of the second.
    pub second: (f64, f64),
}

/// The probability of counts so far from even within the strata were there no difference; absent where no stratum could tell.
///
/// Mantel and Haenszel, "Statistical aspects of the analysis of data from retrospective studies of disease" (1959),
/// two-sided, without continuity correction.
pub fn mantel_haenszel(strata: &[Stratum]) -> Option<f64> {
    let (mut apart, mut variance) = (0.0, 0.0);
    for stratum in strata {
        let (hits, people) = (stratum.first.0 + stratum.second.0, stratum.first.1 + stratum.second.1);
        if people <= 1.0 {
            continue;
        }
        apart += stratum.first.0 - stratum.first.1 * hits / people;
        variance +=
            stratum.first.1 * stratum.second.1 * hits * (people - hits) / (people * people * (people - 1.0));
    }
    (variance > 0.0).then(|| two_sided(apart / variance.sqrt()))
}

/// As how many equally weighted people a weighted sample counts: `(Σ w)² / Σ w²`, each stratum's weight spread over its people.
///
/// Kish, "Survey Sampling" (1965), section 11.2. Pairs are a stratum's share of the whole and its people.
pub fn effective(shares: impl Iterator<Item = (f64, f64)>) -> f64 {
    let squares: f64 =
        shares.map(|(share, people)| if people > 0.0 { share * share / people } else { 0.0 }).sum();
    if squares > 0.0 { 1.0 / squares } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_is_that_of_the_paper() {
        // By the paper's formula in numpy and scipy 1.17.1: z = −0.886 974 032 532 640 4.
        let strata = [((12.0, 40.0), (30.0, 60.0)), ((5.0, 9.0), (2.0, 20.0)), ((0.0, 3.0), (1.0, 4.0))]
            .map(|(first, second)| Stratum { first, second });
        let found = mantel_haenszel(&strata).unwrap();
        assert!((found - 0.375_092_881_216_142_5).abs() < 1e-12, "{found}");
        assert_eq!(mantel_haenszel(&[Stratum { first: (0.0, 3.0), second: (0.0, 9.0) }]), None);
        assert_eq!(mantel_haenszel(&[]), None);
    }

    #[test]
    fn equal_weights_count_everybody() {
        assert!((effective([(0.25, 10.0), (0.75, 30.0)].into_iter()) - 40.0).abs() < 1e-9);
        assert!(effective([(0.5, 1.0), (0.5, 99.0)].into_iter()) < 4.0);
        assert_eq!(effective([].into_iter()), 0.0);
    }
}
