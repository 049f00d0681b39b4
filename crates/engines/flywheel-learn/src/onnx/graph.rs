//! A graph as it grows: nodes, each after those that it reads, and the tensors that stand still.

use super::proto::{AttributeProto, FLOAT, GraphProto, INT64, NodeProto, TensorProto, ValueInfoProto};
use crate::engine::Tensor;

/// A graph as it grows; what a node gives is known by a name.
pub struct Graph<'a> {
    weights: &'a [Tensor],
    nodes: Vec<NodeProto>,
    tensors: Vec<TensorProto>,
}

impl<'a> Graph<'a> {
    /// An empty graph of a network with these weights.
    pub fn new(weights: &'a [Tensor]) -> Self {
        Self { weights, nodes: Vec::new(), tensors: Vec::new() }
    }

    /// Adds an operator at work on what has these names, and gives the name of what comes out.
    pub fn node(&mut self, operator: &str, inputs: &[&str], attributes: Vec<AttributeProto>) -> String {
        let name = format!("{operator}.{}", self.nodes.len());
        self.nodes.push(NodeProto {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![name.clone()],
            name: name.clone(),
            op_type: operator.to_owned(),
            attribute: attributes,
        });
        name
    }

    /// A weight of the network.
    pub fn weight(&mut self, name: &str) -> String {
        let shape = &self.find(name).shape;
        self.weight_as(name, shape)
    }

    /// A weight of the network in another shape.
    pub fn weight_as(&mut self, name: &str, shape: &[usize]) -> String {
        let values = &self.find(name).values;
        self.tensor(name.to_owned(), shape, FLOAT, values.iter().flat_map(|value| value.to_le_bytes()))
    }

    /// A constant number.
    pub fn number(&mut self, value: f32) -> String {
        let name = self.constant();
        self.tensor(name, &[], FLOAT, value.to_le_bytes().into_iter())
    }

    /// A row of constant numbers.
    pub fn numbers(&mut self, values: &[f32]) -> String {
        let name = self.constant();
        self.tensor(name, &[values.len()], FLOAT, values.iter().flat_map(|value| value.to_le_bytes()))
    }

    /// A constant place or axis.
    pub fn place(&mut self, value: usize) -> String {
        let name = self.constant();
        self.tensor(name, &[], INT64, (value as i64).to_le_bytes().into_iter())
    }

    /// A row of one constant place or axis.
    pub fn places(&mut self, value: usize) -> String {
        let name = self.constant();
        self.tensor(name, &[1], INT64, (value as i64).to_le_bytes().into_iter())
    }

    /// The graph that gives what has the name `last`.
    pub fn finish(mut self, last: &str, input: ValueInfoProto, output: ValueInfoProto) -> GraphProto {
        self.nodes.push(NodeProto {
            input: vec![last.to_owned()],
            output: vec![output.name.clone()],
            name: output.name.clone(),
            op_type: "Identity".to_owned(),
            attribute: Vec::new(),
        });
        GraphProto {
            node: self.nodes,
            name: "network".to_owned(),
            initializer: self.tensors,
            input: vec![input],
            output: vec![output],
        }
    }

    fn find(&self, name: &str) -> &'a Tensor {
        match self.weights.iter().find(|tensor| tensor.name == name) {
            Some(tensor) => tensor,
            None => unreachable!("the weights were held against the network, which has `{name}`"),
        }
    }

    fn constant(&self) -> String {
        format!("constant.{}", self.tensors.len())
    }

    fn tensor(
        &mut self,
        name: String,
        shape: &[usize],
        data_type: i32,
        bytes: impl Iterator<Item = u8>,
    ) -> String {
        self.tensors.push(TensorProto {
            dims: shape.iter().map(|&size| size as i64).collect(),
            data_type,
            name: name.clone(),
            raw_data: bytes.collect(),
        });
        name
    }
}
