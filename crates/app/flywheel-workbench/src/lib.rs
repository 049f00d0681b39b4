//! One façade: takes any spec, runs the engine and remembers the run.
