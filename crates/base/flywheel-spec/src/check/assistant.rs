//! What the walk cannot see of `[assistant]`: an address that leads somewhere, and a key that stays out of the file.

use crate::assistant::AssistantSpec;
use crate::{Problem, Problems, phrase};

/// Every mistake and doubt of the settings at once.
pub(super) fn check_assistant(spec: &AssistantSpec, problems: &mut Problems) {
    let at = |setting: &str| format!("assistant.{setting}");
    match Address::of(&spec.base_url) {
        None => problems.push(
            Problem::error(phrase!("check.assistant_url", found = shown(&spec.base_url)))
                .advise(phrase!("check.assistant_url_advice"))
                .at_setting(at("base_url")),
        ),
        Some(address) if !address.secure && !is_loopback(address.host) => problems.push(
            Problem::warning(phrase!("check.assistant_open", host = address.host))
                .advise(phrase!("check.assistant_open_advice"))
                .at_setting(at("base_url")),
        ),
        Some(_) => {}
    }
    if spec.model.trim().is_empty() {
        problems.push(
            Problem::error(phrase!("check.assistant_model"))
                .advise(phrase!("check.assistant_model_advice"))
                .at_setting(at("model")),
        );
    }
    if !is_variable(&spec.key_env) {
        // What stands there may be the key itself: it is not repeated.
        problems.push(
            Problem::error(phrase!("check.assistant_key"))
                .advise(phrase!("check.assistant_key_advice"))
                .at_setting(at("key_env")),
        );
    }
    if spec.prompt_price.is_some() != spec.completion_price.is_some() {
        let lacking = if spec.prompt_price.is_some() { "completion_price" } else { "prompt_price" };
        problems.push(
            Problem::warning(phrase!("check.assistant_price", lacking = lacking))
                .advise(phrase!("check.assistant_price_advice", lacking = lacking))
                .at_setting(at(if lacking == "prompt_price" { "completion_price" } else { "prompt_price" })),
        );
    }
}

/// A web address in its parts.
struct Address<'a> {
    secure: bool,
    host: &'a str,
}

impl<'a> Address<'a> {
    /// `http` or `https`, a host, a port where there is one, a path; nothing that could hold a secret.
    fn of(text: &'a str) -> Option<Self> {
        let (secure, rest) = match text.split_once("://")? {
            ("https", rest) => (true, rest),
            ("http", rest) => (false, rest),
            _ => return None,
        };
        if text.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
            return None;
        }
        if rest.contains(['?', '#', '@', '\\']) {
            return None;
        }
        let authority = rest.split('/').next().unwrap_or_default();
        let (host, port) = match authority.strip_prefix('[') {
            Some(bracketed) => {
                let (inside, after) = bracketed.split_once(']')?;
                inside.parse::<std::net::Ipv6Addr>().ok()?;
                (&authority[..inside.len() + 2], after.strip_prefix(':').or(after.is_empty().then_some("1"))?)
            }
            None => authority.split_once(':').unwrap_or((authority, "1")),
        };
        let named = !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0);
        named.then_some(Self { secure, host })
    }
}

fn is_loopback(host: &str) -> bool {
    let ip = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || ip.is_ok_and(|ip| ip.is_loopback())
}

fn is_variable(name: &str) -> bool {
    let letter = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
    // Keys are long and seldom in capitals; no variable needs to be.
    name.len() <= 64 && name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_ascii_digit())
}

/// An address without what may be a secret in it.
fn shown(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let open = url[..end].rsplit('@').next().unwrap_or_default();
    open.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(change: impl FnOnce(&mut AssistantSpec)) -> Vec<String> {
        let mut spec = AssistantSpec::at("http://127.0.0.1:11434/v1", "qwen3");
        change(&mut spec);
        let mut problems = Problems::default();
        check_assistant(&spec, &mut problems);
        problems.problems.into_iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn an_address_leads_somewhere_and_holds_no_secret() {
        for (url, expected) in [
            ("http://127.0.0.1:11434/v1", &[][..]),
            ("http://localhost:8000", &[]),
            ("http://[::1]:8000/v1/", &[]),
            ("https://api.example.com/v1", &[]),
            ("http://models.example.com/v1", &["check.assistant_open"]),
            ("http://192.168.1.9:8000/v1", &["check.assistant_open"]),
            ("api.example.com/v1", &["check.assistant_url"]),
            ("ftp://example.com", &["check.assistant_url"]),
            ("https://", &["check.assistant_url"]),
            ("https://example.com:0/v1", &["check.assistant_url"]),
            ("https://me:secret@example.com/v1", &["check.assistant_url"]),
            ("https://example.com/v1?key=secret", &["check.assistant_url"]),
            ("", &["check.assistant_url"]),
        ] {
            assert_eq!(codes(|spec| spec.base_url = url.to_owned()), expected, "{url}");
        }
    }

    #[test]
    fn what_may_be_a_key_is_not_repeated() {
        let mut spec = AssistantSpec::at("https://me:sk-secret@example.com/v1?k=sk-secret", "m");
        spec.key_env = "sk-secret".to_owned();
        let mut problems = Problems::default();
        check_assistant(&spec, &mut problems);
        assert_eq!(problems.problems.len(), 2);
        assert!(!format!("{problems:?}").contains("sk-secret"), "{problems:?}");
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let found = codes(|spec| {
            spec.base_url = "nowhere".to_owned();
            spec.model = " ".to_owned();
            spec.key_env = "my key".to_owned();
            spec.prompt_price = Some(1.0);
        });
        let all = ["assistant_url", "assistant_model", "assistant_key", "assistant_price"];
        assert_eq!(found, all.map(|code| format!("check.{code}")));
    }
}
