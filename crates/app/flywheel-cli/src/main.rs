//! The flywheel binary: one file per verb.
//!
//! Exit codes: 0 fine, 1 what the user gave is wrong, 2 the program is.

mod arguments;
mod help;
mod interrupt;
mod misuse;
mod screen;
mod session;
mod show;
mod verbs;

use std::process::ExitCode;

use clap::FromArgMatches;

use crate::arguments::Arguments;
use crate::screen::Screen;
use crate::session::Session;

/// Keeps freed memory for the next step of training; the system's allocator gives it back each time, at half the speed.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let language = session::language();
    let arguments = match help::command(language).try_get_matches() {
        Ok(matches) => match Arguments::from_arg_matches(&matches) {
            Ok(arguments) => arguments,
            Err(error) => return misuse::tell(&error, language),
        },
        Err(error) => return misuse::tell(&error, language),
    };
    let screen = Screen::new(language, arguments.global.json);
    let session = Session::new(screen, arguments.global.project);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            screen.complain(&format!("{error}\n"));
            return ExitCode::from(2);
        }
    };
    match runtime.block_on(verbs::run(arguments.verb, &session)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => failed.tell(&screen),
    }
}
