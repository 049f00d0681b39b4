//! Keys: who may send events to this project, and how another project's key is told apart.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use flywheel_spec::key::KeySummary;
use flywheel_spec::{Problem, phrase};
use uuid::Uuid;

use crate::{Failure, Workbench};

/// How every key begins.
const PREFIX: &str = "fw_";

/// How long a key may go on being heard after it was revoked in another process.
const FRESH: Duration = Duration::from_secs(1);

/// How long a key that nobody knew is not asked for again, so that strangers cost nothing.
const STRANGE: Duration = Duration::from_millis(100);

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyVerdict {
    /// It is one of this project's.
    Known,
    /// It is another project's.
    Foreign {
        /// Which, by the key's own words.
        project: String,
    },
    /// Nobody knows it, or it was revoked.
    Unknown,
}

/// The project's keys, at hand; revoked and new ones of other processes are heard of within a second. Cheap to clone.
#[derive(Debug, Clone)]
pub struct KeyRing {
    workbench: Workbench,
    held: Arc<RwLock<Held>>,
}

#[derive(Debug)]
struct Held {
    keys: HashSet<String>,
    at: Option<Instant>,
}

impl Workbench {
    /// Every key, the oldest first; the first of all is made when it is first asked for.
    ///
    /// # Errors
    /// When the ledger cannot be read or written.
    pub async fn keys(&self) -> Result<Vec<KeySummary>, Failure> {
        let keys = self.ledger().keys().await?;
        if !keys.is_empty() {
            return Ok(keys);
        }
        self.ledger().add_first_key(&self.new_key(), "default").await?;
        self.ledger().keys().await
    }

    /// Makes a key.
    ///
    /// # Errors
    /// A name that is empty or longer than 100 characters.
    pub async fn create_key(&self, name: &str) -> Result<KeySummary, Failure> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 100 {
            return Err(Failure::Wrong(
                Problem::error(phrase!("collect.key_name")).at_setting("name").into(),
            ));
        }
        let key = self.new_key();
        self.ledger().add_key(&key, name).await?;
        let keys = self.ledger().keys().await?;
        keys.into_iter()
            .find(|made| made.key == key)
            .ok_or_else(|| Failure::broken("ledger.db", "a key that was written is not there"))
    }

    /// Lets a key be heard no more.
    ///
    /// # Errors
    /// A key that is not known, or was revoked before.
    pub async fn revoke_key(&self, key: &str) -> Result<KeySummary, Failure> {
        let done = self.ledger().revoke_key(key).await?;
        let keys = self.ledger().keys().await?;
        match keys.iter().find(|known| known.key == key) {
            Some(known) if done => Ok(known.clone()),
            Some(_) => {
                Err(Failure::Conflict(Problem::error(phrase!("collect.key_revoked_before", key = key))))
            }
            None => {
                let names: Vec<String> = keys.into_iter().map(|known| known.key).collect();
                Err(Failure::not_found(phrase!("collect.key_not_found", key = key), &names, key))
            }
        }
    }

    /// The project's keys, at hand.
    pub fn key_ring(&self) -> KeyRing {
        let held = Held { keys: HashSet::new(), at: None };
        KeyRing { workbench: self.clone(), held: Arc::new(RwLock::new(held)) }
    }

    fn new_key(&self) -> String {
        format!("{PREFIX}{}_{}", self.project().name, base62(Uuid::new_v4().as_u128()))
    }
}

