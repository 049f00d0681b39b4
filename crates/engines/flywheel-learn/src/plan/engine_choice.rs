//! Which engine computes, and why: the fast path unless the recipe wants Burn.

use flywheel_spec::recipe::{EngineChoice, TrainSpec};
use flywheel_spec::{Phrase, phrase};

use crate::burn::{BurnEngine, best_device};
use crate::engine::{Blueprint, Engine, Tensor};
use crate::native::NativeEngine;
use crate::network::cost::{BURN, Efficiency, NATIVE};

use super::TrainPlan;

/// The engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineKind {
    /// The fast path on this processor.
    Native,
    /// Burn.
    Burn,
}

impl EngineKind {
    /// As reports name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Burn => "burn",
        }
    }

    /// What it reaches of the machine's speed.
    pub(super) fn efficiency(self) -> Efficiency {
        match self {
            Self::Native => NATIVE,
            Self::Burn => BURN,
        }
    }

    /// Builds the engine with these weights; `Err` says why it can't be.
    pub fn build(self, blueprint: &Blueprint, weights: &[Tensor]) -> Result<Box<dyn Engine>, String> {
        let mut engine: Box<dyn Engine> = match self {
            Self::Native => Box::new(NativeEngine::new(blueprint)),
            Self::Burn => Box::new(BurnEngine::new(blueprint, best_device())?),
        };
        engine.restore(weights, &[])?;
        Ok(engine)
    }
}

impl TrainPlan {
    /// An engine with the plan's first weights.
    pub fn build_engine(&self) -> Result<Box<dyn Engine>, String> {
        self.engine.build(&self.blueprint, &self.initial)
    }

    /// An engine with other weights, such as a training's best.
    pub fn build_engine_with(&self, weights: &[Tensor]) -> Result<Box<dyn Engine>, String> {
        self.engine.build(&self.blueprint, weights)
    }
}

/// The fast path covers every layer, loss and optimizer of a recipe, so only the recipe's own wish leads to Burn.
pub(super) fn choose(spec: &TrainSpec) -> (EngineKind, Phrase) {
    match spec.train.engine {
        EngineChoice::Auto => (EngineKind::Native, phrase!("train.engine_native")),
        EngineChoice::Burn => (EngineKind::Burn, phrase!("train.engine_burn")),
    }
}
