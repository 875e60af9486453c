//! The English texts.

use super::{SectionTexts, Texts};

pub(super) static TEXTS: Texts = Texts {
    words: "Words",
    title: "The tutorial",
    title_aside: "教程",
    tagline: "The eleven sections of the Flask tutorial that Handspun rebuilds, and how to try each of them.",
    commands_note: "Run the commands in the folder of Handspun's sources.",
    not_here: "This server does not offer it.",
    sections: [
        SectionTexts {
            title: "Templates, sessions, requests",
            text: "A page from a template, a session that is kept between requests, and what a client sends: the query, a \
                form, JSON.",
        },
        SectionTexts {
            title: "Files",
            text: "Upload pictures with a form. They are checked, kept, listed and served.",
        },
        SectionTexts {
            title: "Cookies and logging in",
            text: "A cookie that lives for six minutes, and accounts that use the signed session cookie.",
        },
        SectionTexts {
            title: "Proxies",
            text: "What a server sees of the proxies that a request came through, and which of the four kinds they are. A \
                reverse proxy shares requests out among servers.",
        },
        SectionTexts {
            title: "A forward proxy",
            text: "It fetches pages of other servers for its clients. TOKEN is in the file .env, which make proxy writes.",
        },
        SectionTexts {
            title: "Inside Flask",
            text: "What Flask does by itself: it finds the view for a path, and serves the files of its static folder.",
        },
        SectionTexts {
            title: "Testing",
            text: "A test client sends requests to the application in a test, without a server or a port.",
        },
        SectionTexts {
            title: "Environment variables",
            text: "A setting from the environment, with a default: 唤醒手腕.",
        },
        SectionTexts {
            title: "Threads",
            text: "Three requests that each wait for two seconds take two seconds together, not six.",
        },
        SectionTexts {
            title: "A database",
            text: "The word book: words in English and Chinese, each with a sentence.",
        },
        SectionTexts {
            title: "Deployment",
            text: "The program that serves all this. It needs no other server, and uses all cores by itself.",
        },
    ],
};
