//! Words that say what stands beside them: a telephone's number, an order, a name.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// What a word says is coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    Phone,
    IdCard,
    BankCard,
    SocialSecurity,
    Passport,
    Password,
    OneTimeCode,
    Wechat,
    Qq,
    Birth,
    /// An English sentence gives a name.
    NameEn,
    /// A Chinese sentence or a form's field gives a name.
    NameZh,
    /// A form of address before an English name.
    Title,
    /// A form of address after a Chinese name.
    TitleZh,
    /// The end of a letter; a name follows on the next line.
    SignOff,
    /// A bearer of a token in an HTTP header.
    Bearer,
    /// An address of a computer.
    Ip,
    /// An order, a parcel, a ticket, a serial number: no personal data.
    Order,
    /// A version: no IP address.
    Version,
    /// An amount: no personal data.
    Amount,
}

/// A word and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct CueHit {
    pub cue: Cue,
    pub start: usize,
    pub end: usize,
}

const CUES: &[(Cue, &[&str])] = &[
    (
        Cue::Phone,
        &[
            "phone",
            "phone number",
            "telephone",
            "tel",
            "tel.",
            "mobile",
            "mobile number",
            "cell",
            "cell phone",
            "cellphone",
            "call me",
            "call me at",
            "call me on",
            "call",
            "text me",
            "whatsapp",
            "sms",
            "fax",
            "contact number",
            "ring me",
            "reach me",
            "dial",
            "hotline",
            "手机",
            "手机号",
            "手机号码",
            "电话",
            "电话号码",
            "联系电话",
            "联系方式",
            "座机",
            "来电",
            "致电",
            "拨打",
            "打给",
            "号码",
            "传真",
            "手機",
            "電話",
            "聯絡電話",
        ],
    ),
    (
        Cue::IdCard,
        &[
            "id card",
            "identity card",
            "id number",
            "national id",
            "身份证",
            "身份证号",
            "身份证号码",
            "证件号",
            "证件号码",
            "身分證",
            "身份證",
        ],
    ),
    (
        Cue::BankCard,
        &[
            "credit card",
            "debit card",
            "bank card",
            "card number",
            "card no",
            "my card",
            "visa",
            "mastercard",
            "amex",
            "american express",
            "银行卡",
            "银行卡号",
            "卡号",
            "信用卡",
            "储蓄卡",
            "借记卡",
            "银行账号",
            "尾号",
            "銀行卡",
        ],
    ),
    (Cue::SocialSecurity, &["ssn", "social security", "social security number", "social security no"]),
    (
        Cue::Passport,
        &["passport", "passport number", "passport no", "passport no.", "护照", "护照号", "护照号码", "護照"],
    ),
    (
        Cue::Password,
        &[
            "password",
            "passwd",
            "pwd",
            "passcode",
            "secret",
            "secret key",
            "api key",
            "apikey",
            "api_key",
            "api-key",
            "access key",
            "access token",
            "access_token",
            "client secret",
            "client_secret",
            "secret_key",
            "auth token",
            "private key",
            "密码",
            "口令",
            "密钥",
            "秘钥",
            "密碼",
            "token",
        ],
    ),
    (
        Cue::OneTimeCode,
        &[
            "verification code",
            "one-time code",
            "otp",
            "security code",
            "2fa code",
            "cvv",
            "cvc",
            "验证码",
            "校验码",
            "动态码",
            "驗證碼",
        ],
    ),
    (
        Cue::Wechat,
        &[
            "wechat",
            "wechat id",
            "weixin",
            "wx",
            "vx",
            "微信",
            "微信号",
            "微信id",
            "加微",
            "加微信",
            "加我微信",
            "加个微信",
            "+v",
            "加v",
            "薇信",
            "威信",
            "微信號",
        ],
    ),
    (Cue::Qq, &["qq", "qq号", "qq号码", "qq number", "扣扣", "企鹅号", "q q"]),
    (
        Cue::Birth,
        &[
            "date of birth",
            "dob",
            "d.o.b.",
            "d.o.b",
            "born on",
            "born",
            "birthday",
            "birth date",
            "birthdate",
            "birthday is",
            "出生",
            "出生日期",
            "出生年月",
            "出生年月日",
            "出生于",
            "生日",
            "生日是",
            "生于",
        ],
    ),
    (
        Cue::NameEn,
        &[
            "my name is",
            "my name's",
            "my full name is",
            "name is",
            "the name is",
            "i am called",
            "full name:",
            "customer name:",
            "name:",
            "cardholder:",
            "signed by",
        ],
    ),
    (
        Cue::NameZh,
        &[
            "我叫",
            "我的名字是",
            "我的名字叫",
            "名字叫",
            "名字是",
            "姓名",
            "姓名是",
            "联系人",
            "收件人",
            "收货人",
            "持卡人",
            "本人叫",
            "真名叫",
            "我姓名",
            "寄件人",
            "户名",
            "聯絡人",
            "收件人是",
        ],
    ),
    (Cue::Title, &["mr", "mrs", "ms", "miss", "dr", "prof", "professor", "mister", "madam", "mx"]),
    (Cue::TitleZh, &["先生", "女士", "小姐"]),
    (
        Cue::SignOff,
        &[
            "best regards",
            "kind regards",
            "warm regards",
            "regards",
            "sincerely",
            "yours sincerely",
            "yours truly",
            "yours faithfully",
            "cheers",
            "best wishes",
            "many thanks",
            "thanks",
            "thank you",
            "best",
            "此致",
            "敬上",
        ],
    ),
    (Cue::Bearer, &["bearer"]),
    (
        Cue::Ip,
        &[
            "ip",
            "ip address",
            "ip addr",
            "ip地址",
            "server",
            "host",
            "dns",
            "gateway",
            "服务器",
            "网关",
            "ping",
        ],
    ),
    (
        Cue::Order,
        &[
            "order",
            "order number",
            "order no",
            "order id",
            "order #",
            "tracking",
            "tracking number",
            "tracking no",
            "parcel",
            "shipment",
            "invoice",
            "invoice number",
            "ticket",
            "ticket number",
            "case number",
            "case id",
            "reference",
            "ref",
            "ref.",
            "transaction",
            "transaction id",
            "serial",
            "serial number",
            "sku",
            "isbn",
            "imei",
            "barcode",
            "product id",
            "user id",
            "uid",
            "session id",
            "request id",
            "trace id",
            "error code",
            "confirmation number",
            "booking",
            "flight",
            "订单",
            "订单号",
            "订单编号",
            "单号",
            "快递单号",
            "运单号",
            "物流单号",
            "流水号",
            "交易号",
            "编号",
            "序列号",
            "工单",
            "工单号",
            "票号",
            "条码",
            "商品编号",
            "错误码",
            "交易单号",
            "批次号",
            "用户id",
            "發票",
            "发票",
            "发票号",
            "型号",
            "時間戳",
            "时间戳",
            "timestamp",
        ],
    ),
    (
        Cue::Version,
        &[
            "version",
            "ver",
            "ver.",
            "v",
            "build",
            "firmware",
            "release",
            "版本",
            "版本号",
            "固件",
            "系统",
            "ios",
            "android",
            "安卓",
            "升级到",
            "更新到",
        ],
    ),
    (
        Cue::Amount,
        &[
            "price", "cost", "amount", "paid", "usd", "eur", "rmb", "cny", "价格", "金额", "余额", "花了",
            "付了", "总价", "积分", "balance", "points",
        ],
    ),
];

