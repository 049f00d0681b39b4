//! The project's own chores: tidy checks and generated files.

use std::path::Path;
use std::process::ExitCode;

mod tidy;

fn main() -> anyhow::Result<ExitCode> {
    let verb = std::env::args().nth(1);
    match verb.as_deref() {
        Some("tidy") => {
            let complaints = tidy::check(root())?;
            say(&complaints);
            Ok(if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
        }
        _ => anyhow::bail!("write `cargo xtask tidy`: what the house style asks for and a machine can check"),
    }
}

/// The repository's root: the folder above this crate.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository")
}

#[expect(clippy::print_stdout, reason = "a chore prints what it found")]
fn say(complaints: &[String]) {
    for complaint in complaints {
        println!("{complaint}");
    }
    println!("{} complaints", complaints.len());
}
