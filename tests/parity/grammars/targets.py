"""Where a redirect may lead: paths, and what only looks like one."""

from hypothesis import strategies as st

TARGETS = [
    "/", "/words", "/words/7", "/words/?q=a", "/?q=wake%20up&after=7#word-7", "/?q=//evil.example", "/uploads/唤醒.png",
    "/uploads/%E5%94%A4.png", "/uploads/a b.png", "/uploads/a%20b.png", "/a\"b", "/a'b", "/a<b>", "/{a}|^`", "/a?b=\"<>'",
    "/a?b=唤醒&c=%", "/a?b=a+b", "/[a]", "/a;b=c", "/a:b@c", "/a!$&'()*+,;=~", "/é", "/😀", "/session/show", "/args?infor=1",
    "/data.html", "/%", "/%zz", "/a?%zz",
    # None of these is a page of this site, or one that may be looked at without harm.
    "", "words", "?a=1", "#", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/",
    "HTTPS://evil.example", "http:/evil.example", "http:evil.example", "javascript:alert(1)", "mailto:a@b", "@evil.example",
    " /", "\t//evil.example", "/\t/evil.example", "/\n/evil.example", "/\r\nSet-Cookie: a=1", "/\0", "/\x7f", "/\x85",
    "/%2f/evil.example", "/%5cevil.example", "/%0a/evil.example", "/.//evil.example", "/../a", "/a/../data", "/a//b",
    "/data?english=a&chinese=b&sentence_eng=&sentence_chi=", "/session", "/cookies/delete", "/%64ata", "/add",
]  # fmt: skip

_pieces = st.sampled_from([
    "/", "/", "/", "//", "\\", ".", "..", "a", "words", "data", "session", "evil.example", "http:", "https:", "@", ":", "?", "#", "&",
    "=", "%", "%2f", "%20", "%E5%94%A4", "唤", "é", " ", "\t", "\n", "\"", "<", "'", "+", ";", "|", "\x85", "\u3000", "😀",
])  # fmt: skip

targets = st.sampled_from(TARGETS) | st.builds("{}{}".format, st.sampled_from(["/", "/", ""]), st.lists(_pieces, max_size=6).map("".join))
