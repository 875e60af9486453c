//! The Chinese texts.

use http::StatusCode;
use kit::Error;

use super::Texts;

pub(super) static TEXTS: Texts = Texts {
    title,
    detail,
    log_in: "登录",
    home: "回到首页",
};

fn title(error: &Error) -> &'static str {
    match error {
        Error::Malformed(_) | Error::MissingField(_) | Error::BadParameter(_) => "请求有误",
        Error::Unauthorized { .. } => "请先登录",
        Error::Forbidden { .. } => "没有权限",
        Error::CrossSite => "来自其他网站的请求",
        Error::NotFound(_) => "没有这个页面",
        Error::MethodNotAllowed { .. } => "不支持这种请求方法",
        Error::Conflict { .. } => "已经存在",
        Error::PreconditionFailed => "内容已被修改",
        Error::TooLarge { .. } | Error::TooMuch { .. } => "内容太大",
        Error::TooManyFields(_) => "字段太多",
        Error::UnsupportedMediaType { .. } => "内容类型不对",
        Error::RangeNotSatisfiable { .. } => "超出了文件的范围",
        Error::Unprocessable { .. } => "内容不符合要求",
        Error::TooManyRequests { .. } => "请求太频繁，请稍后再试",
        Error::Internal(_) => "服务器出错了",
        Error::Misconfigured(_) => "服务器的设置不完整",
        Error::NotGranted(_) => "这里没有开通这项功能",
        Error::Unavailable { .. } => "暂时无法处理，请稍后再试",
        Error::Gateway(_) => match error.status() {
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => "代理需要验证身份",
            StatusCode::LENGTH_REQUIRED => "缺少内容长度",
            StatusCode::GATEWAY_TIMEOUT => "上游服务器没有及时回应",
            StatusCode::LOOP_DETECTED => "请求绕回了原处",
            StatusCode::SERVICE_UNAVAILABLE => "还没有设置上游服务器",
            _ => "上游服务器出错了",
        },
        Error::InsufficientStorage(_) => "没有存储空间了",
    }
}

fn detail(error: &Error) -> Option<String> {
    Some(match error {
        Error::MissingField(name) => format!("缺少字段 {name}。"),
        Error::CrossSite => "这个请求会改动内容，却来自另一个网站，所以没有执行。".to_owned(),
        Error::NotFound(path) => format!("这个地址没有内容：{path}"),
        Error::MethodNotAllowed { method, allow } => {
            format!("这个地址不支持 {method}，只支持 {allow}。")
        }
        Error::PreconditionFailed => "现在的版本不符合 If-Match 或 If-None-Match。".to_owned(),
        Error::TooLarge { limit_bytes } => format!("请求体不能超过 {limit_bytes} 字节。"),
        Error::UnsupportedMediaType { got, want } => match got {
            Some(got) => format!("请求体的类型应为 {want}，而不是 {got}。"),
            None => format!("请求体的类型应为 {want}，而请求没有 Content-Type。"),
        },
        Error::RangeNotSatisfiable { length } => {
            format!("请求的范围超出了末尾：一共只有 {length} 字节。")
        }
        Error::TooManyRequests {
            retry_after_seconds,
            ..
        } => format!("请求太频繁了，请在 {retry_after_seconds} 秒后再试。"),
        Error::Internal(_) => "服务器没能完成这个请求，原因记在它的日志里。".to_owned(),
        _ => return None,
    })
}
