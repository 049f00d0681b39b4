//! Training: started, followed live, stopped, compared.

pub mod compare;
pub mod events;
pub mod list;
pub mod show;
pub mod start;
pub mod stop;
