//! What groups have, for a question that asks about it: the newest that was said of each, whenever that was.

use std::collections::BTreeSet;
use std::time::Duration;

use flywheel_people::Groups;
use flywheel_people::groups::parts;
use flywheel_product::groups::{GroupsAsked, GroupsKnown};
use flywheel_spec::{Problem, Problems, phrase};
use flywheel_tables::fold::FoldRequest;
use serde_json::Value;

use crate::look_up::named;
use crate::unknown::with_nearest;
use crate::{Failure, Workbench};

impl Workbench {
    /// The values of every property of groups that a question's settings name, and a doubt about each that no group
    /// ever had. A question that names none reads nothing.
    pub(crate) async fn groups_of(
        &self,
        settings: &Value,
        patience: Duration,
    ) -> Result<(Groups, Vec<Problem>), Failure> {
        let places = named(settings, "group");
        if places.is_empty() {
            return Ok((Groups::new(), Vec::new()));
        }
        let mut wrong = Problems::default();
        for (name, place) in places.iter().filter(|(name, _)| parts(name).is_none()) {
            let problem = Problem::error(phrase!("ask.group_form", property = name));
            wrong.push(problem.advise(phrase!("ask.group_form_advice")).at_setting(place));
        }
        wrong.settle(())?;
        let asked = GroupsAsked { properties: places.keys().cloned().collect() };
        let encoded = serde_json::to_vec(&asked).map_err(|error| Failure::broken("question", error))?;
        let request = FoldRequest { folds: vec![asked.fold()], encoded };
        let read = self.fold_within(&request, patience).await?;
        let state = read.states.into_iter().next().ok_or_else(|| Failure::broken("fold", "no state"))?;
        let known = GroupsKnown::of(state).map_err(|error| Failure::broken("answer", error))?;
        let doubts =
            places.iter().filter_map(|(name, place)| Some(doubt(name, &known.names)?.at_setting(place)));
        Ok((known.values, doubts.collect()))
    }
}

/// A doubt about a property that no group ever had, with the nearest that groups have.
fn doubt(name: &str, known: &BTreeSet<String>) -> Option<Problem> {
    let (group, property) = parts(name)?;
    if known.contains(name) {
        return None;
    }
    let kinds: BTreeSet<String> = known.iter().filter_map(|name| Some(parts(name)?.0.to_owned())).collect();
    if !kinds.contains(group) {
        let problem = Problem::warning(phrase!("ask.unknown_group", group = group));
        return Some(with_nearest(problem, group, &kinds, "ask.no_groups"));
    }
    let of_kind = known.iter().filter_map(|name| parts(name).filter(|(kind, _)| *kind == group));
    let properties: BTreeSet<String> = of_kind.map(|(_, property)| property.to_owned()).collect();
    let problem = Problem::warning(phrase!("ask.unknown_group_property", group = group, property = property));
    Some(with_nearest(problem, property, &properties, "ask.no_groups"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_group_ever_had_is_told_with_the_nearest() {
        let known = BTreeSet::from(["company.industry", "company.plan", "team.size"].map(str::to_owned));
        for (name, known, expected) in [
            ("company.plan", &known, None),
            ("compny.plan", &known, Some(("ask.unknown_group", "did you mean `company`?"))),
            ("company.industri", &known, Some(("ask.unknown_group_property", "did you mean `industry`?"))),
            ("company.xyz", &known, Some(("ask.unknown_group_property", "there are `industry`, `plan`"))),
            (
                "company.plan",
                &BTreeSet::new(),
                Some(("ask.unknown_group", "nothing was said of any group yet: send `$groupidentify`")),
            ),
        ] {
            let found = doubt(name, known);
            let found = found.as_ref().map(|problem| {
                let advice = problem.advice.as_ref().map_or("", |advice| advice.en.as_str());
                (problem.code.as_str(), advice)
            });
            assert_eq!(found, expected, "{name}");
        }
    }
}
