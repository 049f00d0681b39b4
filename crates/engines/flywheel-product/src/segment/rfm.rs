//! Recency, frequency and value as scores from 1 to 5, and the customary groups over them.

use flywheel_spec::product::segment::RfmGroup;
use flywheel_spec::{Phrase, phrase};

use super::fold::Scored;

/// All groups, best first.
pub const GROUPS: [RfmGroup; 10] = [
    RfmGroup::Champions,
    RfmGroup::Loyal,
    RfmGroup::PotentialLoyalists,
    RfmGroup::NewCustomers,
    RfmGroup::Promising,
    RfmGroup::NeedAttention,
    RfmGroup::AboutToSleep,
    RfmGroup::AtRisk,
    RfmGroup::CannotLose,
    RfmGroup::Hibernating,
];

/// The groups of everybody scored, in their order.
pub fn groups(people: &[Scored], with_value: bool) -> Vec<RfmGroup> {
    let recency = scores(people, |person| person.last as f64);
    let frequency = scores(people, |person| person.events as f64);
    let value = scores(people, |person| person.value);
    (0..people.len())
        .map(|at| {
            let often = if with_value { (frequency[at] + value[at]).div_ceil(2) } else { frequency[at] };
            group(recency[at], often)
        })
        .collect()
}

/// Scores from 1 to 5: by the share of people strictly below, so that equals score the same.
fn scores(people: &[Scored], of: impl Fn(&Scored) -> f64) -> Vec<u8> {
    let mut sorted: Vec<f64> = people.iter().map(&of).collect();
    sorted.sort_by(f64::total_cmp);
    let score = |person: &Scored| {
        let value = of(person);
        let below = sorted.partition_point(|other| *other < value);
        1 + (5 * below / people.len()) as u8
    };
    people.iter().map(score).collect()
}

/// The customary group of a recency and a frequency score.
pub fn group(recency: u8, often: u8) -> RfmGroup {
    match (recency, often) {
        (5, 4 | 5) => RfmGroup::Champions,
        (3 | 4, 4 | 5) => RfmGroup::Loyal,
        (4 | 5, 2 | 3) => RfmGroup::PotentialLoyalists,
        (5, _) => RfmGroup::NewCustomers,
        (4, _) => RfmGroup::Promising,
        (3, 3) => RfmGroup::NeedAttention,
        (3, _) => RfmGroup::AboutToSleep,
        (_, 5) => RfmGroup::CannotLose,
        (_, 3 | 4) => RfmGroup::AtRisk,
        _ => RfmGroup::Hibernating,
    }
}

/// A group's name for people.
pub fn title(group: RfmGroup) -> Phrase {
    match group {
        RfmGroup::Champions => phrase!("following.rfm_champions"),
        RfmGroup::Loyal => phrase!("following.rfm_loyal"),
        RfmGroup::PotentialLoyalists => phrase!("following.rfm_potential_loyalists"),
        RfmGroup::NewCustomers => phrase!("following.rfm_new_customers"),
        RfmGroup::Promising => phrase!("following.rfm_promising"),
        RfmGroup::NeedAttention => phrase!("following.rfm_need_attention"),
        RfmGroup::AboutToSleep => phrase!("following.rfm_about_to_sleep"),
        RfmGroup::AtRisk => phrase!("following.rfm_at_risk"),
        RfmGroup::CannotLose => phrase!("following.rfm_cannot_lose"),
        RfmGroup::Hibernating => phrase!("following.rfm_hibernating"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(last: i64, events: u64, value: f64) -> Scored {
        Scored { last, events, value }
    }

    #[test]
    fn equals_score_the_same_and_the_best_score_5() {
        let people: Vec<Scored> = (0..10).map(|at| scored(at, 1, 0.0)).collect();
        assert_eq!(scores(&people, |person| person.last as f64), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
        assert_eq!(scores(&people, |person| person.events as f64), [1; 10], "all equal: nobody is below");
        // 7 of 10 equal at the bottom: the others begin at 1 + ⌊5 × 7 ÷ 10⌋ = 4.
        let people: Vec<Scored> =
            [1, 1, 1, 1, 1, 1, 1, 2, 3, 4].map(|events| scored(0, events, 0.0)).to_vec();
        assert_eq!(scores(&people, |person| person.events as f64), [1, 1, 1, 1, 1, 1, 1, 4, 5, 5]);
    }

    #[test]
    fn every_pair_of_scores_has_its_customary_group() {
        use RfmGroup::*;
        // Rows: recency 1 to 5; columns: frequency 1 to 5.
        let expected = [
            [Hibernating, Hibernating, AtRisk, AtRisk, CannotLose],
            [Hibernating, Hibernating, AtRisk, AtRisk, CannotLose],
            [AboutToSleep, AboutToSleep, NeedAttention, Loyal, Loyal],
            [Promising, PotentialLoyalists, PotentialLoyalists, Loyal, Loyal],
            [NewCustomers, PotentialLoyalists, PotentialLoyalists, Champions, Champions],
        ];
        for (row, groups) in (1..).zip(expected) {
            for (column, expected) in (1..).zip(groups) {
                assert_eq!(group(row, column), expected, "{row}{column}");
            }
        }
    }
}
