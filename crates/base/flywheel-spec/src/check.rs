//! Reads a recipe's TOML against the one schema and collects every mistake with its place.
