//! Chinese names, where the text says that one stands here: a surname that exists, and one or two characters.

use flywheel_language::is_han;
use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::cue::{Cue, value_after};
use super::reading::{Reading, note};

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝張劉陳楊黃趙吳孫馬鄭謝許韓馮鄧蕭葉蘇呂盧鐘譚陸";
const DOUBLE: &[&str] = &[
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "夏侯", "端木",
    "南宫", "长孙",
];
/// Characters that go on with the sentence rather than with a name.
const AFTER: &str = "的是在来想要有电手我你他她它了也和就都说，。住给从到这那买用订不没收一请已今昨先女";

pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    if !reading.has_han {
        return;
    }
    for cue in &reading.cues {
        match cue.cue {
            Cue::NameZh => {
                let (start, _) = value_after(&reading.text, cue.end);
                if let Some(long) = name(&reading.text[start..]) {
                    note(found, PersonalKind::Name, start..start + long, Certainty::Certain);
                }
            }
            Cue::TitleZh => titled(reading, cue.start, cue.end, found),
            _ => {}
        }
    }
}

/// How long a name is that a text begins with.
fn name(text: &str) -> Option<usize> {
    let letters: Vec<char> = text.chars().take(5).take_while(|character| is_han(*character)).collect();
    let surname = surname(text)?;
    let given = letters.get(surname..)?;
    let more = given.iter().take(2).take_while(|character| !AFTER.contains(**character)).count();
    (more > 0).then(|| letters[..surname + more].iter().map(|character| character.len_utf8()).sum())
}

/// How many characters of a surname a text begins with.
fn surname(text: &str) -> Option<usize> {
    if DOUBLE.iter().any(|double| text.starts_with(double)) {
        return Some(2);
    }
    text.chars().next().filter(|first| SURNAMES.contains(*first)).map(|_| 1)
}

/// A surname, or a whole name after something that is no Chinese character, before `先生` and the like.
fn titled(reading: &Reading<'_>, start: usize, end: usize, found: &mut Vec<Found>) {
    let before = &reading.text[..start];
    let letters: Vec<(usize, char)> =
        before.char_indices().rev().take(4).take_while(|(_, character)| is_han(*character)).collect();
    // `letters` runs backwards: a name of three characters begins at the third.
    for long in [3, 4, 2, 1] {
        let Some((at, _)) = letters.get(long - 1) else { continue };
        let open = letters.len() == long
            || letters.get(long).is_some_and(|(_, character)| {
                AFTER.contains(*character) || "叫找跟对向让被为是:".contains(*character)
            });
        let unclear = before[*at..].starts_with(['和', '时', '从', '应', '解', '管', '全', '向', '连', '计']);
        let named = !unclear
            && surname(&before[*at..]).is_some_and(|surname| surname <= long && (long - surname <= 2));
        if named && (open || long == 1) {
            note(found, PersonalKind::Name, *at..end, Certainty::Likely);
            return;
        }
    }
}
