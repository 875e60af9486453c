//! Every text of the pages, in both languages. A text that one of them lacks does not compile.

use kit::Error;
use site::{Message, fill};

use crate::{
    credentials::{Field, Flaw},
    views::Refusal,
};

/// The texts of one language.
pub(crate) struct Texts {
    pub(super) log_in_heading: &'static str,
    pub(super) log_in_text: &'static str,
    pub(super) log_in: &'static str,
    pub(super) no_account: &'static str,
    pub(super) go_register: &'static str,
    pub(super) first_log_in: &'static str,

    pub(super) register_heading: &'static str,
    pub(super) register_text: &'static str,
    pub(super) register: &'static str,
    pub(super) have_account: &'static str,
    pub(super) go_log_in: &'static str,

    pub(super) name: &'static str,
    pub(super) name_hint: &'static str,
    pub(super) nickname: &'static str,
    pub(super) optional: &'static str,
    pub(super) password: &'static str,
    pub(super) password_hint: &'static str,
    pub(super) old_password: &'static str,
    pub(super) new_password: &'static str,

    pub(super) me_text: &'static str,
    pub(super) since: &'static str,
    pub(super) change_heading: &'static str,
    pub(super) change_text: &'static str,
    pub(super) change: &'static str,
    pub(super) changed: &'static str,
    pub(super) log_out_heading: &'static str,
    pub(super) log_out_text: &'static str,
    pub(super) back: &'static str,

    pub(super) fix_fields: &'static str,
    wrong: &'static str,
    taken: &'static str,
    reserved: &'static str,
    too_often: &'static str,
    crowded: &'static str,

    missing_name: &'static str,
    missing_password: &'static str,
    too_short: &'static str,
    too_long: &'static str,
    not_text: &'static str,
    invisible: &'static str,
    is_name: &'static str,
    common: &'static str,
    wrong_old: &'static str,
}

impl site::Texts for Texts {
    const ENGLISH: &'static Self = &ENGLISH;
    const CHINESE: &'static Self = &CHINESE;
}

impl Texts {
    /// What is said of a refusal above the form; `log_in` is where whoever has the account goes. None where
    /// it is due to nothing that was typed.
    pub(super) fn message(&self, refusal: &Refusal, log_in: &str) -> Option<Message> {
        match refusal {
            Refusal::Flaws(_) => Some(Message::new(self.fix_fields)),
            Refusal::Wrong => Some(Message::new(self.wrong)),
            Refusal::Taken => {
                let (text, label) = (self.taken, self.go_log_in);
                Some(Message::with_link(text, log_in.to_owned(), label))
            }
            Refusal::Crowded(_) => Some(Message::new(self.crowded)),
            Refusal::Reserved => Some(Message::new(self.reserved)),
            Refusal::Other(Error::TooManyRequests { .. }) => Some(Message::new(self.too_often)),
            Refusal::Other(_) => None,
        }
    }

    /// What is wrong with a field.
    pub(super) fn flaw(&self, field: Field, flaw: Flaw) -> String {
        let number = |text, n: usize| fill(text, &[("n", &n.to_string())]);
        match flaw {
            Flaw::Missing if field == Field::Name => self.missing_name.to_owned(),
            Flaw::Missing => self.missing_password.to_owned(),
            Flaw::NotText => self.not_text.to_owned(),
            Flaw::TooShort(min) => number(self.too_short, min),
            Flaw::TooLong(max) => number(self.too_long, max),
            Flaw::Invisible => self.invisible.to_owned(),
            Flaw::IsName => self.is_name.to_owned(),
            Flaw::Common => self.common.to_owned(),
            Flaw::Wrong => self.wrong_old.to_owned(),
        }
    }
}

