//! Any text as a recipe: a recipe, or at least one mistake, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(problems) = flywheel_spec::check::read_recipe(text, "any.toml") {
        assert!(!problems.problems.is_empty(), "refused without a reason");
    }
});
