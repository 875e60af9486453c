"""Names of files: what a path, a file system, Windows or Unicode makes something else of."""

from hypothesis import strategies as st

from grammars.texts import any_text

# Each by itself a name, and a piece of others.
PIECES = [
    "a", "B", "7", "Lenna", ".", "..", "...", "_", "__", "-", "--", " ", "  ", "/", "//", "\\", "\\\\", ":", "C:", "C:\\",
    "../", "..\\", "/etc/", "~", "~/", "*", "?", "|", "<", ">", "'", "%22", "%2F", "%00", "&", ";", "=", "$HOME", "`", "{}",
    "\t", "\x0b", "\x1c", "\x1f", "\x7f", "\x85", "\xa0", "\xad", "\u1680", "\u2028", "\u200b", "\u202e", "\u3000", "\ufeff",
    "é", "e\u0301", "ß", "İ", "ﬁ", "①", "ｘ", "．", "／", "＼", "＿", "：", "…", "℀", "½", "Ⅷ", "㎏", "唤醒", "手腕", "한", "א", "😀",
    "\ufffd", "\U0001d400", "\U0010ffff",
]  # fmt: skip

# What Windows takes for a device, whatever follows; Werkzeug looks for it on Windows only.
RESERVED = ["CON", "con", "PRN", "AUX", "NUL", "nul", "COM1", "com9", "LPT1", "CONIN$", "COM¹", "con.a", "aux ", ".nul"]

EXTENSIONS = [
    ".png", ".png", ".png", ".jpg", ".jpeg", ".gif", ".PNG", ".Jpg", ".txt", ".svg", ".png.txt", ".txt.png", ".", "", ".png ",
    " .png", ".png.", ".pn\u200bg", ".ｐｎｇ", "．png", "/.png", "\\.png", "..png", ".png/", ".gif?x=.png",
]  # fmt: skip

_pieces = st.lists(st.sampled_from(PIECES + RESERVED) | any_text, max_size=5).map("".join)
_long = st.builds(
    "{}{}".format, _pieces, st.sampled_from([("a", 186), ("a", 187), ("b", 250), ("c", 251), ("é", 190), ("唤", 300), ("n", 900)])
    .map(lambda piece: piece[0] * piece[1]),
)  # fmt: skip


def names():
    """Names that a header can hold."""
    return st.builds("{}{}".format, _pieces | _pieces | _pieces | _long, st.sampled_from(EXTENSIONS)).filter(
        lambda name: "\0" not in name
    )


def written(name: str) -> str:
    """A name as a client writes it (the HTML standard, multipart/form-data)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
