//! The reference recipes, carried in the program so that `flywheel init` can write them.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::{fs, io};

use flywheel_spec::check::is_question;
use flywheel_spec::project::RecipeSummary;

use crate::{Failure, Workbench, file};

/// A recipe that comes with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe {
    /// Its file's name.
    pub file: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! recipe {
    ($file:literal) => {
        Recipe { file: $file, text: include_str!(concat!("../../../../recipes/", $file)) }
    };
}

/// Every recipe that comes with the program.
pub const RECIPES: [Recipe; 13] = [
    recipe!("digits.toml"),
    recipe!("digits-wide.toml"),
    recipe!("digits-mse-gd.toml"),
    recipe!("digits-mse-gd-full.toml"),
    recipe!("digits-l1.toml"),
    recipe!("digits-l2.toml"),
    recipe!("digits-dropout.toml"),
    recipe!("digits-cnn.toml"),
    recipe!("digits-best.toml"),
    recipe!("digits-transfer.toml"),
    recipe!("churn.toml"),
    recipe!("bikes.toml"),
    recipe!("feedback-kind.toml"),
];

impl Workbench {
    /// The training recipes in the project's folder, by name; a file that is not text is passed over.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn recipes(&self) -> Result<Vec<RecipeSummary>, Failure> {
        let mut recipes = self.recipe_files()?;
        recipes
            .retain(|recipe| !is_question(&recipe.recipe) && recipe.path != crate::events::plan::PLAN_FILE);
        Ok(recipes)
    }

    /// Every recipe, those that are questions too.
    pub(crate) fn recipe_files(&self) -> Result<Vec<RecipeSummary>, Failure> {
        let folder = self.folder().recipes();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Failure::io(&folder, &error)),
        };
        let mut recipes = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| Failure::io(&folder, &error))?.path();
            let Some(name) = path.file_stem().and_then(OsStr::to_str) else { continue };
            if path.extension() != Some(OsStr::new("toml")) {
                continue;
            }
            if let Ok(recipe) = fs::read_to_string(&path) {
                recipes.push(RecipeSummary {
                    name: name.to_owned(),
                    path: format!("recipes/{name}.toml"),
                    recipe,
                });
            }
        }
        recipes.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(recipes)
    }

    /// Writes the recipes that come with the program and are not there yet; returns those written.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write_recipes(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut written = Vec::new();
        for recipe in RECIPES {
            let path = self.folder().recipes().join(recipe.file);
            if !path.exists() {
                file::write(&path, recipe.text.as_bytes())?;
                written.push(path);
            }
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use flywheel_spec::check::read_recipe;

    use super::*;

    #[test]
    fn every_recipe_reads_without_a_doubt() {
        for recipe in RECIPES {
            let (spec, warnings) = read_recipe(recipe.text, recipe.file)
                .unwrap_or_else(|problems| panic!("{}: {problems}", recipe.file));
            assert!(warnings.is_empty(), "{}: {warnings:?}", recipe.file);
            assert_eq!(format!("{}.toml", spec.name), recipe.file);
        }
    }
}
