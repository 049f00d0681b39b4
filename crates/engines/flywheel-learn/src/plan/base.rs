//! The model that `start_from` names, and what a new network takes from it.

use flywheel_spec::recipe::{LayerSpec, TrainSpec};
use flywheel_spec::{Problem, Problems, phrase};

use crate::engine::Tensor;
use crate::network::{NetworkPlan, freeze, reusable_layers};
use crate::prepare::Preparation;

/// A model trained before, from its bundle.
#[derive(Debug, Clone)]
pub struct Base {
    /// As `model@version`.
    pub name: String,
    /// Its layers, chosen ones included.
    pub layers: Vec<LayerSpec>,
    /// What its inputs and outputs mean.
    pub preparation: Preparation,
    /// Its network.
    pub network: NetworkPlan,
    /// Its weights.
    pub weights: Vec<Tensor>,
}

impl Base {
    /// Its layers, the last one as wide as the new target needs.
    pub(super) fn layers_for_another_target(&self) -> Vec<LayerSpec> {
        let mut layers = self.layers.clone();
        if let Some(last) = layers.last_mut()
            && let LayerSpec::Dense { activation, initializer, .. } = last
        {
            *last = LayerSpec::Output { activation: *activation, initializer: *initializer };
        }
        layers
    }
}

/// Finds how many layers the network takes from its base, and freezes those that the recipe wants fixed.
pub(super) fn reuse(
    spec: &TrainSpec,
    base: Option<&Base>,
    preparation: &Preparation,
    network: &mut NetworkPlan,
    problems: &mut Problems,
) -> usize {
    let Some(base) = base else {
        if let Some(name) = &spec.start_from {
            let message = phrase!("train.no_such_base", name = name);
            problems
                .push(Problem::error(message).advise(phrase!("train.advise_base")).at_setting("start_from"));
        } else if spec.frozen_layers.is_some_and(|count| count > 0) {
            let message = phrase!("train.frozen_without_base");
            problems.push(
                Problem::error(message).advise(phrase!("train.advise_frozen")).at_setting("frozen_layers"),
            );
        }
        return 0;
    };
    let mut reused = reusable_layers(network, &base.network);
    if preparation.labels() != base.preparation.labels() {
        // As many outputs, of other meaning: the last layer with weights says nothing about them.
        let last = network.layers.iter().rposition(|layer| !layer.tensors().is_empty());
        reused = last.map_or(reused, |last| reused.min(last));
    }
    let weighty = network.layers[..reused].iter().filter(|layer| !layer.tensors().is_empty()).count();
    if weighty == 0 {
        let message = phrase!("train.nothing_reused", name = base.name);
        problems.push(
            Problem::error(message).advise(phrase!("train.advise_nothing_reused")).at_setting("start_from"),
        );
        return 0;
    }
    if let Some(column) = preparation.first_read_otherwise(&base.preparation) {
        let message = phrase!("train.base_reads_otherwise", column = column, name = base.name);
        let advice = phrase!("train.advise_base_reads_otherwise");
        problems.push(Problem::error(message).advise(advice).at_setting("start_from"));
        return 0;
    }
    let wanted = spec.frozen_layers.unwrap_or(0);
    if wanted > weighty {
        let message = phrase!("train.frozen_not_reused", wanted = wanted, reused = weighty, name = base.name);
        let advice = phrase!("train.advise_frozen_not_reused", reused = weighty);
        problems.push(Problem::error(message).advise(advice).at_setting("frozen_layers"));
    } else {
        freeze(network, wanted);
    }
    reused
}
