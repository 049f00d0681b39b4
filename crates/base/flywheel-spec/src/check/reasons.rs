//! Why a text is no TOML, in Chinese: the parser speaks English alone.

/// What the parser says, word for word, and the same in Chinese.
const REASONS: &[(&str, &str)] = &[
    ("duplicate key", "键重复"),
    ("carriage return must be followed by newline", "回车符后必须是换行符"),
    ("missing opening quote", "缺少开头的引号"),
    ("missing escaped value", "反斜杠后缺少字符"),
    ("missing comma between array elements", "数组元素之间缺少逗号"),
    ("missing comma between key-value pairs", "键值对之间缺少逗号"),
    ("missing assignment between key-value pairs", "键与值之间缺少 `=`"),
    ("missing value for key", "键没有值"),
    ("missing value", "缺少值"),
    ("missing key for inline table element", "内联表的元素缺少键"),
    ("missing table open", "缺少表头的 `[`"),
    ("integers with a radix cannot be signed", "带进制前缀的整数不能有正负号"),
    ("radix must be lowercase", "进制前缀必须小写"),
    ("unquoted keys cannot be empty", "键不能为空"),
    ("unexpected leading zero", "数字不能以 0 开头"),
    ("unclosed array table", "表数组的 `[[` 没有闭合"),
    ("unclosed array", "数组的 `[` 没有闭合"),
    ("unclosed inline table", "内联表的 `{` 没有闭合"),
    ("unclosed table", "表头的 `[` 没有闭合"),
    ("invalid unquoted key", "键含有不允许的字符（可加引号）"),
    ("invalid multi-line basic string", "多行字符串无效或没有闭合"),
    ("invalid basic string", "字符串无效或没有闭合"),
    ("invalid literal string", "单引号字符串无效或没有闭合"),
    ("invalid comment character", "注释含有不允许的字符"),
    ("invalid key-value pair", "键值对无效"),
    ("invalid inline table element", "内联表的元素无效"),
    ("invalid value", "值无效"),
    ("cannot recurse further; max recursion depth met", "嵌套太深"),
    ("unexpected content between comment and newline", "注释与换行之间有多余内容"),
    ("unexpected key or value", "多余的键或值"),
    ("unexpected content", "多余的内容"),
    ("unexpected `=` in array", "数组中有多余的 `=`"),
    ("unexpected sign", "多余的正负号"),
    ("redundant numeric sign", "多余的正负号"),
    ("redundant integer number prefix", "多余的进制前缀"),
    ("string values must be quoted", "文字必须加引号"),
    ("too few unicode value digits", "Unicode 转义的位数不足"),
    ("key with no value", "键没有值"),
    ("keys cannot be multi-line literal strings", "键不能是多行字符串"),
    ("keys cannot be multi-line basic strings", "键不能是多行字符串"),
    ("integer number overflowed", "整数太大"),
    ("floating-point number overflowed", "小数太大"),
    ("extra comma in inline table", "内联表中有多余的逗号"),
    ("extra comma in array", "数组中有多余的逗号"),
    ("`_` may only go between digits", "`_` 只能放在数字之间"),
    ("extra assignment between key-value pairs", "多余的 `=`（键值对之间缺少逗号）"),
    ("extra `=`", "多余的 `=`"),
    ("missing array opening", "缺少数组的 `[`"),
    ("missing inline table opening", "缺少内联表的 `{`"),
    ("missing comment start", "缺少注释的 `#`"),
    ("invalid string", "字符串无效"),
    ("invalid boolean", "真假值无效"),
    ("invalid float", "小数无效"),
    ("invalid mantissa", "小数无效"),
    ("invalid fraction", "小数部分无效"),
    ("invalid exponent", "指数无效"),
    ("invalid integer number", "整数无效"),
    ("invalid hexadecimal number", "十六进制数无效"),
    ("invalid octal number", "八进制数无效"),
    ("invalid binary number", "二进制数无效"),
    ("invalid date", "日期无效"),
    ("invalid time", "时间无效"),
    ("invalid date-time", "日期时间无效"),
    ("invalid offset", "时区偏移无效"),
];

/// What the parser expected, and the same in Chinese.
const EXPECTED: &[(&str, &str)] = &[
    ("newline", "换行"),
    ("nothing", "到此为止"),
    ("multi-line basic string", "多行字符串"),
    ("basic string", "双引号字符串"),
    ("literal string", "引号字符串"),
    ("printable characters", "可见字符"),
    ("unicode hexadecimal value", "十六进制数字"),
    ("characters", "字符"),
    ("non-single-quote characters", "单引号以外的字符"),
    ("non-single-quote visible characters", "单引号以外的可见字符"),
    ("non-double-quote visible characters", "双引号以外的可见字符"),
    ("letters", "字母"),
    ("digits", "数字"),
    ("numbers", "数字"),
    ("key", "键"),
    ("value", "值"),
];

/// A reason of the parser in Chinese; a reason that is not known stays as it is, what was expected is left out then.
pub(super) fn in_chinese(reason: &str) -> String {
    let known = |list: &[(&str, &'static str)], part: &str| {
        list.iter().find(|(english, _)| *english == part).map(|(_, chinese)| *chinese)
    };
    let mut parts = Vec::new();
    for part in reason.split(", ") {
        let expected = part.strip_prefix("expected ");
        let inner = expected.unwrap_or(part);
        let sign = inner.starts_with('`') && inner.ends_with('`');
        match (expected, known(EXPECTED, inner)) {
            (Some(_), Some(chinese)) => parts.push(format!("应为 {chinese}")),
            (Some(_), None) if sign => parts.push(format!("应为 {inner}")),
            (Some(_), None) => {}
            (None, _) if sign => parts.push(inner.to_owned()),
            (None, chinese) => {
                parts.push(known(REASONS, part).or(chinese).unwrap_or(part).to_owned());
            }
        }
    }
    parts.join("，")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_parser_says_is_said_in_chinese() {
        for (text, chinese) in [
            ("a = [1, 2", "没有闭合"),
            ("a = word", "引号"),
            ("a 1", "`=`"),
            ("[table", "`["),
            ("a = 1\na = 2", "键重复"),
            ("a =", "加引号"),
            ("a = 01", "0 开头"),
            ("a = \"open", "字符串"),
            ("年龄 = 1", "加引号"),
            ("a = 2024-13-01", "日期无效"),
            ("a = {b = 1 c = 2}", "缺少逗号"),
            ("a = 1e", "指数"),
        ] {
            let error = toml_edit::Document::parse(text).expect_err("no TOML");
            let reason = error.message().lines().map(str::trim).collect::<Vec<_>>().join(", ");
            let said = in_chinese(&reason);
            assert!(said.contains(chinese), "{text}: {reason}: {said}");
            assert!(!said.contains(|letter: char| letter.is_ascii_alphabetic()), "{reason}: {said}");
        }
        assert_eq!(in_chinese("something new"), "something new");
    }
}
