//! What a Chinese opinion is about, by the words before and behind it.

use std::ops::Range;

use flywheel_language::{TermKind, terms};

use super::pairs::Sight;
use crate::mood::Opinion;

/// Words passed over between a thing and its opinion.
const PASSED: &[&str] = &[
    "的",
    "地",
    "得",
    "了",
    "着",
    "过",
    "是",
    "很",
    "太",
    "也",
    "都",
    "还",
    "又",
    "就",
    "真",
    "真是",
    "真的",
    "非常",
    "十分",
    "特别",
    "比较",
    "较",
    "相当",
    "有点",
    "有些",
    "有点儿",
    "一点",
    "不",
    "不是",
    "没",
    "没有",
    "并不",
    "并",
    "更",
    "最",
    "挺",
    "蛮",
    "超",
    "超级",
    "极",
    "极其",
    "实在",
    "实在是",
    "确实",
    "的确",
    "算",
    "还算",
    "总体",
    "整体",
    "感觉",
    "觉得",
    "显得",
    "做得",
    "做的",
    "变得",
    "一直",
    "老是",
    "总是",
    "经常",
    "已经",
    "居然",
    "竟然",
    "却",
    "可以",
    "能",
    "会",
    "要",
    "让人",
    "令人",
    "给人",
    "方面",
    "上",
    "里",
    "里面",
    "这",
    "那",
    "个",
    "这么",
    "那么",
    "如此",
    "完全",
    "根本",
    "简直",
    "稍微",
    "略",
    "略显",
    "过于",
    "尤其",
    "各种",
    "全是",
    "好",
    "大",
    "多",
    "而且",
    "并且",
    "和",
    "与",
    "及",
    "跟",
    "而",
    "只是",
    "不过",
    "但",
    "但是",
    "虽然",
    "就是",
    "还是",
    "其实",
    "现在",
    "怎么",
];
/// Words that cannot name a thing.
const EMPTY: &[&str] = &[
    "我们",
    "你们",
    "他们",
    "她们",
    "它们",
    "自己",
    "大家",
    "别人",
    "有人",
    "时候",
    "时间",
    "今天",
    "昨天",
    "明天",
    "晚上",
    "早上",
    "现在",
    "以前",
    "之前",
    "以后",
    "之后",
    "后来",
    "最后",
    "这样",
    "那样",
    "这里",
    "那里",
    "这个",
    "那个",
    "这些",
    "那些",
    "什么",
    "怎么",
    "为什么",
    "因为",
    "所以",
    "如果",
    "虽然",
    "但是",
    "不过",
    "可是",
    "而且",
    "并且",
    "或者",
    "还有",
    "以及",
    "应该",
    "需要",
    "希望",
    "建议",
    "知道",
    "认为",
    "以为",
    "觉得",
    "感觉",
    "看到",
    "看见",
    "听到",
    "发现",
    "收到",
    "买了",
    "使用",
    "用了",
    "入住",
    "选择",
    "购买",
    "下次",
    "每次",
    "这次",
    "上次",
    "第一次",
    "一次",
    "几次",
    "一个",
    "两个",
    "几个",
    "很多",
    "许多",
    "不少",
    "一些",
    "有些",
    "全部",
    "所有",
    "东西",
    "事情",
    "地方",
    "问题",
    "情况",
    "可能",
    "可以",
    "已经",
    "一直",
    "不会",
    "不能",
    "不要",
    "没有",
    "不是",
    "就是",
    "还是",
    "只是",
    "真是",
    "真的",
    "总的来说",
    "总体",
    "整体",
    "其他",
    "其它",
    "一般",
    "有点",
    "非常",
    "特别",
    "比较",
    "朋友",
    "起来",
    "出来",
    "下来",
    "进去",
    "出去",
    "点评",
    "补充",
    "继续",
    "开始",
    "结果",
    "居然",
    "竟然",
    "简直",
    "马上",
    "立刻",
    "终于",
    "仍然",
    "依然",
    "反正",
    "毕竟",
    "当然",
    "说明",
    "告诉",
    "打电话",
];

/// Where the thing stands that an opinion is about, and where the opinion itself; `last` is the thing spoken of before.
pub(super) fn target(
    sight: &Sight<'_>,
    opinion: &Opinion,
    clause: &Range<usize>,
    last: Option<Range<usize>>,
) -> Option<(Range<usize>, Range<usize>)> {
    let folded = &sight.reading.folded;
    let place = opinion.place.clone();
    // "态度差" is a thing and its opinion in one word.
    let within = sight.known.iter().find(|(known, _)| known.start == place.start && known.end < place.end);
    if let Some((known, _)) = within {
        let said =
            folded[known.end..place.end].trim_start_matches(['很', '太', '超', '比', '较', '更', '挺']);
        let start = place.end - said.len();
        // "客服态度差": the thing before says whose.
        let whose =
            sight.known.iter().find(|(before, _)| before.end == known.start && before.start >= clause.start);
        let from = whose.map_or(known.start, |(before, _)| before.start);
        return (!said.is_empty()).then_some((from..known.end, start..place.end));
    }
    if let Some(after) = folded[place.end..clause.end].strip_prefix('的') {
        let start = clause.end - after.len();
        let named = terms(after).into_iter().next().filter(|term| names(term.text, term.kind));
        let known =
            sight.known.iter().find(|(known, _)| known.start == start).map(|(known, _)| known.clone());
        if let Some(thing) = known.or_else(|| named.map(|term| start..start + term.place.end)) {
            return Some((thing, place));
        }
    }
    let end = opinion.from.max(clause.start).min(place.start);
    let before = &folded[clause.start..end];
    let cut = terms(before);
    let mut rest = cut.iter().rev().skip_while(|term| PASSED.contains(&term.text));
    let thing = rest.next().and_then(|term| {
        let found = clause.start + term.place.start..clause.start + term.place.end;
        // A word of the list may be longer than the cutter's: it covers more.
        let known =
            sight.known.iter().rev().find(|(known, _)| known.end == found.end && known.start >= clause.start);
        let named = names(term.text, term.kind).then_some(found);
        known.map(|(known, _)| known.clone()).or(named)
    });
    let thing = thing.or_else(|| {
        // "早餐很丰富,也很好吃": a clause that goes on speaks of the same thing.
        let goes_on = cut.iter().all(|term| PASSED.contains(&term.text))
            && ["也", "又", "还", "而且", "并且", "非常", "很"].iter().any(|word| before.starts_with(word));
        last.filter(|last| goes_on && last.end <= clause.start && clause.start - last.end <= 30)
    });
    thing.map(|thing| (thing, place))
}

fn names(word: &str, kind: TermKind) -> bool {
    let long = word.chars().nth(1).is_some();
    matches!(kind, TermKind::Han | TermKind::Word)
        && long
        && !EMPTY.contains(&word)
        && !PASSED.contains(&word)
}
