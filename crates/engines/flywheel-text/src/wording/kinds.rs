//! Which question: the words that ask for each kind, in both languages.

use std::sync::LazyLock;

use flywheel_spec::product::Interval;
use flywheel_spec::product::satisfaction::Score;
use flywheel_spec::product::trend::{Aggregate, BackUnit, Compare};
use regex::Regex;

use super::sentence::{cue, pattern};

/// A kind of question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Search,
    Insights,
    Digest,
    Paths,
    WordOfMouth,
    Satisfaction(Score),
    Stickiness,
    Lifecycle,
    Funnel,
    Retention,
    Revenue,
    Growth,
    Trend,
}

/// The cues of kinds; the first that fits wins.
pub static KINDS: LazyLock<Vec<(Kind, Regex)>> = LazyLock::new(|| {
    vec![
        (
            Kind::Search,
            cue(
                "^(?:please |can you |pls )?(?:(?:search|look)(?: for| up)?|find(?: me)?|(?:show|list|give)(?: me)?(?: all)?(?: the)? (?:messages|feedback|reviews|comments|tickets|complaints))(?: all)?(?: the)?(?: (?:messages|feedback|reviews|comments|tickets))?(?: (?:about|with|that (?:mention|say|contain)s?|mentioning|containing|saying|for|where people say))?|^(?:all )?(?:the )?(?:messages|feedback|reviews|comments|tickets|complaints) (?:mentioning|containing|saying|that (?:mention|say|contain)s?)",
                "^(?:请|帮我|帮忙|麻烦)*(?:(?:搜索|搜一下|搜搜|搜|查找|检索)(?:一下)?(?:含有|包含|提到|关于|含)?|(?:找|查)(?:一下|找|出|到)?(?:所有)?(?:含有|包含|提到|关于|含)|(?:有没有|有哪些|有)?人?提到(?:过|了)?)|(?:评价|评论|反馈|留言|消息)[里中]?(?:提到|提及|说到)(?:过|了)?",
            ),
        ),
        (
            Kind::Digest,
            cue(
                "what(?:'s| has| is| have| are)? ?(?:the )?(?:changed|changes?|new|happened|different|going on)|digest|weekly (?:summary|report)|anything (?:new|unusual|changed|interesting)",
                "[什啥]么?(?:新?变化|不同|变动|异常|新鲜事)|哪些(?:新?变化|变动|异常)|发生了?(?:些)?[什啥]么?|周报|变化最大|[什啥]么?变了",
            ),
        ),
        (
            Kind::Paths,
            cue(
                "paths?|journeys?|where do (?:people|users|they|customers) go|what do (?:people|users|they|customers|visitors) (?:usually |mostly )?do|user flows?",
                "路径|行为轨迹|轨迹|去了?哪里?|做了?(?:些)?[什啥]么?|去?干了?(?:什么|啥|嘛)|流向|动线",
            ),
        ),
        (
            Kind::WordOfMouth,
            cue(
                "word[- ]of[- ]mouth|viral(?:ity)?(?: coefficient)?|k[- ]factor|referrals?|organic(?:ally)? growth",
                "口碑|裂变|病毒传播|病毒系数|传播系数|k ?因子|老带新|自传播",
            ),
        ),
        (Kind::Satisfaction(Score::Nps), cue("nps|net promoter(?: score)?", "净推荐值?|推荐意愿")),
        (
            Kind::Satisfaction(Score::Csat),
            cue(
                "csat|(?:customer |user )?satisfaction(?: score)?|(?:how )?satisfied",
                "满意度|满意率|满意吗|满不满意",
            ),
        ),
        (Kind::Satisfaction(Score::Ces), cue("ces|(?:customer )?effort score", "费力度|客户费力")),
        (
            Kind::Stickiness,
            cue(
                "sticky|stickiness|dau ?/ ?mau|(?:on )?how many days|days active|active days",
                "粘性|黏性|活跃天数|活跃度|活跃几天|几天活跃",
            ),
        ),
        (
            Kind::Lifecycle,
            cue(
                "life ?cycle|dormant|inactive|not active|resurrect(?:ed|ing)?",
                "生命周期|沉默(?:用户|的人)?|(?:不|没有?)再?活跃|回流",
            ),
        ),
        (
            Kind::Funnel,
            cue(
                "(?:conversions?|convert(?:s|ed|ing)?)(?: rates?)?|funnels?|drop(?:ping)?[- ]?(?:offs?|out)",
                "转化(?:率|漏斗|情况)?|漏斗",
            ),
        ),
        (
            Kind::Retention,
            cue(
                "retention(?: rates?)?|retained|(?:come|comes|came|coming) back|returning (?:users|people|customers)|return rate|churn rate|repurchase(?: rate)?|repeat (?:purchases?|buyers?|customers?|orders?)|stick around",
                "留存(?:率|情况)?|回访率?|回来|复购率?|重复购买|留下来|流失率",
            ),
        ),
        (
            Kind::Revenue,
            cue(
                "mrr|arr|arpu|arppu|revenue|income|sales|earnings?|turnover|gmv",
                "收入|营收|流水|营业额|销售额",
            ),
        ),
        (
            Kind::Growth,
            cue(
                "growth(?: accounting)?|grow(?:s|ing|n)?|quick ratio|churn(?:ed|ing)?",
                "增长|流失|增速|净增",
            ),
        ),
    ]
});

