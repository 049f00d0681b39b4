//! Chooses what is embedded: the built page in `web/dist`, or, where nobody built it, one page that says how.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let crate_folder = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let out_folder = env::var("OUT_DIR").map_err(io::Error::other)?;
    let built = Path::new(&crate_folder).join("../../../web/dist");
    println!("cargo::rerun-if-changed={}", built.display());
    println!("cargo::rerun-if-changed=src/unbuilt.html");

    let folder = if built.join("index.html").is_file() {
        built
    } else {
        let unbuilt = Path::new(&out_folder).join("unbuilt");
        fs::create_dir_all(&unbuilt)?;
        fs::copy(Path::new(&crate_folder).join("src/unbuilt.html"), unbuilt.join("index.html"))?;
        unbuilt
    };
    println!("cargo::rustc-env=FLYWHEEL_PAGE_FOLDER={}", folder.display());
    Ok(())
}
