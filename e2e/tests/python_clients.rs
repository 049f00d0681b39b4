//! Programs of others: Triton's own client asks a served model, and Python reads its weights.

use std::path::Path;
use std::process::Command;

use e2e::Project;
use e2e::rows::{CHURN, customers};
use e2e::server::Server;

#[test]
fn the_unmodified_tritonclient_works() {
    let project = trained();
    project.call(&["deploy", "churn"]).succeed();
    let server = Server::start(&project);
    python("triton.py", &format!("127.0.0.1:{}", server.port()));
}

#[test]
fn weights_have_the_names_and_layout_of_pytorch() {
    let project = trained();
    project.json(&["models", "export", "churn@1", "--to", "taken"]);
    python("weights.py", &project.path().join("taken").display().to_string());
}

fn trained() -> Project {
    let project = Project::new();
    project.write("customers.csv", customers()).write("recipes/churn.toml", CHURN);
    project.call(&["data", "import", "customers.csv"]).succeed();
    project.call(&["train", "recipes/churn.toml"]).succeed();
    project
}

/// Runs a script in the tests' Python, which `make test` installs.
fn python(script: &str, argument: &str) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python =
        std::env::var_os("FLYWHEEL_PYTHON").map_or_else(|| here.join("../.venv/bin/python"), Into::into);
    assert!(python.exists(), "{} is absent; run e2e/prepare.sh", python.display());
    let ended =
        Command::new(python).arg(here.join("python").join(script)).arg(argument).output().expect("started");
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{script} failed:\n{out}\n{err}");
}
