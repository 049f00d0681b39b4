//! Small words: those that carry a sentence and name nothing in it.

/// Whether a folded word names nothing.
pub fn is_stop(word: &str) -> bool {
    ENGLISH.contains(&word) || CHINESE.contains(&word)
}

/// Whether a folded word, in a sentence of what people say, is not what they speak of.
pub fn is_saying(word: &str) -> bool {
    is_stop(word) || SAYING.contains(&word)
}

const ENGLISH: &[&str] = &[
    "a", "about", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could",
    "did", "do", "does", "during", "each", "every", "for", "from", "get", "give", "given", "had", "has", "have", "how",
    "i", "if", "in", "into", "is", "it", "it's", "its", "let", "many", "me", "much", "my", "of", "off", "often", "on",
    "or", "our", "out", "over", "per", "please", "really", "see", "shall", "should", "show", "so", "some", "tell",
    "than", "that", "that's", "the", "their", "them", "then", "there", "these", "they", "this", "those", "through",
    "to", "up", "us", "was", "we", "were", "what", "what's", "when", "where", "which", "who", "whose", "will", "with",
    "within", "would", "you", "your", "people", "person", "users", "user", "customers", "customer", "number", "count",
    "different", "unique", "time", "times", "rate", "rates", "trend", "trends", "usually", "mostly", "main", "mainly",
    "look", "like", "make", "made", "want", "know", "many", "happened", "happen", "happens", "ever", "now", "just",
    "use", "used", "using", "do", "done", "go", "goes", "next", "most", "volume", "chart", "graph", "plot", "between",
    "compare", "compared", "break", "down", "split", "figure", "numbers", "overall", "one", "ones", "more", "fewer",
];

const CHINESE: &[&str] = &[
    "的", "了", "吗", "呢", "吧", "啊", "呀", "么", "是", "在", "有", "我", "我们", "你", "你们", "他们", "它们", "她们",
    "他", "它", "这", "那", "这些", "那些", "这个", "那个", "和", "与", "跟", "及", "或", "都", "也", "就", "还", "又", "再",
    "从", "到", "至", "由", "被", "把", "对", "对于", "关于", "按", "按照", "分", "各", "每", "每个", "多少", "几", "几个",
    "多", "少", "不", "没", "没有", "很", "太", "用户", "人", "人数", "大家", "客户", "顾客", "请", "帮", "帮我", "看", "看看",
    "看下", "一下", "查", "查看", "统计", "显示", "给", "给我", "告诉", "想", "想要", "知道", "怎么样", "怎样", "如何", "怎么",
    "什么", "哪些", "哪个", "哪", "多不多", "情况", "数量", "次数", "次", "个", "位", "名", "笔", "单", "条", "率", "数", "量",
    "总", "总共", "一共", "主要", "其中", "之间", "之后", "之前", "以来", "以后", "后", "前", "里", "中", "内", "上", "下",
    "时", "时候", "趋势", "走势", "变化", "用", "使用", "会", "能", "要", "让", "去", "来", "过", "着", "地", "得", "拆分",
    "划分", "分组", "不同", "比例", "占比", "大概", "到底", "现在", "目前", "一个", "有没有", "是否", "做", "进行", "发生",
    "分布", "维度", "为", "以", "并", "并且", "然后", "而", "所有", "全部", "整体", "所", "所以", "多大", "多高", "高", "低",
    "吗?", "天", "周", "月", "年", "用户数", "人次",
];

/// Words that ask what people say.
const SAYING: &[&str] = &[
    "say", "says", "saying", "said", "complain", "complains", "complaining", "complained", "complaint", "complaints",
    "talk", "talking", "think", "thinks", "thinking", "mention", "mentions", "mentioning", "mentioned", "feedback",
    "opinion", "opinions", "review", "reviews", "feel", "feeling", "hate", "love", "dislike", "happy", "unhappy",
    "wish", "ask", "asking", "why", "pain", "point", "points", "biggest", "top", "common", "problem", "problems",
    "issue", "issues", "topic", "topics", "theme", "themes", "everyone", "anyone", "don't", "didn't", "doing",
    "说", "说什么", "讲", "聊", "谈", "抱怨", "吐槽", "反馈", "评价", "意见", "评论", "为什么", "为何", "原因", "问题", "觉得",
    "认为", "不满", "满意", "槽点", "痛点", "诉求", "希望", "喜欢", "讨厌", "在意", "关心", "怎么看", "怎么说", "啥", "些",
    "最近", "主要", "都", "心声", "声音", "消息", "留言", "最", "最多", "说些", "些什么", "在说", "想说",
];
