//! What can be wrong with the project board: the problems and the harmless annoyances of which a startup has some.

use serde::Serialize;

/// A name in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Name {
    /// In English.
    pub en: &'static str,
    /// In Chinese.
    pub zh: &'static str,
}

/// Where people meet a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meets {
    /// At a step of the way to a purchase, by its place.
    Step(usize),
    /// On any visit.
    Visit,
    /// When a bill comes.
    Bill,
}

/// What people ask for when they speak of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Complaint {
    /// Something that broke.
    Bug,
    /// Something that is missing.
    Missing,
    /// Something that works as meant and is disliked.
    Dislike,
}

/// Something that can be wrong.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subject {
    /// Its name in the files of words.
    pub id: &'static str,
    /// As a person would call it.
    pub name: Name,
    /// What kind of trouble it is.
    pub complaint: Complaint,
    /// Where it is met.
    pub meets: Meets,
    /// The only device that has it.
    pub device: Option<&'static str>,
    /// The code that the product shows and records, where it notices the trouble by itself.
    pub error: Option<&'static str>,
}

const fn subject(
    id: &'static str,
    en: &'static str,
    zh: &'static str,
    complaint: Complaint,
    meets: Meets,
    device: Option<&'static str>,
    error: Option<&'static str>,
) -> Subject {
    Subject { id, name: Name { en, zh }, complaint, meets, device, error }
}

use Complaint::{Bug, Dislike, Missing};
use Meets::{Bill, Step, Visit};

/// The problems.
pub(super) const PROBLEMS: [Subject; 28] = [
    subject("payment", "payment fails", "付款失败", Bug, Step(4), None, Some("payment_declined")),
    subject("crash", "crash on opening", "打开就闪退", Bug, Visit, Some("Mobile"), Some("crash")),
    subject("sync", "slow sync", "同步太慢", Bug, Visit, None, None),
    subject("notifications", "too many notifications", "通知太多", Dislike, Visit, None, None),
    subject("export", "export is broken", "导出出错", Bug, Visit, None, Some("export_failed")),
    subject("login_code", "login code does not arrive", "收不到验证码", Bug, Step(0), None, None),
    subject("invoice", "invoice is wrong", "发票有误", Bug, Bill, None, None),
    subject("dark_mode", "no dark mode", "没有深色模式", Missing, Visit, None, None),
    subject("search", "search finds nothing", "搜索搜不到", Bug, Visit, None, None),
    subject("time_zone", "calendar in the wrong time zone", "日历时区错误", Bug, Visit, None, None),
    subject(
        "attachments",
        "attachments fail to upload",
        "附件上传失败",
        Bug,
        Visit,
        None,
        Some("upload_failed"),
    ),
    subject("invitations", "invitations never arrive", "邀请收不到", Bug, Step(2), None, None),
    subject("onboarding", "getting started is confusing", "新手引导看不懂", Dislike, Step(1), None, None),
    subject("price", "price is too high", "价格太贵", Dislike, Visit, None, None),
    subject("offline", "does not work offline", "没有离线模式", Missing, Visit, None, None),
    subject("keyboard", "keyboard hides the input", "键盘挡住输入框", Bug, Visit, Some("Mobile"), None),
    subject("data_loss", "data is lost", "数据丢失", Bug, Visit, None, None),
    subject("permissions", "permissions are confusing", "权限混乱", Dislike, Visit, None, None),
    subject(
        "import",
        "import from other tools fails",
        "从其他工具导入失败",
        Bug,
        Step(1),
        None,
        Some("import_failed"),
    ),
    subject("reports", "reports load slowly", "报表加载慢", Bug, Step(3), None, None),
    subject("integrations", "integrations break", "第三方集成失效", Bug, Visit, None, Some("hook_failed")),
    subject("translation", "translation is bad", "翻译太差", Dislike, Visit, None, None),
    subject("accessibility", "hard to read and to use", "无障碍体验差", Dislike, Visit, None, None),
    subject("support", "support answers slowly", "客服回复慢", Dislike, Visit, None, None),
    subject("logged_out", "logged out again and again", "总是被退出登录", Bug, Visit, None, None),
    subject("battery", "battery drain", "耗电发热", Bug, Visit, Some("Mobile"), None),
    subject("dragging", "cards jump when dragged", "拖动卡片会跳", Bug, Visit, Some("Desktop"), None),
    subject("double_charge", "charged twice", "重复扣费", Bug, Bill, None, None),
];

/// What annoys aloud and changes nothing.
pub(super) const DECOYS: [Subject; 8] = [
    subject("icon", "colour of the new icon", "新图标颜色", Dislike, Visit, None, None),
    subject("font", "the new font", "新字体", Dislike, Visit, None, None),
    subject("greeting", "the greeting on the start page", "首页问候语", Dislike, Visit, None, None),
    subject("sound", "the sound of finished cards", "完成提示音", Dislike, Visit, None, None),
    subject("mascot", "the mascot", "吉祥物", Dislike, Visit, None, None),
    subject("confetti", "confetti on finished cards", "完成时的彩带动画", Dislike, Visit, None, None),
    subject("button_name", "the renamed button", "按钮改名", Dislike, Visit, None, None),
    subject("splash", "the start animation", "启动动画", Dislike, Visit, None, None),
];
