//! Questions that follow people: published cases, naive oracles on random events, real process logs.

mod events;
mod lifecycle;
mod oracle;
mod paths;
mod process_logs;
mod retention;
mod segment;
mod stickiness;
