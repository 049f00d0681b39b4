//! The values that properties have, and the words in both languages that mean them.

use flywheel_language::{concepts, terms};

use super::KnownProperty;
use super::name::spelled_out;
use super::stop::is_stop;

/// A value that a property is known to have, by a word for it.
#[derive(Debug, Clone)]
pub struct Value {
    /// The word, folded.
    pub word: String,
    /// The value as it is stored.
    pub value: String,
    /// Whose: an index into the properties.
    pub property: usize,
}

/// Whether a property names countries by their codes of two letters.
pub fn has_country_codes(known: &KnownProperty) -> bool {
    let code = |value: &String| value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase());
    let country =
        terms(&spelled_out(&known.property.name)).iter().any(|term| concepts(term.text).contains(&"country"));
    country && !known.values.is_empty() && known.values.iter().all(code)
}

/// Countries that are not among a property's known values, of which the catalogue keeps only some: words, and the code.
pub fn other_countries(known: &KnownProperty) -> impl Iterator<Item = (String, String)> {
    let groups = SAME_VALUES.iter().filter_map(|group| Some((*group, group.first()?.to_uppercase())));
    let others =
        groups.filter(|(_, code)| COUNTRIES.contains(&code.as_str()) && !known.values.contains(code));
    others.flat_map(|(group, code)| {
        let words = group.iter().filter(|word| !is_stop(word));
        words.map(move |word| ((*word).to_owned(), code.clone()))
    })
}

/// The codes that head a group of [`SAME_VALUES`].
const COUNTRIES: &[&str] =
    &["CN", "US", "JP", "DE", "GB", "FR", "IN", "BR", "KR", "CA", "AU", "ES", "IT", "RU", "SG", "HK", "TW"];

/// Words for one value, as properties of countries, devices, systems, plans and channels have it.
pub const SAME_VALUES: &[&[&str]] = &[
    &["cn", "china", "中国", "国内"],
    &["us", "usa", "united states", "america", "美国"],
    &["jp", "japan", "日本"],
    &["de", "germany", "德国"],
    &["gb", "uk", "united kingdom", "britain", "英国"],
    &["fr", "france", "法国"],
    &["in", "india", "印度"],
    &["br", "brazil", "巴西"],
    &["kr", "south korea", "korea", "韩国"],
    &["ca", "canada", "加拿大"],
    &["au", "australia", "澳大利亚"],
    &["es", "spain", "西班牙"],
    &["it", "italy", "意大利"],
    &["ru", "russia", "俄罗斯"],
    &["sg", "singapore", "新加坡"],
    &["hk", "hong kong", "香港"],
    &["tw", "taiwan", "台湾"],
    &["mobile", "phone", "phones", "手机", "移动端"],
    &["desktop", "computer", "computers", "pc", "电脑", "桌面端"],
    &["tablet", "tablets", "平板"],
    &["ios", "iphone", "苹果"],
    &["android", "安卓"],
    &["web", "website", "网页", "网页版"],
    &["wechat", "weixin", "微信"],
    &["alipay", "支付宝"],
    &["free", "免费", "免费版", "免费用户"],
    &["pro", "professional", "专业版"],
    &["enterprise", "企业版"],
    &["trial", "试用", "试用版"],
    &["paid", "付费版"],
    &["male", "men", "男", "男性"],
    &["female", "women", "女", "女性"],
];