/// Words that ask what people say, whatever else the sentence holds.
pub static SAYING: LazyLock<Regex> = LazyLock::new(|| {
    cue(
        "what\\b.{0,60}\\b(?:say|says|saying|said|complain(?:s|ing|ed)?|complaints?|talk(?:ing)?|thinks?|thinking|mention(?:s|ing|ed)?|(?:un)?happy|like|dislike|hate|love|feel|feeling|want|wish|ask(?:ing|ed)? for|problems?|issues?)|complain(?:s|ing|ed)?|why (?:do|did|does|are|is|were|don't|didn't)|pain points?|biggest (?:problems?|issues?|complaints?)|unhappy (?:with|about)|moods?|sentiments?|how many (?:people|users|customers) (?:say|said|mention(?:ed)?|talk(?:ed)? about)",
        "[说讲聊谈]了?(?:些)?[什啥]么?|说啥|抱怨|吐槽|怎么[看说评]|如何评价|为什么|为何|(?:什么|啥)原因|原因是|不满|槽点|痛点|诉求|(?:想要|希望|喜欢|讨厌|在意|关心|反馈)了?(?:些)?(?:什么|啥)|(?:什么|哪些|主要|啥)(?:的)?(?:反馈|问题|意见)|情绪|情感|口碑(?:变|怎么|如何|好|差|不好|越来越|下降|下滑)|(?:喜欢|讨厌|满意|在意|关心)[^,;?!]{0,8}哪(?:一?点|些|里|个|方面|几点)|哪(?:一?点|些|里|个|方面)[^,;?!]{0,8}(?:喜欢|讨厌|满意|不满|受欢迎)|(?:多少|几)个?(?:人|用户|客户|顾客)(?:在|都|来)?(?:反馈|反映|投诉|说)",
    )
});

/// Words that ask for reasons.
pub static WHY: LazyLock<Regex> =
    LazyLock::new(|| cue("why", "为什么|为何|(?:什么|啥)原因|原因(?:是(?:什么|啥)?)?"));

/// Words for a number that went up or down.
pub static CHANGED: LazyLock<Regex> = LazyLock::new(|| {
    cue(
        "drop(?:s|ped|ping)?|f[ae]ll(?:s|en|ing)?|declin(?:e|es|ing)|decreas(?:e|es|ed|ing)|increas(?:e|es|ed|ing)|r[io]s(?:e|es|en|ing)|gr[eo]w(?:s|n|ing)?|(?:go|goes|gone|going|went) (?:up|down)|plummet(?:s|ed)?|spik(?:e|es|ed)",
        "(?:下降|下跌|下滑|降低|减少|变[少低多高]|骤降|暴跌|暴涨|上升|上涨|升高|增加|增多|[涨跌降]了)了?",
    )
});

/// Versions of the product: `version 2.4`, `2.4版本`.
pub static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    let en = cue("(?:(?:in|of|on|with|for|since|using) )?(?:version |v)(?P<v>[0-9]+(?:\\.[0-9]+)*)", "");
    // The Chinese forms first: of v2.4版本 the English one would leave a part.
    pattern(&format!(
        "在?v?(?P<zv>[0-9]+(?:\\.[0-9]+)+) ?版本?[的里中上]?|在?版本 ?v?(?P<zw>[0-9]+(?:\\.[0-9]+)*)[的里中上]?|{}",
        en.as_str()
    ))
});

/// Words for a share of something; 频率 counts, and 效率 is no share.
pub static RATES: LazyLock<Regex> = LazyLock::new(|| {
    cue("(?P<rate>rates?|percent(?:age)?|proportion|ratio)", "[频效概汇]率|(?P<zrate>比例|占比|百分比|率)")
});

/// The day that people are to come back on, right before the word for it: `D7`, `7日`; `back` where it is a period.
pub static RETURN_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "(?P<back>(?:最近|过去|近|前|这|上|月|last|past|previous) ?)?(?:(?-u:\\b)(?:d|day[- ]?)(?P<d>[0-9]{1,3})|(?-u:\\b)(?P<n>[0-9]{1,3})[- ]day|第?(?P<z>[0-9]{1,3}) ?[日天]|次[日天]|next[- ]day)(?:的| )?$",
    )
});

