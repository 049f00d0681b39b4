//! How a sentence comes out of a person: typing mistakes, capitals, emoji, other characters, English between Chinese.

use flywheel_stats::chance::Chance;

/// Simplified characters that the words of this startup are written with.
const SIMPLIFIED: &str = "丑专业东丝丢两严个为么义乐习书买乱于产从仪们价优伙会传体余儿党关内册写决况净准减几击划刚创删别制劝办务动势区协单占却厂历厉参双发变号后吓吗听启员周响团国图圆场坏块声处备复够头夸学宝实对导尴尽币师带帮干广庆应开异弃张弹强归当录彻怀态总惯户扫扰护报担拦择挂挡损换据摆数断无旧时昵显暂机杂权条来松极构标样档槛欢气汇汉汤没洁浅测浏涂涨游溃滚滞满灵炉点烂烦烫热爱状猫环现电画畅疯盖盘着码确碍礼离种称税稳笔筛签简类紧红级纪纸线练组细织终经绑结绕给络绝统继续绿缓编缘缩网群职联肤肿脑腻腾节荐荡药获萨蓝虑虚装见视览觉触计订让议讯记讲论设访证评识诉词译试话诡语误说请读课谁调谢谱负财责败账质购贴贵贷费赏赖赚赞赶车转软轰轻载辑输边迁过运还这进远连迟迹适选邮里钉钟钮钱铁银链销锅错键长门闪闭问间闹阅队际随隐难雾页顶项顺须预领频题颜额飞馈马验骚骤鱼鸡齐";

/// The traditional ones of [`SIMPLIFIED`], each at the same place.
const TRADITIONAL: &str = "醜專業東絲丟兩嚴個爲麼義樂習書買亂於產從儀們價優夥會傳體餘兒黨關內冊寫決況淨準減幾擊劃剛創刪別製勸辦務動勢區協單佔卻廠曆厲參雙發變號後嚇嗎聽啓員週響團國圖圓場壞塊聲處備復夠頭誇學寶實對導尷盡幣師帶幫幹廣慶應開異棄張彈強歸當錄徹懷態總慣戶掃擾護報擔攔擇掛擋損換據擺數斷無舊時暱顯暫機雜權條來鬆極構標樣檔檻歡氣匯漢湯沒潔淺測瀏塗漲遊潰滾滯滿靈爐點爛煩燙熱愛狀貓環現電畫暢瘋蓋盤著碼確礙禮離種稱稅穩筆篩籤簡類緊紅級紀紙線練組細織終經綁結繞給絡絕統繼續綠緩編緣縮網羣職聯膚腫腦膩騰節薦蕩藥獲薩藍慮虛裝見視覽覺觸計訂讓議訊記講論設訪證評識訴詞譯試話詭語誤說請讀課誰調謝譜負財責敗賬質購貼貴貸費賞賴賺贊趕車轉軟轟輕載輯輸邊遷過運還這進遠連遲跡適選郵裡釘鍾鈕錢鐵銀鏈銷鍋錯鍵長門閃閉問間鬧閱隊際隨隱難霧頁頂項順須預領頻題顏額飛饋馬驗騷驟魚雞齊";

/// What people in international teams say in English in the middle of Chinese.
const ENGLISH_WORDS: [(&str, &str); 16] = [
    ("登录", "login"),
    ("更新", "update"),
    ("团队", "team"),
    ("项目", "project"),
    ("看板", "board"),
    ("支付", "payment"),
    ("附件", "attachment"),
    ("邮件", "email"),
    ("通知", "notification"),
    ("版本", "version"),
    ("同步", "sync"),
    ("导出", "export"),
    ("导入", "import"),
    ("搜索", "search"),
    ("发票", "invoice"),
    ("权限", "permission"),
];

/// What a Chinese keyboard offers first and nobody corrects.
const MISTAKES: [(&str, &str); 12] = [
    ("登录", "登陆"),
    ("账号", "帐号"),
    ("已经", "以经"),
    ("一直", "一只"),
    ("怎么", "咋么"),
    ("没有", "没又"),
    ("总是", "总事"),
    ("为什么", "为神马"),
    ("这么", "介么"),
    ("的时候", "得时候"),
    ("在", "再"),
    ("不知道", "不造"),
];

/// The text in traditional characters.
pub(super) fn traditional(text: &str) -> String {
    let change = |character: char| {
        let place = SIMPLIFIED.chars().position(|simplified| simplified == character);
        place.and_then(|place| TRADITIONAL.chars().nth(place)).unwrap_or(character)
    };
    text.chars().map(|character| if character.is_ascii() { character } else { change(character) }).collect()
}

/// Chinese with some of its words in English.
pub(super) fn mixed(text: &str) -> String {
    let mut text = text.to_owned();
    for (chinese, english) in ENGLISH_WORDS {
        text = text.replace(chinese, &format!(" {english} "));
    }
    text.trim().to_owned()
}

/// A typing mistake, where there is room for one.
pub(super) fn mistyped(text: &str, chance: &mut Chance) -> String {
    let chinese: Vec<&(&str, &str)> = MISTAKES.iter().filter(|(right, _)| text.contains(right)).collect();
    if !chinese.is_empty() {
        let (right, wrong) = chance.pick(&chinese);
        return text.replacen(right, wrong, 1);
    }
    let mut words: Vec<&str> = text.split(' ').collect();
    let long: Vec<usize> = (0..words.len())
        .filter(|place| {
            words[*place].len() >= 5 && words[*place].bytes().all(|byte| byte.is_ascii_alphabetic())
        })
        .collect();
    if long.is_empty() {
        return text.to_owned();
    }
    let place = *chance.pick(&long);
    let mut letters = words[place].as_bytes().to_vec();
    let at = 1 + chance.below(letters.len() as u64 - 2) as usize;
    match chance.below(3) {
        0 => letters.swap(at, at + 1),
        1 => drop(letters.remove(at)),
        _ => letters.insert(at, letters[at]),
    }
    let wrong = String::from_utf8_lossy(&letters).into_owned();
    words[place] = &wrong;
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_simplified_character_has_its_traditional_one() {
        assert_eq!(SIMPLIFIED.chars().count(), TRADITIONAL.chars().count());
        assert_eq!(traditional("付款失败，收不到验证码 v2"), "付款失敗，收不到驗證碼 v2");
        assert_eq!(mixed("登录不了"), "login 不了");
    }

    #[test]
    fn a_mistake_changes_a_word_and_no_more() {
        let mut chance = Chance::new(3);
        for _ in 0..50 {
            let wrong = mistyped("the export is always broken", &mut chance);
            let changed =
                wrong.split(' ').zip("the export is always broken".split(' ')).filter(|(a, b)| a != b);
            assert!(changed.count() <= 1, "{wrong}");
        }
        assert_eq!(mistyped("收不到，怎么办", &mut chance), "收不到，咋么办");
        assert_eq!(mistyped("ok", &mut chance), "ok");
    }
}
