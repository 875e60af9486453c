//! The Chinese texts.

use super::Texts;

pub(super) static TEXTS: Texts = Texts {
    log_in_heading: "登录",
    log_in_text: "登录后添加的词，你可以随时修改。",
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
    password_hint: "{min} 到 {max} 个字符。长密码比复杂的密码更好。",
    old_password: "当前密码",
    new_password: "新密码",

    me_text: "你的账号",
    since: "{date} 注册",
    change_heading: "修改密码",
    change_text: "这里保持登录，其他地方会全部退出。",
    change: "修改密码",
    changed: "密码已修改，其他地方已全部退出。",
    log_out_heading: "退出登录",
    log_out_text: "只在这个浏览器里退出登录。",
    back: "返回词表",

    fix_fields: "请修改标出的内容。",
    wrong: "名字或密码不对。",
    taken: "这个名字已经有人用了，请换一个。这是你的账号吗？",
    reserved: "这个名字在设置“admins”里，所以谁都不能注册。请管理员先把它去掉，等你注册之后再加回去。",
    too_often: "尝试次数过多，请五分钟后再试。",
    crowded: "你所在的网络注册次数过多，请一小时后再试。",

    missing_name: "请输入名字。",
    missing_password: "请输入密码。",
    too_short: "至少要有 {n} 个字符。",
    too_long: "最多 {n} 个字符。",
    not_text: "必须是文字。",
    invisible: "不能含有看不见的字符或连续的空格。",
    is_name: "密码不能和名字相同。",
    common: "这个密码太容易被猜到，请换一个。",
    wrong_old: "这不是当前密码。",
};
