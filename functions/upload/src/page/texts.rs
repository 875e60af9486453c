//! Every text of the page, in both languages. A text that one of them lacks does not compile.

use kit::Error;

/// The texts of one language.
pub(crate) struct Texts {
    pub(super) title: &'static str,
    pub(super) title_aside: &'static str,
    pub(super) tagline: &'static str,
    pub(super) words: &'static str,

    pub(super) upload_heading: &'static str,
    pub(super) file: &'static str,
    pub(super) drop_hint: &'static str,
    pub(super) limits: &'static str,
    pub(super) info: &'static str,
    pub(super) optional: &'static str,
    pub(super) upload: &'static str,
    pub(super) log_in_first: &'static str,
    pub(super) kept: &'static str,
    pub(super) try_again: &'static str,
    pub(super) log_in_elsewhere: &'static str,

    pub(super) pictures: &'static str,
    pub(super) empty_heading: &'static str,
    pub(super) empty_text: &'static str,
    pub(super) by: &'static str,
    pub(super) delete: &'static str,
    pub(super) delete_name: &'static str,
    pub(super) delete_sure: &'static str,
    pub(super) more: &'static str,
    pub(super) first: &'static str,
    pub(super) newest_first: &'static str,
    pub(super) by_name: &'static str,

    missing: &'static str,
    too_large: &'static str,
    info_too_large: &'static str,
    too_many_fields: &'static str,
    no_picture: &'static str,
    unauthorized: &'static str,
    forbidden: &'static str,
    full: &'static str,
    unavailable: &'static str,
    too_slow: &'static str,

    waiting: &'static str,
    uploading: &'static str,
    processing: &'static str,
    renamed: &'static str,
    uploaded: &'static str,
    uploaded_as: &'static str,
    deleted: &'static str,
    not_deleted: &'static str,
    log_in_to_delete: &'static str,
    offline: &'static str,
    failed: &'static str,
    choose_again: &'static str,
}

impl site::Texts for Texts {
    const ENGLISH: &'static Self = &ENGLISH;
    const CHINESE: &'static Self = &CHINESE;
}

impl Texts {
    /// Why a picture was not kept, where that is due to the picture or to who sent it.
    pub(super) fn flaw(&self, error: &Error) -> Option<&'static str> {
        Some(match error {
            Error::MissingField(_) => self.missing,
            Error::TooLarge { .. } => self.too_large,
            Error::TooMuch { code, .. } => match *code {
                "file-too-large" => self.too_large,
                "field-too-large" => self.info_too_large,
                _ => return None,
            },
            Error::Unprocessable { .. } => self.info_too_large,
            Error::TooManyFields(_) => self.too_many_fields,
            Error::UnsupportedMediaType { .. } => self.no_picture,
            Error::Unauthorized { .. } => self.unauthorized,
            Error::Forbidden { .. } => self.forbidden,
            Error::InsufficientStorage(_) => self.full,
            Error::Unavailable { .. } => self.unavailable,
            _ => return None,
        })
    }

    /// What the scripts say, by the names that they have for it. `status-N` is what an answer with that
    /// status means.
    pub(super) fn for_scripts(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("status-400", self.missing),
            ("status-401", self.unauthorized),
            ("status-403", self.forbidden),
            ("status-408", self.too_slow),
            ("status-413", self.too_large),
            ("status-415", self.no_picture),
            ("status-422", self.info_too_large),
            ("status-503", self.unavailable),
            ("status-504", self.too_slow),
            ("status-507", self.full),
            ("waiting", self.waiting),
            ("uploading", self.uploading),
            ("processing", self.processing),
            ("kept", self.kept),
            ("renamed", self.renamed),
            ("uploaded", self.uploaded),
            ("uploaded-as", self.uploaded_as),
            ("deleted", self.deleted),
            ("not-deleted", self.not_deleted),
            ("log-in-to-delete", self.log_in_to_delete),
            ("offline", self.offline),
            ("failed", self.failed),
            ("choose-again", self.choose_again),
        ]
    }
}

