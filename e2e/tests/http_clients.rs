//! Clients in Python against the built binary: tritonclient with images, versions swapped under load, wrong input.

use std::path::Path;
use std::process::Command;

#[test]
fn images_over_the_unmodified_tritonclient() {
    clients("test_triton_images");
}

#[test]
fn versions_swap_under_load_and_no_request_fails() {
    clients("test_swap_under_load");
}

#[test]
fn whatever_arrives_is_answered_with_what_is_wrong() {
    clients("test_wrong_input");
}

#[test]
fn the_page_and_the_metrics() {
    clients("test_page_and_metrics");
}

#[test]
fn a_server_told_to_stop_is_gone_at_once() {
    clients("test_stop");
}

/// Runs a module of tests in the Python that `make test` installs.
fn clients(module: &str) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python =
        std::env::var_os("FLYWHEEL_PYTHON").map_or_else(|| here.join("../.venv/bin/python"), Into::into);
    assert!(python.exists(), "{} is absent; run e2e/prepare.sh", python.display());
    let mut command = Command::new(python);
    command.args(["-m", "unittest", module]).current_dir(here.join("clients"));
    command.env("FLYWHEEL_BIN", e2e::binary());
    let ended = command.output().expect("started");
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{module} failed:\n{out}\n{err}");
}
