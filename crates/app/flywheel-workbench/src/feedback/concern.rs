//! What a theme's people are worth and where they are lost: their share of the revenue, and the funnel's step that they
//! leave at more than others do.

use std::collections::{HashMap, HashSet};

use flywheel_product::opportunity::paid;
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::feedback::opportunity::{FunnelConcern, ThemeEvidence};
use flywheel_spec::product::funnel::{FunnelSpec, PeopleAt, StepOutcome};
use flywheel_spec::product::{Answer, QuestionSpec};
use flywheel_stats::correction::benjamini_hochberg;
use flywheel_stats::difference::fisher;
use flywheel_stats::share::of_total;
use jiff::Timestamp;

use super::FeedbackRead;
use super::opportunities::{Taken, tells_trouble};
use crate::{AskOptions, Failure, Workbench};

/// People of a theme who must have come to a step before it is looked at.
const FEWEST: usize = 5;

/// The probability of chance, corrected for all looks, up to which a step is told.
const TOLD: f64 = 0.05;

/// Funnels of the project that are looked at, at most.
const FUNNELS: usize = 5;

/// A theme's place among those looked at, a step, how often more its people leave there, and chance's probability.
type Look = (usize, String, f64, f64);

impl Workbench {
    /// Adds to each theme what its people pay and where they are lost, as far as the project knows.
    pub(super) async fn concern(
        &self,
        evidence: &mut [ThemeEvidence],
        read: &FeedbackRead,
        taken: &Taken,
    ) -> Result<(), Failure> {
        let people = self.people_of_themes(evidence, read).await?;
        if let Some(amounts) = self.amounts(taken).await? {
            for (theme, people) in evidence.iter_mut().zip(&people) {
                let members = amounts.iter().map(|(person, amount)| (*amount, people.contains(person)));
                theme.share_of_revenue = of_total(members).map(|(value, interval)| Estimate {
                    value,
                    low: interval.low,
                    high: interval.high,
                });
            }
        }
        for (theme, step, lift, p) in self.lost_steps(&people).await? {
            evidence[theme].funnel_step = Some(FunnelConcern { step, lift, p });
        }
        Ok(())
    }

    /// Who spoke of each theme.
    async fn people_of_themes(
        &self,
        evidence: &[ThemeEvidence],
        read: &FeedbackRead,
    ) -> Result<Vec<HashSet<i64>>, Failure> {
        let identity = self.events().await?.identity;
        let place: HashMap<&str, usize> =
            evidence.iter().enumerate().map(|(place, theme)| (theme.theme.as_str(), place)).collect();
        let mut people = vec![HashSet::new(); evidence.len()];
        let heard = read.messages.iter().zip(&read.listened.heard).zip(&read.insights.theme_of);
        for ((message, _), theme) in heard.filter(|((_, heard), _)| tells_trouble(heard)) {
            let (Some(theme), Some(person)) = (theme, &message.person) else { continue };
            if let Some(place) = place.get(theme.to_string().as_str()) {
                people[*place].insert(identity.of_id(person));
            }
        }
        Ok(people)
    }

    /// What each person paid; how often, where no property holds how much. Absent where nobody knows what paying is.
    async fn amounts(&self, taken: &Taken) -> Result<Option<Vec<(i64, f64)>>, Failure> {
        let Some(paying) = &taken.spec.paying else { return Ok(None) };
        let context = taken.looked_up.within(self.context(Timestamp::now()));
        let planned = paid(paying, taken.spec.value.as_ref(), &context)?;
        let state = self.fold_here(planned.fold()).await?;
        let paid = planned.finish(state).map_err(|error| Failure::broken("payments", error))?;
        Ok((!paid.is_empty()).then_some(paid))
    }

