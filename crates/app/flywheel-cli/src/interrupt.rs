//! Ctrl-C: the first asks the work to stop at the best so far, the second ends the program.

use flywheel_workbench::Workbench;

use crate::screen::Screen;

/// The exit code of a program that a person ended.
const ENDED: i32 = 130;

/// Lets Ctrl-C stop a run while the returned guard lives.
pub fn stops_run(workbench: &Workbench, screen: Screen, id: &str) -> Guard {
    let (workbench, id) = (workbench.clone(), id.to_owned());
    Guard(tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        screen.aside(&screen.word("stopping"));
        if let Err(failure) = workbench.stop(&id).await {
            screen.complain(&format!("{failure}\n"));
        }
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(ENDED);
        }
    }))
}

/// Ends the listening when dropped.
pub struct Guard(tokio::task::JoinHandle<()>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.abort();
    }
}
