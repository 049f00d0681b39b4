//! Events arriving: protocols, identity, surveys and what is kept aside.
//!
//! It turns what clients send into [`flywheel_people::Event`]s and says who is who; it knows no HTTP server, no table and no disk.
