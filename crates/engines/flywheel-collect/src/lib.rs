//! Events arriving: protocols, identity, surveys and what is kept aside.
//!
//! It turns what clients send into [`flywheel_people::Event`]s and says who is who; it knows no HTTP server, no table and no disk.
//! A protocol reads a [`Delivery`] into what [`Arrived`], or refuses it whole; one wrong event never rejects its batch:
//! it is kept [`Aside`] with the reason.

pub mod arrival;
pub mod aside;
mod draft;
mod event_id;
pub mod identity;
pub mod moment;
mod pieces;
pub mod posthog;
mod reason;
pub mod refusal;
pub mod segment;
pub mod survey;
pub mod unpack;

pub use arrival::{Answer, Arrived, Delivery};
pub use aside::Aside;
pub use refusal::Refusal;