impl KeyRing {
    /// What is known of a key.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn verdict(&self, key: &str) -> Result<KeyVerdict, Failure> {
        let (known, age) = {
            let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
            (held.keys.contains(key), held.at.map(|at| at.elapsed()))
        };
        let believed = if known { FRESH } else { STRANGE };
        let known =
            if age.is_some_and(|age| age < believed) { known } else { self.refresh().await?.contains(key) };
        if known {
            return Ok(KeyVerdict::Known);
        }
        Ok(match project_of(key) {
            Some(project) if project != self.workbench.project().name => {
                KeyVerdict::Foreign { project: project.to_owned() }
            }
            _ => KeyVerdict::Unknown,
        })
    }

    /// A key that is known, for what this server writes into its own pages.
    ///
    /// # Errors
    /// When the ledger cannot be read, or every key was revoked.
    pub async fn any(&self) -> Result<String, Failure> {
        let keys = self.workbench.keys().await?;
        let known = keys.into_iter().find(|key| key.revoked_at.is_none());
        let none = || {
            Failure::Conflict(
                Problem::error(phrase!("collect.no_key_left")).advise(phrase!("collect.no_key_left_advice")),
            )
        };
        known.map(|key| key.key).ok_or_else(none)
    }

    async fn refresh(&self) -> Result<HashSet<String>, Failure> {
        let keys = self.workbench.keys().await?;
        let keys: HashSet<String> =
            keys.into_iter().filter(|key| key.revoked_at.is_none()).map(|key| key.key).collect();
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        *held = Held { keys: keys.clone(), at: Some(Instant::now()) };
        Ok(keys)
    }
}

/// The project that a key names.
fn project_of(key: &str) -> Option<&str> {
    let (project, random) = key.strip_prefix(PREFIX)?.rsplit_once('_')?;
    let is_key =
        !project.is_empty() && random.len() >= 16 && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_key.then_some(project)
}

/// A number in digits and letters, 22 of them for 128 bits.
fn base62(mut number: u128) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = Vec::with_capacity(22);
    for _ in 0..22 {
        text.push(char::from(DIGITS[(number % 62) as usize]));
        number /= 62;
    }
    text.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use flywheel_spec::project::ProjectSpec;

    use super::*;

    async fn project(folder: &std::path::Path) -> Workbench {
        Workbench::init(folder, &ProjectSpec::named("my_shop")).await.expect("a project")
    }

    #[tokio::test]
    async fn the_first_key_is_made_when_it_is_needed_and_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let workbench = project(folder.path()).await;
        let (one, two) = (workbench.keys().await.expect("keys"), workbench.keys().await.expect("keys"));
        assert_eq!(one, two);
        assert_eq!(one.len(), 1);
        assert!(
            one[0].key.starts_with("fw_my_shop_") && one[0].key.len() == "fw_my_shop_".len() + 22,
            "{}",
            one[0].key
        );
        assert_eq!(workbench.key_ring().any().await.expect("a key"), one[0].key);
    }

    #[tokio::test]
    async fn keys_are_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let workbench = project(folder.path()).await;
        let ring = workbench.key_ring();
        let key = workbench.create_key(" web ").await.expect("a key");
        assert_eq!(key.name, "web");
        let verdict = |key: String| {
            let ring = ring.clone();
            async move { ring.verdict(&key).await.expect("a verdict") }
        };
        assert_eq!(verdict(key.key.clone()).await, KeyVerdict::Known);
        let random = base62(7);
        assert_eq!(verdict(format!("fw_my_shop_{random}")).await, KeyVerdict::Unknown);
        assert_eq!(
            verdict(format!("fw_other_{random}")).await,
            KeyVerdict::Foreign { project: "other".to_owned() }
        );
        for strange in ["", "phc_x", "fw_", "fw_other", "fw_other_short", "fw__0123456789abcdefg"] {
            assert_eq!(verdict(strange.to_owned()).await, KeyVerdict::Unknown, "{strange}");
        }
        let later = workbench.create_key("later").await.expect("a key");
        tokio::time::sleep(STRANGE * 2).await;
        assert_eq!(verdict(later.key).await, KeyVerdict::Known, "a key made meanwhile is heard of");

        let revoked = workbench.revoke_key(&key.key).await.expect("revoked");
        assert!(revoked.revoked_at.is_some());
        tokio::time::sleep(FRESH + STRANGE).await;
        assert_eq!(verdict(key.key.clone()).await, KeyVerdict::Unknown);
        assert!(matches!(workbench.revoke_key(&key.key).await, Err(Failure::Conflict(_))));
        assert!(matches!(workbench.revoke_key("fw_my_shop_x").await, Err(Failure::NotFound(_))));
        assert!(matches!(workbench.create_key(" ").await, Err(Failure::Wrong(_))));
    }
}