static ENGLISH: Texts = Texts {
    title: "Pictures",
    title_aside: "图片",
    tagline: "What was uploaded here, for everybody to see.",
    words: "Word book",

    upload_heading: "Upload a picture",
    file: "Picture",
    drop_hint: "Or drop pictures here, several at once if you like.",
    limits: "PNG, JPEG or GIF, up to {max} with all that is sent along. A picture of the same name is replaced.",
    info: "What it shows",
    optional: "optional",
    upload: "Upload",
    log_in_first: "Log in to upload pictures.",
    kept: "Uploaded",
    try_again: "Try again",
    log_in_elsewhere: "Log in in another tab",

    pictures: "All pictures",
    empty_heading: "No pictures yet",
    empty_text: "The first one that is uploaded will hang here.",
    by: "by {owner}",
    delete: "Delete",
    delete_name: "Delete {name}",
    delete_sure: "Yes, delete it for good",
    more: "More pictures",
    first: "Back to the first",
    newest_first: "Newest first",
    by_name: "By name",

    missing: "Choose a picture first.",
    too_large: "The picture is too large.",
    info_too_large: "What is said about the picture is too long.",
    too_many_fields: "The form has too many parts. Send the picture and what it shows, and no more.",
    no_picture: "That is no PNG, JPEG or GIF picture, or its name does not end in .png, .jpg, .jpeg or .gif.",
    unauthorized: "Log in first: it needs somebody to be responsible for it.",
    forbidden: "A picture of this name belongs to somebody else.",
    full: "There is no room left for pictures.",
    unavailable: "The picture was not kept. Try again in a moment.",
    too_slow: "The upload took too long.",

    waiting: "waiting",
    uploading: "{n} % uploaded",
    processing: "being kept",
    renamed: "Uploaded, renamed from {file}",
    uploaded: "{name} is uploaded.",
    uploaded_as: "{file} is uploaded as {name}.",
    deleted: "{name} is deleted.",
    not_deleted: "{name} could not be deleted.",
    log_in_to_delete: "Log in to delete pictures.",
    offline: "The server could not be reached.",
    failed: "Something went wrong on the server.",
    choose_again: "The file was changed since it was chosen. Choose it again.",
};

static CHINESE: Texts = Texts {
    title: "图片",
    title_aside: "Pictures",
    tagline: "上传到这里的图片，人人可见。",
    words: "单词本",

    upload_heading: "上传图片",
    file: "图片",
    drop_hint: "也可以把图片拖到这里，可一次多张。",
    limits: "PNG、JPEG 或 GIF，连同附带内容不超过 {max}。同名图片会被替换。",
    info: "图片说明",
    optional: "选填",
    upload: "上传",
    log_in_first: "登录后才能上传图片。",
    kept: "已上传",
    try_again: "重试",
    log_in_elsewhere: "在另一个标签页登录",

    pictures: "全部图片",
    empty_heading: "还没有图片",
    empty_text: "上传的第一张图片会挂在这里。",
    by: "来自 {owner}",
    delete: "删除",
    delete_name: "删除 {name}",
    delete_sure: "确定，永久删除",
    more: "更多图片",
    first: "回到开头",
    newest_first: "最新的在前",
    by_name: "按名称排列",

    missing: "请先选择一张图片。",
    too_large: "图片太大。",
    info_too_large: "图片说明太长。",
    too_many_fields: "表单的部分太多，请只发送图片和图片说明。",
    no_picture: "这不是 PNG、JPEG 或 GIF 图片，或者文件名不以 .png、.jpg、.jpeg 或 .gif 结尾。",
    unauthorized: "请先登录：需要有人对它负责。",
    forbidden: "同名图片属于别人。",
    full: "已经没有存放图片的空间了。",
    unavailable: "图片没有保存，请稍后再试。",
    too_slow: "上传用时太长。",

    waiting: "等待中",
    uploading: "已上传 {n}%",
    processing: "正在保存",
    renamed: "已上传，原名 {file}",
    uploaded: "已上传 {name}。",
    uploaded_as: "已上传 {file}，改名为 {name}。",
    deleted: "已删除 {name}。",
    not_deleted: "无法删除 {name}。",
    log_in_to_delete: "登录后才能删除图片。",
    offline: "无法连接服务器。",
    failed: "服务器出错了。",
    choose_again: "文件在选择之后有改动，请重新选择。",
};
