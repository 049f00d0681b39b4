//! The languages Flywheel speaks, English and Chinese (zh-CN), as equals.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A language of the interface, the reports and the feedback read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
pub enum Language {
    /// English.
    #[default]
    #[serde(rename = "en")]
    En,
    /// Simplified Chinese as written in mainland China.
    #[serde(rename = "zh-CN")]
    Zh,
}

impl Language {
    /// The language that a locale such as `zh_CN.UTF-8`, `zh-Hans` or `en_GB` asks for; anything unknown reads as English.
    pub fn of_locale(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("zh") { Self::Zh } else { Self::En }
    }

    /// The BCP 47 tag: `en` or `zh-CN`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }
}

impl std::str::FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_lowercase().as_str() {
            "en" | "en-us" | "en-gb" | "english" => Ok(Self::En),
            "zh" | "zh-cn" | "zh-hans" | "chinese" | "中文" => Ok(Self::Zh),
            _ => Err(format!("unknown language `{text}`; write `en` or `zh-CN`")),
        }
    }
}
