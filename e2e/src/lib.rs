//! End-to-end tests that drive the built binary as a user would.
//!
//! The binary is the one that `FLYWHEEL_BIN` names, else the one beside the tests in cargo's target folder.

pub mod model;
pub mod pictures;
pub mod rows;
pub mod server;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// The built binary.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("FLYWHEEL_BIN") {
        return PathBuf::from(path);
    }
    let test = std::env::current_exe().expect("the test's own path");
    let beside = test.ancestors().nth(2).expect("cargo's target folder").join("flywheel");
    assert!(
        beside.is_file(),
        "build the binary first: cargo build -p flywheel-cli ({} is absent)",
        beside.display()
    );
    beside
}

/// The folder of real data, or `None` with a word on standard error.
pub fn real_data() -> Option<PathBuf> {
    let folder = std::env::var_os("FLYWHEEL_DATA").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    if folder.is_none() {
        let _ = writeln!(std::io::stderr(), "FLYWHEEL_DATA is not set: a test on real data is left out");
    }
    folder
}

/// A project in a folder of its own, which goes when this does.
pub struct Project {
    folder: TempDir,
}

/// What a call of the program came to.
#[derive(Debug)]
pub struct Called {
    /// The exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Project {
    /// A fresh project named `test`.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("flywheel-e2e-").tempdir().expect("a folder");
        let project = Self { folder };
        project.call(&["init", "--name", "test", "--recipes"]).succeed();
        project
    }

    /// A folder in which nothing has begun.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// The project's folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file into the project.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, content).expect("written");
        self
    }

    /// Calls the program in the project's folder, in English, without colours.
    pub fn call(&self, arguments: &[&str]) -> Called {
        self.command(arguments).output().expect("the binary starts").into()
    }

    /// Calls the program with something on standard input.
    pub fn call_with(&self, arguments: &[&str], input: &[u8]) -> Called {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("the binary starts");
        child.stdin.take().expect("piped").write_all(input).expect("taken");
        child.wait_with_output().expect("it ends").into()
    }

    /// Calls the program, which must succeed, and reads its report.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let mut all = arguments.to_vec();
        all.push("--json");
        let called = self.call(&all).succeed();
        serde_json::from_str(&called.out).unwrap_or_else(|error| panic!("{error}: {}", called.out))
    }

    /// Starts the program and leaves it running.
    pub fn start(&self, arguments: &[&str]) -> Running {
        self.start_with(arguments, |_| ())
    }

    /// Starts the program after a change to its call, and leaves it running.
    pub fn start_with(&self, arguments: &[&str], change: impl Fn(&mut Command)) -> Running {
        let mut command = self.command(arguments);
        change(&mut command);
        let child = command.spawn().expect("the binary starts");
        Running { child: Some(child) }
    }

    /// The call as it is about to be made, for what only some tests change.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .current_dir(self.path())
            .env("LC_ALL", "en_US.UTF-8")
            .env("LANG", "en_US.UTF-8")
            .env("NO_COLOR", "1")
            .env("COLUMNS", "110")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Every file with its size, those left out that change without meaning.
    pub fn files(&self) -> BTreeMap<String, u64> {
        let mut files = BTreeMap::new();
        collect(self.path(), self.path(), &mut files);
        files.retain(|name, _| !name.contains("ledger.db"));
        files
    }
}

impl Default for Project {
    fn default() -> Self {
        Self::new()
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, u64>) {
    for entry in std::fs::read_dir(folder).expect("listed").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("inside").display().to_string();
            files.insert(name, entry.metadata().map_or(0, |data| data.len()));
        }
    }
}

impl Called {
    /// Itself, when it succeeded.
    pub fn succeed(self) -> Self {
        assert_eq!(self.code, 0, "it failed:\n{}\n{}", self.out, self.err);
        self
    }

    /// Itself, when it blamed the user.
    pub fn refuse(self) -> Self {
        assert_eq!(self.code, 1, "it was not refused:\n{}\n{}", self.out, self.err);
        self
    }
}

impl From<Output> for Called {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// A program that runs; it is killed when this goes.
pub struct Running {
    child: Option<Child>,
}

impl Running {
    /// Kills it at once, as a crash or a power cut would.
    pub fn kill(mut self) {
        self.end();
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        let id = self.child.as_ref().expect("running").id();
        // SAFETY: the process is our own child and has not been waited for.
        let sent = unsafe { libc::kill(id as libc::pid_t, libc::SIGINT) };
        assert_eq!(sent, 0, "Ctrl-C did not arrive");
    }

    /// Waits for its end.
    pub fn wait(mut self) -> Called {
        self.child.take().expect("running").wait_with_output().expect("it ends").into()
    }

    /// True until it ends.
    pub fn running(&mut self) -> bool {
        self.child.as_mut().expect("running").try_wait().expect("asked").is_none()
    }

    fn end(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Asks again and again until there is an answer.
pub fn until<T>(what: &str, patience: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < patience, "{what} did not happen within {patience:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
