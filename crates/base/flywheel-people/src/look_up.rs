//! What a fold asks about beside events and people: who is on a list, and what groups have.

use std::sync::Arc;

use crate::fold::{Fold, FoldError, Partial};
use crate::groups::{GroupValues, Groups};
use crate::reading::Reading;
use crate::segments::Segments;

/// The lists of people and the properties of groups that folds may ask about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LookUp {
    /// The people of each list.
    pub segments: Segments,
    /// What groups have, by property.
    pub groups: Groups,
}

impl LookUp {
    /// True when nothing can be found.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty() && self.groups.is_empty()
    }

    /// The fold, which finds here what it asks about.
    pub fn around(self: &Arc<Self>, fold: Arc<dyn Fold>) -> Arc<dyn Fold> {
        if self.is_empty() {
            return fold;
        }
        Arc::new(LookingUp { fold, look_up: self.clone() })
    }
}

struct LookingUp {
    fold: Arc<dyn Fold>,
    look_up: Arc<LookUp>,
}

impl Fold for LookingUp {
    fn reading(&self) -> &Reading {
        self.fold.reading()
    }

    fn start(&self) -> Box<dyn Partial> {
        self.fold.start()
    }

    fn read(&self, bytes: &[u8]) -> Result<Box<dyn Partial>, FoldError> {
        self.fold.read(bytes)
    }

    fn members(&self, segment: &str) -> &[i64] {
        self.look_up.segments.get(segment).map_or(&[], Vec::as_slice)
    }

    fn group_values(&self, property: &str) -> Option<&GroupValues> {
        self.look_up.groups.get(property)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fold::{Question, erase};
    use crate::person::PersonEvents;

    struct Nothing(Reading);

    impl Question for Nothing {
        type State = ();

        fn reading(&self) -> &Reading {
            &self.0
        }

        fn person(&self, _: &mut Self::State, _: &PersonEvents<'_>) {}

        fn merge(&self, _: &mut Self::State, _: Self::State) {}
    }

    #[test]
    fn a_fold_finds_what_it_asks_about_and_nothing_else() {
        let plans = GroupValues::from([("acme".to_owned(), json!("pro"))]);
        let look_up = Arc::new(LookUp {
            segments: Segments::from([("vips".to_owned(), vec![3, 7])]),
            groups: Groups::from([("company.plan".to_owned(), plans)]),
        });
        let plain = erase(Arc::new(Nothing(Reading::default())));
        assert!(plain.members("vips").is_empty() && plain.group_values("company.plan").is_none());
        let fold = look_up.around(plain);
        assert_eq!(fold.members("vips"), [3, 7]);
        assert!(fold.members("vip").is_empty());
        let plan = fold.group_values("company.plan").and_then(|groups| groups.get("acme"));
        assert_eq!(plan, Some(&json!("pro")));
        assert!(fold.group_values("company.size").is_none());
    }
}
