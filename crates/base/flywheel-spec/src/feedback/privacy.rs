//! Personal data in what people wrote: which kinds there are, and how much was found.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::product::Chart;
use crate::{Phrase, Problem};

/// A kind of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonalKind {
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A Chinese identity card's number, of 18 digits with its checksum or of 15.
    IdCard,
    /// A payment card's number, with Luhn's checksum.
    BankCard,
    /// An international bank account number, with its checksum.
    Iban,
    /// A social security number of the United States.
    SocialSecurity,
    /// A passport's number, where the text calls it one.
    Passport,
    /// An IP address, version 4 or 6.
    IpAddress,
    /// A network card's address.
    MacAddress,
    /// A web address that carries a secret: a token, a session, a password.
    Link,
    /// A key, a password, a one-time code.
    Secret,
    /// Where somebody lives or receives.
    Address,
    /// A person's name, where the text calls it one.
    Name,
    /// The name of an account, such as `@somebody`.
    Account,
    /// A date of birth, where the text calls it one.
    BirthDate,
    /// The plate of a car, Chinese forms.
    Plate,
    /// A WeChat or QQ identifier, where the text calls it one.
    Chat,
}

impl PersonalKind {
    /// Every kind, in the order in which reports list them.
    pub const ALL: [Self; 17] = [
        Self::Email,
        Self::Phone,
        Self::IdCard,
        Self::BankCard,
        Self::Iban,
        Self::SocialSecurity,
        Self::Passport,
        Self::IpAddress,
        Self::MacAddress,
        Self::Link,
        Self::Secret,
        Self::Address,
        Self::Name,
        Self::Account,
        Self::BirthDate,
        Self::Plate,
        Self::Chat,
    ];

    /// What it is called, in both languages; a masked text carries this name in brackets.
    pub fn name(self) -> Phrase {
        Phrase::new(match self {
            Self::Email => "privacy.email",
            Self::Phone => "privacy.phone",
            Self::IdCard => "privacy.id_card",
            Self::BankCard => "privacy.bank_card",
            Self::Iban => "privacy.iban",
            Self::SocialSecurity => "privacy.social_security",
            Self::Passport => "privacy.passport",
            Self::IpAddress => "privacy.ip_address",
            Self::MacAddress => "privacy.mac_address",
            Self::Link => "privacy.link",
            Self::Secret => "privacy.secret",
            Self::Address => "privacy.address",
            Self::Name => "privacy.name",
            Self::Account => "privacy.account",
            Self::BirthDate => "privacy.birth_date",
            Self::Plate => "privacy.plate",
            Self::Chat => "privacy.chat",
        })
    }
}

/// How sure it is that a stretch of text is personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The form fits, and nothing beside it speaks against it.
    Likely,
    /// A checksum, an unmistakable form, or the text itself says so.
    Certain,
}

/// How much personal data a pile of messages holds.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct PrivacyReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// Messages read.
    pub messages: u64,
    /// Messages that hold personal data.
    pub affected: u64,
    /// The kinds that were found, most frequent first.
    pub kinds: Vec<PersonalCount>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// How much of one kind was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PersonalCount {
    /// Which kind.
    pub kind: PersonalKind,
    /// What it is called.
    pub name: Phrase,
    /// How often it was found and masked.
    pub found: u64,
    /// In how many messages.
    pub messages: u64,
}
