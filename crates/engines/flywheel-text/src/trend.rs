//! How a theme develops: new, growing, fading, a burst or steady, each with its test.
//!
//! Counted are people, against all people who spoke, so that a busy week is no trend. Two Poisson rates are compared by
//! the exact conditional test (Przyborowski and Wilenski, "Homogeneity of results in testing samples from Poisson
//! series", Biometrika 31, 1940), and the probabilities of all themes are corrected by Holm ("A simple sequentially
//! rejective multiple test procedure", 1979).

use flywheel_spec::feedback::insights::{ThemeTrend, TrendKind};
use flywheel_stats::student::regularised_beta;

/// The corrected probability below which a change is told.
const TOLD: f64 = 0.05;
/// Steps from which anything is told.
const FEWEST_STEPS: usize = 4;
/// A burst's rate against the rate of the other steps.
const BURST: f64 = 2.5;

/// The trend of each theme: for each its people in each step, and the people of all messages in each step.
pub fn trends(themes: &[Vec<u64>], all: &[u64]) -> Vec<ThemeTrend> {
    // The latest third is recent, and it is no fewer than two steps of more.
    let steps = all.len();
    let recent = (steps / 3).max(usize::from(steps > 1));
    let changes: Vec<Change> = themes.iter().map(|theme| change(theme, all, steps - recent)).collect();
    let corrected = holm(&changes.iter().map(|change| change.p).collect::<Vec<_>>());
    let peaks: Vec<Option<Peak>> = themes.iter().map(|theme| peak(theme, all)).collect();
    let burst = holm(&peaks.iter().map(|peak| peak.as_ref().map_or(1.0, |peak| peak.p)).collect::<Vec<_>>());
    changes
        .iter()
        .zip(corrected)
        .zip(peaks.iter().zip(burst))
        .map(|((change, p), (peak, burst))| {
            if steps < FEWEST_STEPS {
                return ThemeTrend {
                    recent: change.recent,
                    before: change.before,
                    ratio: change.ratio,
                    ..Default::default()
                };
            }
            let told = |kind| ThemeTrend {
                kind,
                p: Some(p),
                recent: change.recent,
                before: change.before,
                ratio: change.ratio,
                step: None,
            };
            if let Some(peak) = peak.as_ref().filter(|peak| burst < TOLD && peak.alone) {
                return ThemeTrend {
                    kind: TrendKind::Burst,
                    p: Some(burst),
                    recent: peak.people,
                    before: peak.others,
                    ratio: peak.ratio,
                    step: Some(peak.step as u64),
                };
            }
            match change.ratio {
                _ if p >= TOLD => told(TrendKind::Steady),
                None => told(TrendKind::New),
                Some(ratio) if ratio > 1.0 => told(TrendKind::Growing),
                Some(_) => told(TrendKind::Fading),
            }
        })
        .collect()
}

struct Change {
    recent: u64,
    before: u64,
    ratio: Option<f64>,
    p: f64,
}

/// The recent steps against those before.
fn change(theme: &[u64], all: &[u64], split: usize) -> Change {
    let sum = |counts: &[u64]| counts.iter().sum::<u64>();
    let (before, recent) = (sum(&theme[..split]), sum(&theme[split..]));
    let (all_before, all_recent) = (sum(&all[..split]), sum(&all[split..]));
    Change {
        recent,
        before,
        ratio: ratio((recent, all_recent), (before, all_before)),
        p: two_sided(recent, recent + before, all_recent, all_recent + all_before),
    }
}

struct Peak {
    step: usize,
    people: u64,
    others: u64,
    ratio: Option<f64>,
    p: f64,
    /// Whether it is a single stretch: before and after it are no different, and it is over or has just begun.
    alone: bool,
}

/// The step that stands out most, corrected for how many steps were looked at.
fn peak(theme: &[u64], all: &[u64]) -> Option<Peak> {
    let (total, everyone) = (theme.iter().sum::<u64>(), all.iter().sum::<u64>());
    let share = |step: usize| if all[step] > 0 { theme[step] as f64 / all[step] as f64 } else { 0.0 };
    let test = |step: usize| above(theme[step], total, all[step], everyone);
    let step = (0..theme.len())
        .min_by(|one, two| test(*one).total_cmp(&test(*two)).then(share(*two).total_cmp(&share(*one))))?;
    let (people, others) = (theme[step], total - theme[step]);
    let ratio = ratio((people, all[step]), (others, everyone - all[step]));
    let sum = |counts: &[u64]| counts.iter().sum::<u64>();
    let (left, right) =
        ((sum(&theme[..step]), sum(&all[..step])), (sum(&theme[step + 1..]), sum(&all[step + 1..])));
    let level = two_sided(right.0, right.0 + left.0, right.1, right.1 + left.1) >= TOLD;
    // At either end it cannot be told from a beginning or an end.
    let inside = step > 0 && step + 1 < theme.len();
    let high = ratio.is_none_or(|ratio| ratio >= BURST);
    let p = (test(step) * theme.len() as f64).min(1.0);
    Some(Peak {
        step,
        people,
        others,
        ratio,
        p,
        alone: level && inside && high && others * 2 < people * theme.len() as u64,
    })
}

