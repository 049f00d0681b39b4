//! From a question to what is run, and from its state to its report.

use std::collections::BTreeMap;
use std::sync::Arc;

use flywheel_people::{Fold, FoldError, Groups, Identity, LookUp, Partial, Segments, person_of};
use flywheel_spec::Problems;
use flywheel_spec::product::{Answer, QuestionSpec};
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::conditions::check_numbers;
use crate::digest::DigestPlan;

/// What a question is planned against; plain data, so that another machine plans the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// Time zone, first day of the week, and the moment of asking.
    pub calendar: Calendar,
    /// The people of the kept segments that the question asks about, by their names.
    #[serde(default, skip_serializing_if = "Segments::is_empty")]
    pub segments: Segments,
    /// What groups have, by the properties that the question asks about.
    #[serde(default, skip_serializing_if = "Groups::is_empty")]
    pub groups: Groups,
    /// Who the ids that the question names are after all merges; an id that is not here is a person of its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub merged: BTreeMap<String, i64>,
}

impl Context {
    /// A moment in a time zone, without segments, groups and merges.
    pub fn at(calendar: Calendar) -> Self {
        Self { calendar, segments: Segments::default(), groups: Groups::default(), merged: BTreeMap::new() }
    }

    /// Who an id is that the question names.
    pub fn person(&self, distinct_id: &str) -> i64 {
        self.merged.get(distinct_id).copied().unwrap_or_else(|| person_of(distinct_id))
    }

    /// What a question's folds look up.
    pub(crate) fn look_up(&self) -> Arc<LookUp> {
        Arc::new(LookUp { segments: self.segments.clone(), groups: self.groups.clone() })
    }
}

/// A question that can be run: its folds, each over all people, and the report of their states.
pub trait Planned: Send + Sync {
    /// The folds, in a fixed order; most questions have one.
    fn folds(&self) -> Vec<Arc<dyn Fold>>;

    /// The report, of the folds' merged states in the same order and by who is whom; its invariants are checked here.
    ///
    /// # Errors
    /// When a state is another fold's, or an invariant does not hold: faults of the program.
    fn finish(&self, states: Vec<Box<dyn Partial>>, identity: &Identity) -> Result<Answer, FoldError>;
}

impl Planned for DigestPlan {
    fn folds(&self) -> Vec<Arc<dyn Fold>> {
        self.folds()
    }

    fn finish(&self, states: Vec<Box<dyn Partial>>, _: &Identity) -> Result<Answer, FoldError> {
        self.finish(states).map(Answer::Digest)
    }
}

/// Checks a question against its context.
///
/// # Errors
/// Every mistake at once, each at its setting.
pub fn plan(question: &QuestionSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    let planned = planned(question, context)?;
    check_numbers(&planned.folds())?;
    let look_up = context.look_up();
    if look_up.is_empty() {
        return Ok(planned);
    }
    Ok(Box::new(LookingUp { planned, look_up }))
}

/// A question that looks up who is in a segment, or what a group has.
struct LookingUp {
    planned: Box<dyn Planned>,
    look_up: Arc<LookUp>,
}

impl Planned for LookingUp {
    fn folds(&self) -> Vec<Arc<dyn Fold>> {
        self.planned.folds().into_iter().map(|fold| self.look_up.around(fold)).collect()
    }

    fn finish(&self, states: Vec<Box<dyn Partial>>, identity: &Identity) -> Result<Answer, FoldError> {
        self.planned.finish(states, identity)
    }
}

fn planned(question: &QuestionSpec, context: &Context) -> Result<Box<dyn Planned>, Problems> {
    match question {
        QuestionSpec::Trend(spec) => crate::trend::plan(spec, context),
        QuestionSpec::Funnel(spec) => crate::funnel::plan(spec, context),
        QuestionSpec::Retention(spec) => crate::retention::plan(spec, context),
        QuestionSpec::Lifecycle(spec) => crate::lifecycle::plan(spec, context),
        QuestionSpec::Stickiness(spec) => crate::stickiness::plan(spec, context),
        QuestionSpec::Paths(spec) => crate::paths::plan(spec, context),
        QuestionSpec::Segment(spec) => crate::segment::plan(spec, context),
        QuestionSpec::Growth(spec) => crate::growth::plan(spec, context),
        QuestionSpec::Activation(spec) => crate::activation::plan(spec, context),
        QuestionSpec::NorthStar(spec) => crate::north_star::plan(spec, context),
        QuestionSpec::Revenue(spec) => crate::revenue::plan(spec, context),
        QuestionSpec::LifetimeValue(spec) => crate::lifetime_value::plan(spec, context),
        QuestionSpec::Satisfaction(spec) => crate::satisfaction::plan(spec, context),
        QuestionSpec::WordOfMouth(spec) => crate::word_of_mouth::plan(spec, context),
        QuestionSpec::Experience(spec) => crate::experience::plan(spec, context),
        QuestionSpec::Release(spec) => crate::release::plan(spec, context),
        QuestionSpec::Digest(spec) => Ok(Box::new(crate::digest::plan(spec, context)?)),
    }
}
