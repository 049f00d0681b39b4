//! A disk that fills up: said with what to do, and nothing half-written; the disk is a limit on the size of files.

use std::os::unix::process::CommandExt;

use e2e::Project;
use e2e::rows::{CHURN, customers};

/// Calls the program where no file may grow past so many bytes.
fn call_limited(project: &Project, arguments: &[&str], bytes: u64) -> e2e::Called {
    let mut command = project.command(arguments);
    // SAFETY: both calls are async-signal-safe and touch only the child's own limits.
    unsafe {
        command.pre_exec(move || {
            // The signal's default is to end the process; ignored, the write fails as on a full disk.
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
            let limit = libc::rlimit { rlim_cur: bytes, rlim_max: bytes };
            if libc::setrlimit(libc::RLIMIT_FSIZE, &limit) == 0 {
                Ok(())
            } else {
                Err(std::io::Error::last_os_error())
            }
        });
    }
    command.output().expect("the binary starts").into()
}

/// The files whose presence says that something was done.
fn done(project: &Project) -> Vec<String> {
    let files = project.files();
    let counts = |name: &&String| !name.ends_with(".log") && !name.contains("/runs/");
    files.keys().filter(counts).cloned().collect()
}

#[test]
fn an_import_leaves_the_table_as_it_was() {
    let project = Project::new();
    let mut rows = customers();
    for row in 0..40_000 {
        rows.push_str(&format!(
            "x{},{},gold,{}.25,{},no\n",
            row * 7919 % 1_000_003,
            row % 80,
            row * 31 % 9973,
            row % 40
        ));
    }
    project.write("customers.csv", rows);
    let before = done(&project);
    let called = call_limited(&project, &["data", "import", "customers.csv"], 48 << 10).refuse();
    assert!(called.err.contains("room") || called.err.contains("large"), "{}", called.err);
    assert_eq!(done(&project), before, "something was left behind");
    project.call(&["data", "import", "customers.csv"]).succeed();
}

#[test]
fn a_training_says_so_and_registers_no_half_model() {
    let project = Project::new();
    let recipe = CHURN.replace("units = 16", "units = 20000").replace("epochs = 12", "epochs = 1");
    project.write("customers.csv", customers()).write("recipes/churn.toml", recipe);
    project.call(&["data", "import", "customers.csv"]).succeed();
    let called = call_limited(&project, &["train", "recipes/churn.toml"], 300 << 10);
    assert_eq!(called.code, 1, "{}\n{}", called.out, called.err);
    assert!(called.err.contains("room") || called.err.contains("large"), "{}", called.err);
    assert_eq!(project.json(&["models", "list"]), serde_json::json!([]));
    assert!(!project.path().join(".flywheel/models/churn/1").exists());
}
