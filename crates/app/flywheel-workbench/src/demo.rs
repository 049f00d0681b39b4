//! What `flywheel demo` works with: digits, real where they are given, written by the program's own pen elsewhere.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use flywheel_sample::digits::{PIXELS, SIDE, digits};
use flywheel_spec::phrase;
use flywheel_spec::table::{ColumnKind, ImageShape, ImportReport};
use flywheel_tables::frame::{Column, Frame, Images, Values};
use flywheel_tables::{Format, Imported};

use crate::data::{blocking, check_table_name};
use crate::{Failure, ImportRequest, Workbench, file};

/// The demo's table.
pub const DEMO_TABLE: &str = "digits";

/// The demo's model.
pub const DEMO_MODEL: &str = "digits";

/// The demo's recipe.
const RECIPE: &str = include_str!("../../../../recipes/demo.toml");

/// Digits that the demo generates for training, and beside them for the test part: as many as MNIST has.
const GENERATED: (usize, usize) = (60_000, 10_000);

impl Workbench {
    /// Writes the demo's recipe unless it is there.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write_demo_recipe(&self) -> Result<(), Failure> {
        let path = self.folder().recipes().join("demo.toml");
        if path.exists() { Ok(()) } else { file::write(&path, RECIPE.as_bytes()) }
    }

    /// The demo's recipe as it stands in the project.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn demo_recipe(&self) -> Result<String, Failure> {
        let text = file::read_text(&self.folder().recipes().join("demo.toml"))?;
        Ok(text.unwrap_or_else(|| RECIPE.to_owned()))
    }

    /// Real digits from a folder of IDX files.
    ///
    /// # Errors
    /// Every mistake of the files at once.
    pub async fn demo_digits_from(&self, folder: &Path) -> Result<ImportReport, Failure> {
        let request = ImportRequest { name: Some(DEMO_TABLE.to_owned()), ..ImportRequest::default() };
        self.import_path(folder, request).await
    }

    /// Generated digits.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn demo_digits_generated(&self) -> Result<ImportReport, Failure> {
        self.generate_digits(DEMO_TABLE, 0, GENERATED.0, GENERATED.1).await
    }

    /// Writes a table of generated digits, with a test part of other ones.
    ///
    /// # Errors
    /// When it is no table's name, or the table cannot be written.
    pub async fn generate_digits(
        &self,
        name: &str,
        seed: u64,
        train: usize,
        test: usize,
    ) -> Result<ImportReport, Failure> {
        check_table_name(name)?;
        let imported = blocking(move || generated(seed, train, test)).await?;
        self.store(name, imported, &format!("generated digits, seed {seed}")).await
    }
}

fn generated(seed: u64, train: usize, test: usize) -> Imported {
    let drawn = digits(seed, train + test);
    let shape = ImageShape { height: SIDE, width: SIDE, channels: 1 };
    debug_assert_eq!(shape.bytes(), PIXELS);
    let words: Vec<Arc<str>> = (0..10).map(|digit| digit.to_string().into()).collect();
    let parts: [Arc<str>; 2] = ["train".into(), "test".into()];
    let labels = drawn.labels.iter().map(|&label| Some(words[usize::from(label)].clone())).collect();
    let part = (0..train + test).map(|row| Some(parts[usize::from(row >= train)].clone())).collect();
    let column = |name: &str, values| Column { name: name.to_owned(), values };
    Imported {
        frame: Frame {
            columns: vec![
                column("image", Values::Image(Images { shape, pixels: drawn.pixels.into() })),
                column("label", Values::Text(labels)),
                column("part", Values::Text(part)),
            ],
        },
        kinds: vec![ColumnKind::Image, ColumnKind::Category, ColumnKind::Category],
        writing: BTreeMap::new(),
        files: Vec::new(),
        format: Format::Idx,
        actions: vec![phrase!("workbench.generated", train = train, test = test, seed = seed)],
        warnings: Vec::new(),
    }
}
