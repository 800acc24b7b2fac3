"""Texts as searching sees them: folded, in sections, with their Latin words and their sound."""

import os
import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any, Final

# Ends the names and the techniques in the text a resource is found by. Folding takes these signs out of every question.
NAMES_END: Final = "\x1e"
TECHNIQUES_END: Final = "\x1f"
# Latin words of so few letters mean only themselves: "tem" is not looked for inside "system".
SHORT: Final = re.compile(r"[a-z0-9]{1,3}")
_LATIN: Final = re.compile(r"[a-z0-9]+")
_ALIKE: Final = re.compile(r"[a-z]+|[0-9]+")
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")


def fold(text: str) -> str:
    """The text without the differences a searcher does not mean: width, case, kinds of blanks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    # Control characters match nothing, and PostgreSQL refuses the zero among them.
    return " ".join("".join(sign for sign in plain if sign.isprintable() or sign.isspace()).split())


def in_sections(names: Iterable[str], techniques: Iterable[str], others: Iterable[str]) -> str:
    """The pieces, one a line, folded, in three sections; each line begins with its own line break."""
    return "".join(
        "".join(f"\n{fold(piece)}" for piece in pieces if piece) + f"\n{end}"
        for pieces, end in ((names, NAMES_END), (techniques, TECHNIQUES_END), (others, ""))
    )


def latin_words(text: str) -> str:
    """The Latin words and numbers of a text in sections, each once a section and between blanks."""
    return "".join(
        f" {' '.join(_words_in(part))} {end}"
        for part, end in zip(_sections(text), (NAMES_END, TECHNIQUES_END, ""), strict=True)
    )


def pinyin(text: str) -> str:
    """How the Chinese names and techniques of a text in sections sound: each in full, then its initials as capitals.

    "透射电镜" gives "toushedianjing" and "TSDJ", each on a line of its own.
    """
    names, techniques, _others = _sections(text)
    lines = dict.fromkeys(line for line in (names + techniques).split("\n") if _CHINESE.search(line))
    return "".join(f"\n{_sound(line)}" for line in lines) + "\n" if lines else ""


def _sections(text: str) -> tuple[str, str, str]:
    names, _, rest = text.partition(NAMES_END)
    techniques, _, others = rest.partition(TECHNIQUES_END)
    return names, techniques, others


def _words_in(text: str) -> Iterable[str]:
    # "600mhz" is found by itself and by "mhz".
    found = _LATIN.findall(text)
    return dict.fromkeys(each for word in found for each in (word, *_ALIKE.findall(word)))


# Kinds, classes and techniques come again with every resource.
@lru_cache(maxsize=4096)
def _sound(line: str) -> str:
    syllables = ["".join(_LATIN.findall(syllable)) for syllable in _pypinyin().lazy_pinyin(line)]
    return "".join(syllables) + "\n" + "".join(syllable[0] for syllable in syllables if syllable).upper()


@cache
def _pypinyin() -> Any:
    """The library that knows how characters are read, and the words of science and offices that it would misread."""
    # Without its own 47,000 words, most of them idioms and poetry, it takes 13 megabytes of each process instead of 57.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    # Imported here: it takes a sixth of a second, and only who writes texts needs it.
    import pypinyin

    pypinyin.load_phrases_dict(
        {
            word: [[syllable] for syllable in sound.split()]
            for line in _READ_OTHERWISE.strip().splitlines()
            for word, sound in [line.strip().split(" ", 1)]
        }
    )
    return pypinyin


# Characters of several readings, in the words in which the less common one counts here.
_READ_OTHERWISE: Final = """
重庆 chong qing
重复 chong fu
重组 chong zu
重构 chong gou
重建 chong jian
重叠 chong die
多重 duo chong
双重 shuang chong
银行 yin hang
行业 hang ye
行列 hang lie
长度 chang du
长时 chang shi
长期 chang qi
长焦 chang jiao
波长 bo chang
调制 tiao zhi
调节 tiao jie
调谐 tiao xie
调试 tiao shi
可调 ke tiao
空调 kong tiao
供给 gong ji
音乐 yin yue
乐器 yue qi
会计 kuai ji
厦门 xia men
弹性 tan xing
弹射 tan she
模具 mu ju
校准 jiao zhun
校正 jiao zheng
校验 jiao yan
都市 du shi
成都 cheng du
首都 shou du
还原 huan yuan
曝光 bao guang
着色 zhuo se
粘度 nian du
粘附 nian fu
吸着 xi zhuo
角色 jue se
"""
