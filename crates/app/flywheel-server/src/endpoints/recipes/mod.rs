//! What to train: the project's recipes, drafted from a table, checked before anything runs.

pub mod check;
pub mod draft;
pub mod list;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The file's name that places in a recipe's mistakes have, when it came in a body.
pub const BODY: &str = "recipe.toml";

/// A recipe as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecipeText {
    /// The recipe, TOML.
    pub recipe: String,
}
