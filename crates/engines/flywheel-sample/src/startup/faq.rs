//! The questions that the startup's customers ask, with their answers, in both languages.

/// A file of questions and answers as a project has one: TOML, one table `entry` for each question and language.
pub const FAQ: &str = include_str!("words/faq.toml");