fn ratio(first: (u64, u64), second: (u64, u64)) -> Option<f64> {
    let all = first.0 > 0 || second.0 > 0;
    (all && second.0 > 0 && first.1 > 0 && second.1 > 0)
        .then(|| first.0 as f64 / first.1 as f64 * second.1 as f64 / second.0 as f64)
}

/// The probability of so many of `total` or a stranger number, either way, were the rates equal: twice the smaller side.
fn two_sided(seen: u64, total: u64, exposed: u64, everyone: u64) -> f64 {
    let below = above(total - seen, total, everyone - exposed, everyone);
    (2.0 * above(seen, total, exposed, everyone).min(below)).min(1.0)
}

/// The probability of `seen` or more of `total`, each falling here with the share `exposed / everyone`.
fn above(seen: u64, total: u64, exposed: u64, everyone: u64) -> f64 {
    if seen == 0 || everyone == 0 {
        return 1.0;
    }
    if exposed == 0 {
        return 0.0;
    }
    if exposed >= everyone {
        return 1.0;
    }
    // The upper tail of the binomial is the incomplete beta function.
    regularised_beta(exposed as f64 / everyone as f64, seen as f64, (total - seen) as f64 + 1.0)
}

/// Each probability corrected for how many there are, in the order given.
fn holm(probabilities: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|one, two| probabilities[*one].total_cmp(&probabilities[*two]).then(one.cmp(two)));
    let mut corrected = vec![1.0; probabilities.len()];
    let mut most = 0.0_f64;
    for (rank, at) in order.into_iter().enumerate() {
        most = most.max((probabilities[at] * (probabilities.len() - rank) as f64).min(1.0));
        corrected[at] = most;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use flywheel_stats::chance::Chance;

    use super::*;

    #[test]
    fn each_development_is_told() {
        let all = vec![200_u64; 12];
        let themes = [
            vec![0, 0, 0, 0, 0, 0, 0, 0, 5, 12, 20, 25],
            vec![5, 6, 4, 5, 6, 7, 9, 12, 15, 20, 24, 30],
            vec![30, 28, 31, 25, 20, 15, 12, 8, 5, 4, 3, 2],
            vec![5, 4, 6, 5, 40, 5, 6, 4, 5, 6, 5, 4],
            vec![10, 11, 9, 10, 12, 8, 10, 11, 9, 10, 10, 11],
            vec![0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        ];
        let kinds: Vec<TrendKind> = trends(&themes, &all).iter().map(|trend| trend.kind).collect();
        assert_eq!(
            kinds,
            [
                TrendKind::New,
                TrendKind::Growing,
                TrendKind::Fading,
                TrendKind::Burst,
                TrendKind::Steady,
                TrendKind::Steady
            ]
        );
        let burst = trends(&themes, &all)[3];
        assert_eq!((burst.step, burst.recent), (Some(4), 40));
    }

    #[test]
    fn a_busy_week_is_no_trend() {
        let all = [100, 100, 100, 100, 100, 100, 100, 1000];
        let theme = vec![10, 11, 9, 10, 10, 9, 11, 100];
        assert_eq!(trends(&[theme], &all)[0].kind, TrendKind::Steady);
        assert!(trends(&[], &[]).is_empty());
        assert_eq!(trends(&[vec![1]], &[1])[0].kind, TrendKind::Steady);
    }

    #[test]
    fn chance_is_called_a_change_as_rarely_as_promised() {
        let mut chance = Chance::new(11);
        let runs = 300;
        let mut wrong = 0;
        for _ in 0..runs {
            let all = vec![300_u64; 12];
            let themes: Vec<Vec<u64>> = (0..10)
                .map(|_| {
                    all.iter().map(|all| (0..*all).filter(|_| chance.coin(0.03)).count() as u64).collect()
                })
                .collect();
            wrong += usize::from(trends(&themes, &all).iter().any(|trend| trend.kind != TrendKind::Steady));
        }
        // Two families of tests at 5% each.
        assert!(wrong <= runs / 10 + 10, "{wrong} of {runs}");
    }

    #[test]
    fn the_tests_are_those_of_scipy() {
        // scipy.stats.binom.sf(7, 10, 0.5) and the correction by hand.
        assert!((above(8, 10, 1, 2) - 0.054_687_5).abs() < 1e-12);
        assert!((two_sided(8, 10, 1, 2) - 0.109_375).abs() < 1e-12);
        let corrected = holm(&[0.01, 0.04, 0.03]);
        assert!(
            corrected
                .iter()
                .zip([0.03, 0.06, 0.06])
                .all(|(found, expected)| (found - expected).abs() < 1e-12)
        );
    }
}
