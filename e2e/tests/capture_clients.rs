//! Clients that people already have, unmodified, against the built binary: PostHog's and Segment's, and whatever else may arrive.

use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn posthogs_package_for_python() {
    python("test_posthog");
}

#[test]
fn segments_package_for_python() {
    python("test_segment");
}

#[test]
fn whatever_arrives_is_answered_and_the_rest_is_unharmed() {
    python("test_arrivals");
}

#[test]
fn posthogs_package_for_node() {
    node("posthog_node.test.mjs");
}

#[test]
fn segments_package_for_node() {
    node("segment_node.test.mjs");
}

#[test]
fn posthogs_package_in_real_chromium() {
    node("posthog_js.test.mjs");
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a module of tests in the Python that `make test` installs.
fn python(module: &str) {
    let python =
        std::env::var_os("FLYWHEEL_PYTHON").map_or_else(|| here().join("../.venv/bin/python"), PathBuf::from);
    assert!(python.exists(), "{} is absent; run e2e/prepare.sh", python.display());
    let mut command = Command::new(python);
    command.args(["-m", "unittest", module]).current_dir(here().join("clients"));
    run(command, module);
}

/// Runs a file of tests in Node, with the packages that `make test` installs.
fn node(file: &str) {
    let folder = here().join("node");
    assert!(
        folder.join("node_modules").is_dir(),
        "{}/node_modules is absent; run e2e/prepare.sh",
        folder.display()
    );
    let mut command = Command::new("node");
    command.args(["--test", "--test-reporter=spec", file]).current_dir(folder);
    run(command, file);
}

fn run(mut command: Command, what: &str) {
    let ended = command.env("FLYWHEEL_BIN", e2e::binary()).output().expect("started");
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{what} failed:\n{out}\n{err}");
}
