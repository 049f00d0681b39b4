//! The help of every verb in the user's language: the words come from `words/cli.toml`, the shape from clap.

use clap::builder::StyledStr;
use clap::{Arg, Command, CommandFactory};
use flywheel_spec::{Language, Phrase, phrase};

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
        let (argument, help) = with_values(argument, help, language);
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

/// What an option can be and what it is when absent, said in its help where clap has no words of the language.
fn with_values(argument: Arg, help: String, language: Language) -> (Arg, String) {
    if language == Language::En {
        return (argument, help);
    }
    let mut said = Vec::new();
    let defaults = argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned());
    let defaults: Vec<String> = defaults.filter(|value| !value.is_empty()).collect();
    if argument.get_action().takes_values() && !defaults.is_empty() && !argument.is_hide_default_value_set() {
        said.push(phrase!("cli.value_default", value = defaults.join(" ")).text(language).to_owned());
    }
    let possible: Vec<String> = argument
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| value.get_name().to_owned())
        .collect();
    if argument.get_action().takes_values() && !possible.is_empty() && !argument.is_hide_possible_values_set()
    {
        said.push(phrase!("cli.value_possible", values = possible.join("、")).text(language).to_owned());
    }
    let argument = argument.hide_default_value(true).hide_possible_values(true);
    let said: String = said.into_iter().map(|said| format!(" [{said}]")).collect();
    (argument, help + &said)
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

    /// Keys in quotes after each of the openings, in every file of this crate.
    fn keys_used(folder: &std::path::Path, keys: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("listed").flatten() {
            let path = entry.path();
            if path.is_dir() {
                keys_used(&path, keys);
                continue;
            }
            let source = std::fs::read_to_string(&path).expect("read");
            for (opening, topic) in
                [(".word(\"", "cli."), ("phrase!(\"cli.", "cli."), ("Phrase::new(\"cli.", "cli.")]
            {
                let quoted = source.split(opening).skip(1).filter_map(|rest| rest.split('"').next());
                keys.extend(quoted.map(|key| format!("{topic}{key}")));
            }
        }
    }

    #[test]
    fn every_word_that_is_shown_stands_in_the_words() {
        let mut keys = Vec::new();
        keys_used(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut keys);
        assert!(keys.len() > 100, "the sources were not read: {}", keys.len());
        for key in keys.into_iter().filter(|key| key.len() > "cli.".len()) {
            assert_ne!(Phrase::new(&key).en, key, "words/cli.toml lacks it");
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
