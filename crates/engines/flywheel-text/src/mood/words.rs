//! What a word does to a mood: its strength and its roles.

use std::collections::BTreeMap;

use crate::lexicon::entries;

pub(super) const FILES: [&str; 2] =
    [include_str!("../../words/mood_en.txt"), include_str!("../../words/mood_zh.txt")];

/// What a word does to a mood.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Meaning {
    /// From −4 (the worst) to 4 (the best), 0 where it has no opinion of its own.
    pub strength: f32,
    roles: u16,
}

/// What a word does to its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum Role {
    /// Turns what follows.
    Not = 1,
    /// Makes what follows stronger.
    More = 2,
    /// Makes it weaker.
    Less = 4,
    /// What follows counts more, what was before less.
    But = 8,
    /// Its clause counts less.
    Though = 16,
    /// What is wished or supposed.
    If = 32,
    /// How it once was, and may still be.
    Past = 64,
    /// How it is no more.
    Gone = 128,
    /// What sums up.
    Sum = 256,
    /// Likely meant the other way.
    Irony = 512,
    /// A praise that irony likes.
    Praise = 1024,
    /// Weakly blames by itself.
    Lack = 2048,
    /// Says nothing, whatever its words say elsewhere.
    None = 4096,
}

impl Meaning {
    /// Whether it has a role.
    pub fn is(self, role: Role) -> bool {
        self.roles & role as u16 != 0
    }
}

/// Every word of the files with all that it does.
pub(crate) fn meanings() -> BTreeMap<String, Meaning> {
    let mut known = BTreeMap::<String, Meaning>::new();
    for (role, forms) in FILES.iter().flat_map(|file| entries(file)) {
        for form in forms {
            let meaning = known.entry(form).or_default();
            match (role.parse::<f32>(), named(role)) {
                // The first strength stands: the files go from strong to weak.
                (Ok(strength), _) if meaning.strength == 0.0 => meaning.strength = strength,
                (_, Some(role)) => meaning.roles |= role as u16,
                _ => {}
            }
        }
    }
    for meaning in known.values_mut() {
        if meaning.is(Role::None) {
            *meaning = Meaning { strength: 0.0, roles: Role::None as u16 };
        }
    }
    known
}

fn named(role: &str) -> Option<Role> {
    Some(match role {
        "not" => Role::Not,
        "more" => Role::More,
        "less" => Role::Less,
        "but" => Role::But,
        "though" => Role::Though,
        "if" => Role::If,
        "past" => Role::Past,
        "gone" => Role::Gone,
        "sum" => Role::Sum,
        "irony" => Role::Irony,
        "praise" => Role::Praise,
        "lack" => Role::Lack,
        "none" => Role::None,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_word_files_has_a_role_and_a_strength_within_four() {
        for (role, _) in FILES.iter().flat_map(|file| entries(file)) {
            let strength = role.parse::<f32>();
            assert!(named(role).is_some() || strength.is_ok_and(|strength| strength.abs() <= 4.0), "{role}");
        }
    }

    #[test]
    fn no_word_is_both_praise_and_blame() {
        let mut sides = BTreeMap::<String, (Option<f32>, Option<f32>)>::new();
        for (role, forms) in FILES.iter().flat_map(|file| entries(file)) {
            let Ok(strength) = role.parse::<f32>() else { continue };
            for form in forms {
                let side = sides.entry(form).or_default();
                if strength > 0.0 { side.0 = Some(strength) } else { side.1 = Some(strength) }
            }
        }
        let both: Vec<_> = sides.iter().filter(|(_, side)| side.0.is_some() && side.1.is_some()).collect();
        assert!(both.is_empty(), "{both:?}");
    }
}
