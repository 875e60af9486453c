"""Texts that printing, escaping and decoding treat differently."""

from hypothesis import strategies as st

# One of each kind that repr(), an encoder or a template might trip over.
ODD = [
    "", " ", "'", '"', "'\"", "\\", "\\'", "\\n", "%", "%41", "&", "=", "+", ";", "<b>", "&lt;", "{{1}}", "\0",
    "\t", "\n", "\r", "\x1c", "\x7f", "\x80", "\x85", "\xa0", "\xad", "é", "e\u0301", "ß", "唤醒手腕", "\u0378",
    "\u061c", "\u200b", "\u200d", "\u200e", "\u2028", "\u2029", "\u202e", "\u2066", "\u3000", "\ud7ff", "\ue000",
    "\ufdd0", "\ufe0f", "\ufeff", "\ufffd", "\ufffe", "\uffff", "😀", "👩\u200d👧", "\U0001f1e8\U0001f1f3",
    "\U000e0001", "\U000e0100", "\U000f0000", "\U0010ffff",
]  # fmt: skip

# Any text, with the odd ones more often than chance would bring them.
odd = st.lists(st.sampled_from(ODD) | st.text(max_size=3), max_size=5).map("".join)

# What stands where nothing is tested.
plain = st.sampled_from(["a", "b", "infor", "name", "1", "duke", "wristwaking"])

any_text = plain | odd
