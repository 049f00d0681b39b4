//! Web addresses that carry a secret: who holds the address holds the account.

use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::reading::{Reading, note};

/// Names of parameters whose value opens something.
const SECRET: &[&str] = &[
    "token",
    "access_token",
    "refresh_token",
    "id_token",
    "auth",
    "auth_token",
    "authkey",
    "key",
    "apikey",
    "api_key",
    "api-key",
    "secret",
    "client_secret",
    "password",
    "passwd",
    "pwd",
    "pass",
    "session",
    "sessionid",
    "session_id",
    "sid",
    "jsessionid",
    "phpsessid",
    "sig",
    "signature",
    "sign",
    "ticket",
    "jwt",
    "code",
    "otp",
    "credential",
    "x-amz-signature",
    "x-amz-credential",
    "x-amz-security-token",
    "accesskeyid",
    "ossaccesskeyid",
    "invite_token",
    "reset",
    "reset_token",
    "confirmation_token",
    "login_token",
    "magic",
    "unsubscribe_token",
    "openid",
    "unionid",
];

/// A whole address, where its user part or one of its parameters is a secret.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    let text = &*reading.text;
    let mut done = 0;
    for (at, mark) in text.match_indices("://").chain(text.match_indices("www.")) {
        let (start, body) = if mark == "://" {
            let scheme = text.as_bytes()[..at]
                .iter()
                .rev()
                .take(12)
                .take_while(|byte| byte.is_ascii_alphanumeric())
                .count();
            (at - scheme, at + 3)
        } else {
            (at, at)
        };
        if start == at && mark == "://" || start < done && mark == "://" {
            continue;
        }
        let end = body
            + text[body..]
                .bytes()
                .take_while(|byte| {
                    byte.is_ascii_graphic()
                        && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`' | b')' | b']' | b'}' | b'|')
                })
                .count();
        let link = text[body..end].trim_end_matches(['.', ',', ';', ':', '!', '?']);
        if mark == "://" {
            done = end;
        }
        if is_secret(link) {
            note(found, PersonalKind::Link, start..body + link.len(), Certainty::Certain);
        }
    }
}

/// Whether what follows `://` holds a user's name or a secret parameter.
fn is_secret(link: &str) -> bool {
    let authority = &link[..link.find(['/', '?', '#']).unwrap_or(link.len())];
    if authority.contains('@') {
        return true;
    }
    let Some((_, parameters)) = link.split_once(['?', '#']) else { return false };
    parameters.split(['&', '?', '#', ';']).filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
        let name = name.to_ascii_lowercase();
        value.len() >= 6
            && (SECRET.contains(&name.as_str()) || name.ends_with("token") || name.ends_with("secret"))
    })
}