/// Words for all people, not those of the sentence before.
pub static EVERYBODY: LazyLock<Regex> = LazyLock::new(|| cue("everyone|everybody", "大家|所有人"));

/// Words that speak of what people say, unless something is counted.
pub static SAID: LazyLock<Regex> = LazyLock::new(|| {
    cue("complaints?|feedback|opinions?|reviews?|themes?|topics?", "反馈|评价|意见|心声|评论")
});

/// Words that count.
pub static COUNTS: LazyLock<Regex> = LazyLock::new(|| {
    cue(
        "how (?:many|often|much)|number of|count(?: of)?|trends?|times|volume",
        "多少|几[次个人笔单]|人?次数|数量|人数|趋势|走势|多不多|多吗|用户数",
    )
});

/// Words that count each person's own.
pub static PER_PERSON: LazyLock<Regex> = LazyLock::new(|| {
    cue(
        "(?:on average )?(?:per|by each|for each|by every) (?:person|user|customer|head)|(?:does|do) (?:a|each|the average|an average) (?:person|user|customer)|average (?:person|user|customer)",
        "人均|平均每个?(?:人|用户)|每个?(?:人|用户)(?:平均)?",
    )
});

/// Words that count people.
pub static PEOPLE: LazyLock<Regex> = LazyLock::new(|| {
    cue(
        "(?:how many |number of |count of )?(?:different |unique |distinct )?(?:people|users|customers|visitors|persons|accounts|buyers)|who",
        "(?:有)?(?:多少|几)个?(?:独立)?(?:人|用户|顾客|客户)|(?:的)?(?:独立)?(?:人数|用户数|用户量|用户|顾客|客户)|的人",
    )
});

/// Words that speak of anyone who is there at all.
pub static ACTIVE: LazyLock<Regex> = LazyLock::new(|| {
    cue(
        "active (?:users|people|customers|accounts)|activity|visitors|actives",
        "活跃(?:用户数?|人数|的?人)?|访客数?",
    )
});

/// Active people by the step of time that their short names hold.
pub static ACTIVE_EVERY: LazyLock<[(Regex, Interval); 3]> = LazyLock::new(|| {
    [
        (cue("daus?", "日活(?:跃)?(?:用户|人数)?数?"), Interval::Day),
        (cue("waus?", "周活(?:跃)?(?:用户|人数)?数?"), Interval::Week),
        (cue("maus?", "月活(?:跃)?(?:用户|人数)?数?"), Interval::Month),
    ]
});

/// Words for people who are new.
pub static NEWCOMERS: LazyLock<Regex> = LazyLock::new(|| {
    cue("new (?:users?|people|customers?|visitors?)|newcomers?", "新增?(?:用户|客户|顾客|人数)数?|新客")
});

/// How a property's numbers are taken together.
pub static AGGREGATES: LazyLock<Vec<(Aggregate, Regex)>> = LazyLock::new(|| {
    vec![
        (Aggregate::Median, cue("median", "中位数?")),
        (Aggregate::P90, cue("p90|90th percentile", "九十分位数?|90 ?分位数?")),
        (Aggregate::P95, cue("p95|95th percentile", "95 ?分位数?")),
        (Aggregate::P99, cue("p99|99th percentile", "99 ?分位数?")),
        (Aggregate::P75, cue("p75|75th percentile", "75 ?分位数?")),
        (Aggregate::Average, cue("average|mean|avg", "平均值?|均值")),
        (Aggregate::Max, cue("max|maximum|highest|largest|biggest", "最[大高]值?")),
        (Aggregate::Min, cue("min|minimum|lowest|smallest", "最[小低]值?")),
        (Aggregate::Sum, cue("total|sum(?: of)?|how much", "总共?|合计|之和|一共")),
    ]
});