static ENGLISH: Texts = Texts {
    log_in_heading: "Log in",
    log_in_text: "Words that you add while you are logged in are yours to change.",
    log_in: "Log in",
    no_account: "No account yet?",
    go_register: "Create one",
    first_log_in: "Log in first, and you see your account.",

    register_heading: "Create an account",
    register_text: "A name and a password are all it takes.",
    register: "Create account",
    have_account: "You have an account?",
    go_log_in: "Log in",

    name: "Name",
    name_hint: "2 to 32 characters. Others see it with what you add.",
    nickname: "Nickname",
    optional: "optional",
    password: "Password",
    password_hint: "{min} to {max} characters. Longer is better than complicated.",
    old_password: "Current password",
    new_password: "New password",

    me_text: "Your account",
    since: "Member since {date}",
    change_heading: "Change password",
    change_text: "You stay logged in here, and are logged out everywhere else.",
    change: "Change password",
    changed: "Your password is changed. You are logged out everywhere else.",
    log_out_heading: "Log out",
    log_out_text: "Logs you out in this browser.",
    back: "Back to the words",

    fix_fields: "That did not work yet. Look at the marked fields.",
    wrong: "The name or the password is wrong.",
    taken: "There is an account of this name already. Choose another name, or, if it is yours:",
    reserved: "This name stands in the setting “admins” already, so nobody can register it. Whoever runs \
               this site takes it out there, lets you register, and names you there then.",
    too_often: "There were too many attempts. Wait five minutes, then try again.",
    crowded: "Many accounts were registered from your network in the last hour, or many names tried. Come back in an hour.",

    missing_name: "Enter your name.",
    missing_password: "Enter your password.",
    too_short: "It must have at least {n} characters.",
    too_long: "It may have at most {n} characters.",
    not_text: "It must be a text.",
    invisible: "It has invisible characters, or white space other than single spaces. Type it anew.",
    is_name: "It must not be your name.",
    common: "It is one of the passwords that are tried first. Choose another one.",
    wrong_old: "This is not your current password.",
};

static CHINESE: Texts = Texts {
    log_in_heading: "登录",
    log_in_text: "登录后添加的词归你所有，由你修改。",
    log_in: "登录",
    no_account: "还没有账号？",
    go_register: "注册一个",
    first_log_in: "请先登录，再查看账号。",

    register_heading: "注册账号",
    register_text: "只需要一个名字和一个密码。",
    register: "注册",
    have_account: "已经有账号？",
    go_log_in: "去登录",

    name: "名字",
    name_hint: "2 到 32 个字符，别人会在你添加的内容上看到它。",
    nickname: "昵称",
    optional: "选填",
    password: "密码",
    password_hint: "{min} 到 {max} 个字符。长比复杂更好。",
    old_password: "当前密码",
    new_password: "新密码",

    me_text: "你的账号",
    since: "{date} 注册",
    change_heading: "修改密码",
    change_text: "这里保持登录，其他地方会全部退出。",
    change: "修改密码",
    changed: "密码已修改，其他地方已全部退出。",
    log_out_heading: "退出登录",
    log_out_text: "在这个浏览器里退出。",
    back: "回到词表",

    fix_fields: "还差一点，请看标出的地方。",
    wrong: "名字或密码不对。",
    taken: "这个名字已经有人用了。请换一个；如果这是你的账号，",
    reserved: "这个名字已经写在设置“admins”里，所以谁都不能注册。请网站管理者先把它从那里去掉，\
               等你注册之后再写进去。",
    too_often: "尝试次数过多，请五分钟后再试。",
    crowded: "过去一小时里，你所在的网络已经注册了很多账号，或者试过了很多名字，请一小时后再来。",

    missing_name: "请输入名字。",
    missing_password: "请输入密码。",
    too_short: "至少要有 {n} 个字符。",
    too_long: "最多 {n} 个字符。",
    not_text: "必须是文字。",
    invisible: "含有看不见的字符，或单个空格以外的空白，请重新输入。",
    is_name: "密码不能和名字相同。",
    common: "这是最先被猜到的密码之一，请换一个。",
    wrong_old: "这不是当前密码。",
};
