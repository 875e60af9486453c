//! The Chinese texts.

use super::{SectionTexts, Texts};

pub(super) static TEXTS: Texts = Texts {
    words: "单词",
    title: "教程",
    title_aside: "The tutorial",
    tagline: "Handspun 重做了一篇 Flask 教程。这里是它的十一节，每一节都可以试一试。",
    commands_note: "命令要在 Handspun 源代码的文件夹里运行。",
    not_here: "这台服务器没有提供。",
    sections: [
        SectionTexts {
            title: "模板、会话、请求",
            text: "由模板生成的页面，在请求之间保持的会话，以及客户端发来的内容：查询参数、表单、JSON。",
        },
        SectionTexts {
            title: "文件传输",
            text: "用表单上传图片。图片会经过检查，然后保存下来，可以列出，也可以查看。",
        },
        SectionTexts {
            title: "Cookie 与登录",
            text: "有效期六分钟的 Cookie，以及用签名的会话 Cookie 实现的账号。",
        },
        SectionTexts {
            title: "代理",
            text: "服务器能看到请求经过了哪些代理，以及它们属于四种类型中的哪一种。反向代理把请求分给多台服务器。",
        },
        SectionTexts {
            title: "正向代理",
            text: "它替客户端访问别的服务器。TOKEN 在 make proxy 写好的 .env 文件里。",
        },
        SectionTexts {
            title: "Flask 底层",
            text: "Flask 自己做的事：知道哪个视图对应哪个路径，并提供 static 文件夹里的文件。",
        },
        SectionTexts {
            title: "测试",
            text: "测试客户端在测试里直接向应用发请求，不需要服务器，也不占用端口。",
        },
        SectionTexts {
            title: "环境变量",
            text: "从外部读取的设置，默认值是“唤醒手腕”。",
        },
        SectionTexts {
            title: "线程",
            text: "三个请求各等两秒，加起来也只要两秒，而不是六秒。",
        },
        SectionTexts {
            title: "数据库",
            text: "单词本：英文和中文的单词，各带一个例句。",
        },
        SectionTexts {
            title: "部署",
            text: "提供以上一切的程序。它不需要别的服务器，并且自己用上所有的核。",
        },
    ],
};