/// What a period is compared with.
pub static COMPARES: LazyLock<Vec<(Compare, Regex)>> = LazyLock::new(|| {
    vec![
        (
            Compare::Back { count: 1, unit: BackUnit::Year },
            cue(
                "this year (?:compared (?:with|to)|vs\\.?|versus|against|and|or) last(?: year)?|(?:compared (?:with|to) |vs\\.? |versus |than )?(?:the )?same (?:time|period|week|month) (?:of |in )?last year|year[- ](?:over|on)[- ]year|yoy|(?:compared (?:with|to) |vs\\.? |versus |than )(?:a year (?:ago|before)|last year)",
                "同比|(?:[和跟与同比]|相比|比起)?去年(?:同期|同一时期)(?:相?比|对比|比较)?|今年(?:[和跟与同比]|相比|比起|较)去年(?:相?比|对比|比较)?",
            ),
        ),
        (
            Compare::Previous,
            cue(
                "(?:(?:and )?compared? (?:(?:it|that|them) )?(?:with|to)|vs\\.?|versus|(?:more |fewer |less |higher |lower )?than) (?:the )?(?:(?:(?:previous|last|prior|preceding) (?:day|week|month|quarter|year|period|one)|(?:day|week|month|quarter|year|time|period|one|7 days|30 days) before)|before|yesterday|previously)|week over week|month over month|(?:more|fewer|less) than before|increas(?:e|ed|ing)|decreas(?:e|ed|ing)|(?:gone|go|going|went) (?:up|down)|dropped|dropping|fallen|falling|risen|rising|up or down",
                "环比|(?:[和跟与同比]|相比|比起|较)(?:上一?个?(?:周期|季度|月|周|星期|期)|前一?个?(?:天|周|月|段时间)|昨天|之前|以前)(?:相比|对比|比较|比)?(?:是?[多少高低](?:了)?(?:吗|还是少)?)?|多不多|多吗|少吗|变[多少高低](?:了)?吗?|(?:增加|减少|上升|下降|上涨|下跌|涨|跌|降)(?:了)?(?:吗|多少|没有)|是(?:升|涨|增)还是(?:降|跌|减)",
            ),
        ),
    ]
});

/// Words that tell apart by the property that follows.
pub static BREAKDOWNS: LazyLock<Regex> = LazyLock::new(|| {
    cue(
        "(?:(?:broken|break|split|split up) (?:it )?(?:down )?by|grouped? by|by|per|for (?:each|every)|across(?: all)?|in (?:each|every)|(?:from |in |on |of )?which|(?:from |in |on )what|each|(?:the )?(?:top|most common|biggest|largest)(?: [0-9]+)?) ",
        "按照?|分|各个?|每个|不同的?|(?:哪些|哪个|哪种|哪几个|最[多高少低]的)",
    )
});

/// Words that tell apart by the property before them.
pub static BREAKDOWNS_AFTER: LazyLock<Regex> = LazyLock::new(|| cue("", "的?分布|维度|的?占比"));

/// Words between the steps of a way.
pub static STEPS: LazyLock<Regex> = LazyLock::new(|| {
    cue("and then|then|to|into|followed by|through to", " ?(?:-+>|=+>|→|⇒|>+|»|再到|到|至|然后再?|接着|再) ?")
});

/// Arrows between steps, which need no other word.
pub static ARROWS: LazyLock<Regex> = LazyLock::new(|| cue("", "-+>|=+>|→|⇒|»"));

/// Words in front of the first step.
pub static FROM: LazyLock<Regex> = LazyLock::new(|| cue("from", "从|由"));

/// What follows a step, and what leads to one.
pub static AFTER: LazyLock<Regex> = LazyLock::new(|| cue("after|following|from", "之后|以后|后"));
pub static BEFORE: LazyLock<Regex> = LazyLock::new(|| cue("before|to|until|towards", "之前|以前|前"));

/// A number that a property is compared with.
pub static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    cue(
        "(?:is |are |of |was )?(?P<op>over|above|more than|greater than|larger than|at least|under|below|less than|smaller than|at most) [$¥€]?(?P<n>[0-9]+(?:\\.[0-9]+)?)",
        " ?(?P<zop>大于等于|小于等于|大于|超过|高于|多于|不少于|至少|小于|低于|少于|不到|不超过|>=|<=|>|<) ?[$¥€]?(?P<zn>[0-9]+(?:\\.[0-9]+)?)(?:元|块)?",
    )
});

/// Words that turn the value after them into its contrary.
pub static NOT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "(?:(?:not|(?-u:\\b)neither|(?-u:\\b)nor) (?:on |in |from )?|non[- ]?|except(?: for)? |excluding |without |outside(?: of)? |非|不是|不用|不在|除了|除|排除|不含)(?:the )?$",
    )
});

/// What joins the values of a list, up to the one that follows.
pub static JOINTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern("^ ?(?:,? ?(?:and|or)(?: on| in| from)? |, ?|(?:或者?[是在]?|和|与|及|以及|还是|、) ?)(?:the )?$")
});

/// Words for what was paid, whatever the property is called.
pub static AMOUNTS: LazyLock<Regex> = LazyLock::new(|| {
    cue("(?:order |basket |cart )?(?:value|size)|amount|spend(?:ing)?|spent", "金额|客单价|花费|消费额?")
});
