//! The help of every verb in the user's language: the words come from `words/cli.toml`, the shape from clap.

use clap::builder::StyledStr;
use clap::{Arg, Command, CommandFactory};
use flywheel_spec::{Language, Phrase};

use crate::arguments::Arguments;

/// The command line with its help in one language.
pub fn command(language: Language) -> Command {
    let mut command = Arguments::command();
    command.build();
    localised(command, "", language)
}

/// `path` is the verbs so far, such as `data_import`; empty for the program itself.
fn localised(command: Command, path: &str, language: Language) -> Command {
    let name = if path.is_empty() { "flywheel" } else { path };
    let heading = |key: &str| word(&format!("heading_{key}"), language);
    let mut command = command
        .about(word(&format!("help_{name}"), language))
        .long_about(None)
        .help_template(template(language))
        .subcommand_help_heading(heading("commands"));
    if let Some(example) = known(&format!("example_{name}"), language) {
        command = command.after_help(format!("{}\n{}", heading("example"), indented(&example)));
    }
    let path_of_argument = path.to_owned();
    let options = heading("options");
    let arguments = heading("arguments");
    command = command.mut_args(move |argument: Arg| {
        let help = argument_help(&path_of_argument, argument.get_id().as_str(), language);
        let heading = if argument.is_positional() { arguments.clone() } else { options.clone() };
        argument.help(help).long_help(clap::builder::Resettable::<StyledStr>::Reset).help_heading(heading)
    });
    let verbs: Vec<String> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    for verb in verbs {
        let below = if path.is_empty() { verb.clone() } else { format!("{path}_{verb}") };
        command = command.mut_subcommand(verb, |command| localised(command, &below, language));
    }
    command
}

fn argument_help(path: &str, argument: &str, language: Language) -> String {
    let own = known(&format!("arg_{path}_{argument}"), language);
    own.unwrap_or_else(|| word(&format!("arg_{argument}"), language))
}

fn template(language: Language) -> String {
    format!("{{about}}\n\n{} {{usage}}\n\n{{all-args}}{{after-help}}", word("heading_usage", language))
}

fn word(key: &str, language: Language) -> String {
    Phrase::new(&format!("cli.{key}")).text(language).to_owned()
}

fn known(key: &str, language: Language) -> Option<String> {
    let key = format!("cli.{key}");
    let text = Phrase::new(&key).text(language).to_owned();
    (text != key).then_some(text)
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(command: &Command, path: &str) {
        let name = if path.is_empty() { "flywheel" } else { path };
        for language in [Language::En, Language::Zh] {
            assert!(known(&format!("help_{name}"), language).is_some(), "words/cli.toml lacks help_{name}");
            if !command.has_subcommands() {
                assert!(
                    known(&format!("example_{name}"), language).is_some(),
                    "words/cli.toml lacks example_{name}"
                );
            }
            for argument in command.get_arguments().map(|argument| argument.get_id().as_str()) {
                let help = argument_help(path, argument, language);
                assert!(!help.starts_with("cli."), "words/cli.toml lacks arg_{path}_{argument}");
            }
        }
        for verb in command.get_subcommands() {
            let below = if path.is_empty() {
                verb.get_name().to_owned()
            } else {
                format!("{path}_{}", verb.get_name())
            };
            check(verb, &below);
        }
    }

    #[test]
    fn every_verb_and_argument_is_explained_in_both_languages_with_an_example() {
        let mut command = Arguments::command();
        command.build();
        check(&command, "");
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
