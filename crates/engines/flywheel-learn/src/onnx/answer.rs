//! From a network's outputs to what `predict` answers: probabilities of the classes, or the number in its own unit.

use super::graph::Graph;
use super::proto::AttributeProto;
use crate::bundle::Bundle;
use crate::evaluate::SMALLEST;
use crate::network::Head;
use crate::prepare::TargetCode;

/// What an answer of classes that are all at or below zero gives the largest more than the others.
const HAIR: f32 = 1e-6;

/// Adds what follows the last layer; `outputs` names what that gives.
pub fn answer(graph: &mut Graph<'_>, bundle: &Bundle, outputs: &str) -> String {
    let labels = match &bundle.preparation.target {
        TargetCode::Classes { labels, .. } => labels,
        TargetCode::Number { mean, deviation } => {
            let [deviation, mean] = [deviation, mean].map(|&value| graph.number(value as f32));
            let scaled = graph.node("Mul", &[outputs, &deviation], Vec::new());
            return graph.node("Add", &[&scaled, &mean], Vec::new());
        }
    };
    let probabilities = match bundle.network.head {
        Head::Softmax => softmax(graph, outputs),
        Head::Sigmoid => both_classes(graph, outputs),
        Head::Identity => shares(graph, labels.len(), outputs),
    };
    match bundle.signature.sure {
        Some(sure) => calibrated(graph, sure.temperature, &probabilities),
        None => probabilities,
    }
}

fn softmax(graph: &mut Graph<'_>, signal: &str) -> String {
    graph.node("Softmax", &[signal], vec![AttributeProto::int("axis", -1)])
}

/// `1 - p` and `p`, step by step as we compute it: next to 1 the operator `Sigmoid` rounds otherwise, and a temperature
/// would make much of that.
fn both_classes(graph: &mut Graph<'_>, logits: &str) -> String {
    let one = graph.number(1.0);
    let negative = graph.node("Neg", &[logits], Vec::new());
    let power = graph.node("Exp", &[&negative], Vec::new());
    let sum = graph.node("Add", &[&power, &one], Vec::new());
    let second = graph.node("Div", &[&one, &sum], Vec::new());
    let first = graph.node("Sub", &[&one, &second], Vec::new());
    graph.node("Concat", &[&first, &second], vec![AttributeProto::int("axis", 1)])
}

/// Outputs cut at 0 and divided by their sum; where nothing is left, even shares of which the largest gets a hair more.
fn shares(graph: &mut Graph<'_>, classes: usize, outputs: &str) -> String {
    let cut = graph.node("Relu", &[outputs], Vec::new());
    let [axis, depth] = [1, classes].map(|value| graph.places(value));
    let sum = graph.node("ReduceSum", &[&cut, &axis], vec![AttributeProto::int("keepdims", 1)]);
    let [zero, one] = [0.0, 1.0].map(|value| graph.number(value));
    let any = graph.node("Greater", &[&sum, &zero], Vec::new());
    let divisor = graph.node("Where", &[&any, &sum, &one], Vec::new());
    let share = graph.node("Div", &[&cut, &divisor], Vec::new());
    let even = 1.0 / classes as f32;
    let by_a_hair = graph.numbers(&[even, even + HAIR]);
    let attributes = vec![AttributeProto::int("axis", 1), AttributeProto::int("keepdims", 0)];
    let largest = graph.node("ArgMax", &[outputs], attributes);
    let nearly_even =
        graph.node("OneHot", &[&largest, &depth, &by_a_hair], vec![AttributeProto::int("axis", -1)]);
    graph.node("Where", &[&any, &share, &nearly_even], Vec::new())
}

/// Probabilities at a temperature: [`crate::evaluate::calibrated`].
fn calibrated(graph: &mut Graph<'_>, temperature: f64, probabilities: &str) -> String {
    let [smallest, temperature] = [SMALLEST, temperature].map(|value| graph.number(value as f32));
    let positive = graph.node("Max", &[probabilities, &smallest], Vec::new());
    let log = graph.node("Log", &[&positive], Vec::new());
    let cooled = graph.node("Div", &[&log, &temperature], Vec::new());
    softmax(graph, &cooled)
}
