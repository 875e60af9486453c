//! The Chinese texts.

use site::Counted;

use super::{Rank, Texts};
use crate::verdict::Kind;

pub(super) static TEXTS: Texts = Texts {
    words: "单词",
    title: "代理",
    title_aside: "Proxies",
    tagline: "服务器能看到你的请求经过了哪里。",

    way_heading: "这次请求的路径",
    client: "客户端",
    client_or_proxy: "你，或者隐藏的代理",
    proxy: "代理 {n}",
    between: Counted {
        one: "另外 1 个代理",
        many: "另外 {n} 个代理",
    },
    server: "服务器",
    from_connection: "由连接本身得知。",
    from_trusted: "由受信任的代理提供。",
    claimed: "请求头里这样写，但谁都可以写。",
    hidden: "没有说明是谁。",
    listed_below: "详见下面的列表。",
    this_server: "本页面由它发出。",
    counts_as_client: "视为客户端",

    kind_heading: "代理类型",
    either: "{a}或{b}",
    none: "没有代理",
    no_sign: "请求里没有任何代理的痕迹：要么没有代理，要么代理隐藏了自己。填写你自己的地址就能判断。",
    named: "请求经过了代理，代理给出的地址是 {address}。如果这是你自己的地址，就是透明代理，否则是混淆代理。",
    nobody_named: "请求头表明有代理，但除了代理自己的地址，没有给出别的地址。",
    perhaps_trusted: "Via 里的代理不比服务器信任的代理多，可能就是服务器自己的代理，所以无法判断还有没有别的代理。",
    own_connection: "连接直接来自 {address}，请求里也没有代理的痕迹。",
    own_connection_and_claims: "连接直接来自 {address}。请求头里有关代理的内容是你这一端或者服务器自己的代理添加的。",
    real_named: "代理把你的地址 {address} 告诉了服务器。",
    other_named: "代理给出的客户端地址是 {address}，这不是你的地址。",
    other_connected: "连接来自 {address}，这不是你的地址，而请求里没有任何代理的痕迹。",
    nobody_seen: "服务器不知道是谁建立的连接，请求里也没有代理的痕迹。",

    real_ip: "你自己的地址",
    real_ip_hint: "不用代理时服务器看到的地址，例如 203.0.113.9 或 2001:db8::9。",
    real_ip_wrong: "请填写地址，例如 203.0.113.9 或 2001:db8::9，不要带端口。",
    check: "检查",

    lines_heading: "服务器收到的信息",
    lines_text: "只有 REMOTE_ADDR 是确定的，请求头则是别人写的。每个代理都在右边添加一项，所以客户端编造的内容在左边。\
        服务器只相信 trusted_proxies 里的代理添加的内容。",
    not_sent: "没有发送",
    not_known: "不知道",
    more: Counted {
        one: "前面还有 1 项",
        many: "前面还有 {n} 项",
    },

    ranks_heading: "四种代理",
    ranks_text: "按隐藏的程度从高到低：高匿 > 混淆 > 匿名 > 透明。无论哪一种，REMOTE_ADDR 都是代理的地址。",
    remote_addr: "代理的地址",
    ranks: [
        Rank {
            kind: Kind::Elite,
            name: "高匿代理",
            text: "服务器看到的和普通客户端一样，看不出有代理。",
            via: "没有发送",
            x_forwarded_for: "没有发送",
        },
        Rank {
            kind: Kind::Distorting,
            name: "混淆代理",
            text: "服务器知道有代理，但看到的客户端地址是假的。",
            via: "代理",
            x_forwarded_for: "编造的地址",
        },
        Rank {
            kind: Kind::Anonymous,
            name: "匿名代理",
            text: "服务器知道有代理，但不知道是谁在用。",
            via: "代理",
            x_forwarded_for: "代理的地址，或者没有地址",
        },
        Rank {
            kind: Kind::Transparent,
            name: "透明代理",
            text: "服务器知道有代理，也知道是谁在用。",
            via: "代理",
            x_forwarded_for: "你的地址",
        },
    ],
    this_one: "就是这种",
    perhaps: "可能",
};
