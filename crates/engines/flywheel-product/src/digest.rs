//! What changed this week that matters.