    /// For each theme the step of the project's funnels that its people leave at more than everyone else, if chance alone
    /// would seldom look so.
    async fn lost_steps(&self, people: &[HashSet<i64>]) -> Result<Vec<Look>, Failure> {
        let mut looks: Vec<Look> = Vec::new();
        let saved = self.questions()?.into_iter().filter_map(|saved| match saved.question {
            Some(QuestionSpec::Funnel(funnel)) if funnel.group.is_none() => Some(funnel),
            _ => None,
        });
        for funnel in saved.take(FUNNELS) {
            let mut before: Option<HashSet<i64>> = None;
            for (number, step) in (1..).zip(&funnel.steps) {
                let Some(reached) = self.reached(&funnel, number).await? else { break };
                if let Some(before) = &before {
                    look(&mut looks, people, before, &reached, step.label());
                }
                before = Some(reached);
            }
        }
        let corrected = benjamini_hochberg(&looks.iter().map(|look| look.3).collect::<Vec<_>>());
        looks.iter_mut().zip(corrected).for_each(|(look, p)| look.3 = p);
        looks.retain(|(_, _, lift, p)| *lift > 1.0 && *p < TOLD);
        // The surest step of each theme.
        looks.sort_by(|one, other| {
            one.0.cmp(&other.0).then(one.3.total_cmp(&other.3)).then(one.1.cmp(&other.1))
        });
        looks.dedup_by_key(|look| look.0);
        Ok(looks)
    }

    /// Who did a step; absent where the funnel cannot be asked any more.
    async fn reached(&self, funnel: &FunnelSpec, step: u32) -> Result<Option<HashSet<i64>>, Failure> {
        let question = QuestionSpec::Funnel(FunnelSpec {
            breakdown: None,
            over_time: None,
            separate: None,
            explain: None,
            people: Some(PeopleAt { step, outcome: StepOutcome::Did, limit: u32::MAX }),
            ..funnel.clone()
        });
        match self.ask(&question, AskOptions::default()).await {
            Ok(answered) => match answered.answer {
                Answer::Funnel(report) => {
                    Ok(Some(report.people.iter().filter_map(|at| at.person.parse().ok()).collect()))
                }
                _ => Ok(None),
            },
            // A saved question with a mistake is told where it is asked, not here.
            Err(Failure::Wrong(_)) => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}

/// Each theme's people beside all others who came as far.
fn look(
    looks: &mut Vec<Look>,
    people: &[HashSet<i64>],
    before: &HashSet<i64>,
    reached: &HashSet<i64>,
    step: &str,
) {
    let lost: HashSet<i64> = before.difference(reached).copied().collect();
    for (theme, people) in people.iter().enumerate() {
        let came = people.intersection(before).count();
        if came < FEWEST || came == before.len() {
            continue;
        }
        let left = people.intersection(&lost).count();
        let (others_came, others_left) = (before.len() - came, lost.len() - left);
        let share = |left: usize, came: usize| left as f64 / came as f64;
        let others = share(others_left, others_came);
        let p = fisher((left as u64, came as u64), (others_left as u64, others_came as u64));
        if let Some(p) = p.filter(|_| others > 0.0) {
            looks.push((theme, step.to_owned(), share(left, came) / others, p));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_whose_people_leave_at_a_step_is_told_apart_from_one_whose_people_stay() {
        let before: HashSet<i64> = (0..200).collect();
        // Of the first twenty, eighteen leave; of the others one in ten.
        let reached: HashSet<i64> =
            before.iter().copied().filter(|at| if *at < 20 { *at < 2 } else { at % 10 != 0 }).collect();
        let people = [(0..20).collect(), (20..60).collect(), HashSet::from([1, 2]), HashSet::new()];
        let mut looks = Vec::new();
        look(&mut looks, &people, &before, &reached, "pay");
        assert_eq!(looks.iter().map(|look| look.0).collect::<Vec<_>>(), [0, 1], "too few are not looked at");
        assert!((looks[0].2 - 9.0).abs() < 1e-9 && looks[0].3 < 1e-9, "{looks:?}");
        assert!(looks[1].2 < 1.0, "{looks:?}");
    }
}
