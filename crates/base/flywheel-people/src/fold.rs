//! A question as a fold over people: a state for each reader, merged at the end.

use std::any::Any;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::groups::GroupValues;
use crate::person::PersonEvents;
use crate::reading::Reading;

/// A question whose plan is made: what it reads, what it makes of a person, how two states become one.
pub trait Question: Send + Sync + 'static {
    /// What it knows after some people; plain data that postcard can carry to another machine.
    /// A state sees one reader's dictionary until it is merged or sent.
    type State: Default + Serialize + DeserializeOwned + Send + 'static;

    /// What it wants to see.
    fn reading(&self) -> &Reading;

    /// Takes one person in. Every person is shown once, whole.
    fn person(&self, state: &mut Self::State, events: &PersonEvents<'_>);

    /// Takes another reader's state in.
    fn merge(&self, state: &mut Self::State, other: Self::State);
}

/// A question without its types, for whoever moves events and not meanings.
pub trait Fold: Send + Sync {
    /// What it wants to see.
    fn reading(&self) -> &Reading;

    /// An empty state.
    fn start(&self) -> Box<dyn Partial>;

    /// A state that came from another machine.
    ///
    /// # Errors
    /// When the bytes are none of this question's states.
    fn read(&self, bytes: &[u8]) -> Result<Box<dyn Partial>, FoldError>;

    /// The people of a list that its reading asks about, rising; nobody where the list is not known.
    fn members(&self, _segment: &str) -> &[i64] {
        &[]
    }

    /// What each group has for a property that its reading asks about, such as `company.plan`; nothing where it is not
    /// known. The folds of one request say the same.
    fn group_values(&self, _property: &str) -> Option<&GroupValues> {
        None
    }
}

/// The state of a fold without its type.
pub trait Partial: Send {
    /// Takes one person in.
    fn person(&mut self, events: &PersonEvents<'_>);

    /// Takes another state of the same fold in.
    ///
    /// # Errors
    /// When it is another fold's.
    fn merge(&mut self, other: Box<dyn Partial>) -> Result<(), FoldError>;

    /// The state as bytes.
    ///
    /// # Errors
    /// When the state cannot be written as postcard.
    fn bytes(&self) -> Result<Vec<u8>, FoldError>;

    /// The typed state, for its question's [`Question::State`].
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// A state that cannot be read, written or merged: a fault of the program, or another version's bytes.
#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    /// The bytes are no state of this question.
    #[error("state cannot be carried: {0}")]
    Bytes(#[from] postcard::Error),
    /// The state belongs to another question.
    #[error("state belongs to another question")]
    Foreign,
    /// A report contradicts itself: a fault of the program, so nothing is shown.
    #[error("the answer contradicts itself: {0}")]
    Invariant(String),
}

/// Takes a question's types away.
pub fn erase<Q: Question>(question: Arc<Q>) -> Arc<dyn Fold> {
    Arc::new(Erased(question))
}

struct Erased<Q>(Arc<Q>);

struct Held<Q: Question> {
    question: Arc<Q>,
    state: Q::State,
}

impl<Q: Question> Fold for Erased<Q> {
    fn reading(&self) -> &Reading {
        self.0.reading()
    }

    fn start(&self) -> Box<dyn Partial> {
        Box::new(Held { question: self.0.clone(), state: Q::State::default() })
    }

    fn read(&self, bytes: &[u8]) -> Result<Box<dyn Partial>, FoldError> {
        Ok(Box::new(Held { question: self.0.clone(), state: postcard::from_bytes(bytes)? }))
    }
}

impl<Q: Question> Partial for Held<Q> {
    fn person(&mut self, events: &PersonEvents<'_>) {
        self.question.person(&mut self.state, events);
    }

    fn merge(&mut self, other: Box<dyn Partial>) -> Result<(), FoldError> {
        let other = other.into_any().downcast::<Q::State>().map_err(|_| FoldError::Foreign)?;
        self.question.merge(&mut self.state, *other);
        Ok(())
    }

    fn bytes(&self) -> Result<Vec<u8>, FoldError> {
        Ok(postcard::to_stdvec(&self.state)?)
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        Box::new(self.state)
    }
}