/// The cues of a text in their order; of those that overlap the leftmost and longest.
/// A word of an alphabet counts only where no letter touches it.
pub(super) fn cues(text: &str) -> Vec<CueHit> {
    static MATCHER: OnceLock<Option<(AhoCorasick, Vec<Cue>)>> = OnceLock::new();
    let matcher = MATCHER.get_or_init(|| {
        let kinds = CUES.iter().flat_map(|(cue, words)| words.iter().map(|_| *cue)).collect();
        let words = CUES.iter().flat_map(|(_, words)| *words);
        let matcher = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(aho_corasick::AhoCorasickKind::DFA))
            .build(words);
        // The words are compiled in: they always build.
        matcher.ok().map(|matcher| (matcher, kinds))
    });
    let Some((matcher, kinds)) = matcher else { return Vec::new() };
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(hit) = matcher.find(aho_corasick::Input::new(bytes).range(from..)) {
        let (start, end) = (hit.start(), hit.end());
        let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
        let word = bytes[start].is_ascii_alphabetic();
        let touched = (word && start > 0 && (letter(start - 1) || bytes[start - 1].is_ascii_digit()))
            || (bytes[end - 1].is_ascii_alphabetic() && letter(end));
        if touched {
            // A shorter word may begin inside.
            from = start + 1;
        } else {
            found.push(CueHit { cue: kinds[hit.pattern().as_usize()], start, end });
            from = end;
        }
    }
    found
}

/// Where the value begins that a cue announces, and whether a colon or an equals sign announces it:
/// blanks, colons, quotes and small words between are passed over.
pub(super) fn value_after(text: &str, mut at: usize) -> (usize, bool) {
    const GLUE: &[&str] = &[
        "是", "为", "號碼", "号码", "號", "号", "是:", "is", "was", "number", "num", "no.", "no", "id", "at",
        "on", "in",
    ];
    let mut explicit = false;
    for _ in 0..8 {
        let rest = &text[at..];
        let blank =
            rest.len() - rest.trim_start_matches([' ', ':', '=', '#', '"', '\'', '(', '\t', '*']).len();
        explicit |= rest[..blank].contains([':', '=']);
        at += blank;
        let rest = &text.as_bytes()[at..];
        let glue = GLUE.iter().find(|glue| {
            let long = glue.len();
            rest.len() >= long
                && rest[..long].eq_ignore_ascii_case(glue.as_bytes())
                && !(glue.is_ascii()
                    && rest.get(long).is_some_and(u8::is_ascii_alphanumeric)
                    && !glue.ends_with('.'))
        });
        match glue {
            Some(glue) => at += glue.len(),
            None if blank == 0 => break,
            None => {}
        }
    }
    (at, explicit)
}
