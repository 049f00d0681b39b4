//! A mistyped command line, said in the user's language with what to type instead.

use std::error::Error as _;
use std::process::ExitCode;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use flywheel_spec::{Language, Phrase, Problem, phrase};

use crate::screen::Screen;
use crate::session::Failed;

/// Tells what is wrong with the line. Help and version go to standard output with 0, a mistyped line to standard error with 1.
pub fn tell(error: &Error, language: Language) -> ExitCode {
    match problem(error) {
        // The line was not understood, so that only its words can tell how the answer is wanted.
        Some(problem) => {
            let screen = Screen::new(language, std::env::args().skip(1).any(|word| word == "--json"));
            return Failed::from(problem).tell(&screen);
        }
        // Nothing better can be done when the terminal is gone.
        None => drop(error.print()),
    }
    if error.use_stderr() { ExitCode::from(1) } else { ExitCode::SUCCESS }
}

/// The mistake, where there are words for it; help and version are none.
fn problem(error: &Error) -> Option<Problem> {
    let text = |kind| texts(error, kind).into_iter().next();
    let message = match error.kind() {
        ErrorKind::UnknownArgument => {
            phrase!("cli.misuse_option", found = text(ContextKind::InvalidArg)?)
        }
        ErrorKind::InvalidSubcommand => {
            phrase!("cli.misuse_verb", found = text(ContextKind::InvalidSubcommand)?)
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let (option, found) = (text(ContextKind::InvalidArg)?, text(ContextKind::InvalidValue)?);
            match error.source() {
                _ if found.is_empty() => phrase!("cli.misuse_no_value", option = option),
                Some(reason) => phrase!("cli.misuse_value_because", found = found, option = option)
                    .with_phrase("reason", &in_both(&reason.to_string())),
                None => phrase!("cli.misuse_value", found = found, option = option),
            }
        }
        ErrorKind::MissingRequiredArgument => {
            phrase!("cli.misuse_missing", names = listed(&texts(error, ContextKind::InvalidArg)))
        }
        ErrorKind::ArgumentConflict => {
            let others = listed(&texts(error, ContextKind::PriorArg));
            phrase!("cli.misuse_together", one = text(ContextKind::InvalidArg)?, others = others)
        }
        ErrorKind::MissingSubcommand => phrase!("cli.misuse_missing", names = "`<COMMAND>`"),
        _ => return None,
    };
    Some(Problem::error(message).advise(advice(error)))
}

/// What to type instead: the nearest known, else what is possible, else where help is.
fn advice(error: &Error) -> Phrase {
    let near = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let near: Vec<String> = near.into_iter().flat_map(|kind| texts(error, kind)).collect();
    let possible = texts(error, ContextKind::ValidValue);
    match (near.is_empty(), possible.is_empty()) {
        (false, _) => phrase!("cli.misuse_meant", names = listed(&near)),
        (true, false) => phrase!("cli.misuse_possible", names = listed(&possible)),
        (true, true) => phrase!("cli.misuse_help", verb = verb_typed()),
    }
}

/// The verbs at the beginning of the line that was typed, with a space behind.
fn verb_typed() -> String {
    let mut command = crate::help::command(Language::En);
    let mut verb = String::new();
    for word in std::env::args().skip(1).filter(|word| !word.starts_with('-')) {
        // What is no verb here is an option's value, or one of the verb's own words.
        let Some(below) = command.find_subcommand(&word).cloned() else { continue };
        verb.push_str(&format!("{word} "));
        command = below;
    }
    verb
}

/// A reason of a value's reader: the key of a phrase where it has one; of other people's readers what they mean.
fn in_both(reason: &str) -> Phrase {
    if reason.starts_with("cli.") {
        return Phrase::new(reason);
    }
    if let Some((_, range)) = reason.split_once(" is not in ") {
        return phrase!("cli.number_outside", range = range);
    }
    match reason {
        "invalid digit found in string" => Phrase::new("cli.number_whole"),
        "invalid float literal" | "cannot parse float from empty string" => Phrase::new("cli.number_any"),
        "invalid IP address syntax" => Phrase::new("cli.address_wrong"),
        _ if reason.starts_with("number too ") => Phrase::new("cli.number_size"),
        _ if reason.starts_with("unknown language ") => Phrase::new("cli.language_wrong"),
        _ => Phrase::verbatim(reason),
    }
}

fn texts(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_line_is_said_in_both_languages() {
        for (line, english, chinese, advice) in [
            ("train r.toml --bugdet 5m", "`--bugdet` is not known here", "不认识", "`--budget`"),
            ("trian r.toml", "there is no verb `trian`", "没有命令", "`train`"),
            ("resume", "what is missing: `<RUN>`", "缺少：", "--help"),
            ("train r.toml --until-accepted --budget soon", "cannot be the value of", "不能作为", "--help"),
            ("evaluate m --part tests", "`tests` cannot be the value of", "不能作为", "`test`"),
            ("evaluate m --test --on t", "do not go together", "不能同时使用", "--help"),
            ("train r.toml --threads many", "`many` cannot be the value of", "不能作为", "--help"),
            ("train r.toml --threads many", "a whole number", "整数", "--help"),
            ("train r.toml --threads 0", "outside 1..=1024", "不在 1..=1024", "--help"),
            ("train r.toml --seed 9223372036854775808", "outside 0..=922", "不在 0..=922", "--help"),
            ("tune r.toml --threads 1025", "outside 1..=1024", "不在 1..=1024", "--help"),
            ("tune r.toml --trials 0", "outside 1..=100000", "不在 1..=100000", "--help"),
            ("serve --port 70000", "outside 0..=65535", "不在 0..=65535", "--help"),
            ("evaluate digits@x", "a number stands after `@`", "`@` 后", "--help"),
            ("data import f.csv --format xml", "`xml` cannot be the value of", "不能作为", "csv"),
            ("data import f.csv --kind zip", "`column=kind`", "`列=类型`", "--help"),
            ("feedback insights --from soon", "write a date", "请写日期", "--help"),
            ("feedback search slow --to soon", "write a date", "请写日期", "--help"),
            ("feedback search slow --language fr", "`zh` or `other`", "`zh` 或 `other`", "--help"),
            ("feedback search slow --where plan", "`field=value`", "`字段=值`", "--help"),
            ("feedback train --errors many", "write a share", "请写占比", "--help"),
            ("opportunities --effort 3", "`theme=weeks`", "`主题=人周`", "--help"),
            ("events import f.csv --event =", "write `=name`", "请写 `=名称`", "--help"),
            ("trend order --compare soon", "how much earlier", "提前多久", "--help"),
            ("trend order --set interval", "`setting=value`", "`选项=值`", "--help"),
            ("trend order --format xml", "`json` or `parquet`", "`json` 或 `parquet`", "--help"),
            ("funnel a b --window soon", "a length of time", "一段时间", "--help"),
            ("models list --lang fr", "`en` or `zh-CN`", "`en` 或 `zh-CN`", "--help"),
            ("serve --host nowhere", "an address", "地址", "--help"),
        ] {
            let words = std::iter::once("flywheel").chain(line.split(' '));
            let error = crate::help::command(Language::Zh).try_get_matches_from(words).expect_err(line);
            let problem = problem(&error).expect(line);
            assert!(problem.message.en.contains(english), "{line}: {}", problem.message.en);
            assert!(problem.message.zh.contains(chinese), "{line}: {}", problem.message.zh);
            let said = problem.advice.expect(line);
            assert!(said.en.contains(advice) && said.zh.contains(advice), "{line}: {}", said.en);
        }
    }
}
