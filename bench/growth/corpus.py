"""Words as people collect them, made up from a fixed seed.

The letters and characters are as unevenly used as in real texts. Some texts are in a known share of the
words, whatever their number, so that there is something to search for: see `Texts`.
"""

import csv
import io
import random
from typing import NamedTuple

SEED = 20220215

# A text that is in "a few" words is in so many, however large the book is.
FEW = 5


class Word(NamedTuple):
    english: str
    chinese: str
    sentence_eng: str
    sentence_chi: str


class Texts(NamedTuple):
    """Of one language, each with eight characters or more; what they begin with is as frequent as they are."""

    # In no word, and no two of its characters together.
    none: str
    # In no word, but each three of its characters are in many.
    none_of_common_parts: str
    few: str
    # One in a hundred.
    some: str
    # Nine of ten.
    most: str
    # In the oldest three of a hundred, and nowhere else.
    old: str


ENGLISH = Texts("7xvzkxvz", "together together", "quixotic", "jubilant", "together", "waxworks")
CHINESE = Texts(
    "囍淼囍淼囍淼囍淼", "我们今天我们今天", "踌躇满志胸有成竹", "风和日丽万里无云", "我们今天在学校里", "六级考试必背词汇",
)  # fmt: skip

# A character in the oldest fifth of the words, with others behind it each time.
VARIED = "乂"

# So that what is in a few words only is in no others by chance: no 7, j, q, x, and no "wa".
_BEGINNINGS = [
    *(2 * "b c d f g h l m n p r s t".split()),
    *"v w bl br ch cr dr fl gr pl pr sh sp st th tr".split(),
]
_MIDDLES = "e e e i i o o u u ea oo".split()
_ENDS = ["", "", "", "", "", *"d l m n n r r s t t ck nd ng nt st".split()]
_SUFFIXES = ["", "", "", "", "ed", "er", "ing", "ion", "ly", "ment", "ness", "s"]
_LINKS = "the of to in and a is that for it on with".split()


def words(count: int) -> list[Word]:
    """So many different words, oldest first."""
    chance = random.Random(SEED)
    english, chinese = _English(chance), _Chinese(chance)
    few = {round((number + 0.5) * count / FEW) for number in range(FEW)}
    found = []
    for number in range(count):
        kinds = [
            ("most", chance.random() < 0.9),
            ("some", number % 100 == 50),
            ("few", number in few),
            ("old", number < count * 3 // 100),
        ]
        kinds = [kind for kind, holds in kinds if holds]
        sentence_eng, sentence_chi = (
            language.sentence([getattr(texts, kind) for kind in kinds])
            for language, texts in ((english, ENGLISH), (chinese, CHINESE))
        )
        if number < count // 5:
            sentence_chi = chinese.varied() + sentence_chi
        found.append(Word(english.word(), chinese.word(), sentence_eng, sentence_chi))
    return found


def as_csv(found: list[Word]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(Word._fields)
    writer.writerows(found)
    return file.getvalue().encode()


def having(found: list[Word], text: str) -> int:
    """How many words have a text in one of their fields."""
    text = text.casefold()
    return sum(any(text in field.casefold() for field in word) for word in found)


class _English:
    def __init__(self, chance: random.Random):
        self.chance, self.used = chance, set()
        self.vocabulary = [self._made_up() for _ in range(6000)]
        self.frequencies = _zipf(6000)

    def word(self) -> str:
        while True:
            word = self._made_up() + self.chance.choice(_SUFFIXES)
            if self.chance.random() < 0.2:
                word += " " + self.chance.choice(_LINKS)
            if word not in self.used:
                self.used.add(word)
                return word

    def sentence(self, texts: list[str]) -> str:
        words = self.chance.choices(self.vocabulary, cum_weights=self.frequencies, k=self.chance.randint(3, 7))
        for text in [*self.chance.sample(_LINKS, 2), *texts]:
            words.insert(self.chance.randint(1, len(words)), text)
        return " ".join(words).capitalize() + "."

    def _made_up(self) -> str:
        pick = self.chance.choice
        syllables = self.chance.choices([1, 2, 3], [2, 4, 1])[0]
        return "".join(pick(_BEGINNINGS) + pick(_MIDDLES) + pick(_ENDS) for _ in range(syllables))


class _Chinese:
    def __init__(self, chance: random.Random):
        self.chance = chance
        # The characters of everyday texts, which GB 2312 has in its first part.
        rows, columns = range(0xB0, 0xD8), range(0xA1, 0xFF)
        everyday = "".join(bytes([row, column]).decode("gb2312", "ignore") for row in rows for column in columns)
        self.characters = sorted(set(everyday) - set("".join(CHINESE)))
        chance.shuffle(self.characters)
        self.frequencies = _zipf(len(self.characters))

    def word(self) -> str:
        return self._some(self.chance.choices([1, 2, 3, 4], [10, 60, 15, 15])[0])

    def sentence(self, texts: list[str]) -> str:
        parts = [self._some(self.chance.randint(2, 5)) for _ in range(3)]
        if self.chance.random() < 0.5:
            parts.append("今天我们一起")
        for text in texts:
            parts.insert(self.chance.randint(0, len(parts)), text)
        parts.insert(1, self.chance.choice("的了是不"))
        return "，".join(["".join(parts[:3]), "".join(parts[3:])]) + "。"

    def varied(self) -> str:
        return VARIED + "".join(self.chance.choices(self.characters, k=2))

    def _some(self, count: int) -> str:
        return "".join(self.chance.choices(self.characters, cum_weights=self.frequencies, k=count))


def _zipf(count: int) -> list[float]:
    """Cumulative weights: the second is half as frequent as the first, and so on, but less so at first."""
    total, weights = 0.0, []
    for rank in range(count):
        total += 1 / (rank + 10)
        weights.append(total)
    return weights
