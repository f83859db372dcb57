"""Free text of sites, quality control and investigators, looked at for what could name a person before it is kept.

It finds what an identifier looks like, as intake does in headers: dates, numbers of six digits and more, names in the
ways they are written. It proves nothing: a name that is no usual one, without a title or a label, is not found.
"""

import re
import unicodedata
from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reader_study.problems import Invalid

FEWEST_DIGITS = 6  # what only an identifier, a date or a telephone number has (see intake.identifiers)
_SHOWN = 40  # characters of what was found

# Japanese has no blanks between words: what stands alone is what no Latin letter or digit touches.
_FROM, _TO = r"(?<![A-Za-z\d])", r"(?![A-Za-z\d])"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_WHOLE_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATES = (
    r"(?<!\d)(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}",  # 2026-01-02, 2026年1月2日
    rf"{_FROM}\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:19|20)?\d\d{_TO}",  # 02.01.2026, 1/2/26
    r"(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)",
    rf"{_FROM}\d{{1,2}}(?:st|nd|rd|th)?[\s.-]+{_MONTH}[\s,.-]+(?:19|20)\d\d(?!\d)",
    rf"{_FROM}{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d(?!\d)",
    rf"{_FROM}{_WHOLE_MONTH},?\s+(?:19|20)\d\d(?!\d)",  # March 1961; not the septum of 2000 counts
    r"(?<!\d)(?:19|20)\d\d\s?年\s?\d{1,2}\s?月",
    r"(?:明治|大正|昭和|平成|令和)\s?(?:元|\d{1,2})\s?年(?:\s?\d{1,2}\s?月)?",
    rf"{_FROM}[MTSHR]\d{{1,2}}\.\d{{1,2}}\.\d{{1,2}}{_TO}",  # R8.1.2
)
# The commonest family names; those that are everyday words or anatomy are left out.
_KANJI = (
    "佐藤|鈴木|高橋|田中|伊藤|渡辺|渡邊|渡邉|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|清水|山崎|"
    "池田|阿部|橋本|山下|石川|中島|前田|藤田|小川|後藤|岡田|長谷川|村上|近藤|石井|斎藤|齋藤|斉藤|坂本|遠藤|青木|"
    "藤井|西村|福田|太田|三浦|藤原|岡本|松田|中川|中野|原田|小野|田村|竹内|金子|和田|中山|石田|上田|森田"
)
_ROMAN = (
    "sato|satou|suzuki|takahashi|tanaka|ito|itou|watanabe|yamamoto|nakamura|kobayashi|kato|katou|yoshida|yamada|"
    "sasaki|yamaguchi|matsumoto|inoue|kimura|hayashi|shimizu|yamazaki|ikeda|yamashita|ishikawa|nakajima|maeda|fujita|"
    "ogawa|okada|hasegawa|murakami|kondo|ishii|saito|saitou|sakamoto|endo|aoki|smith|jones|williams|garcia|miller|"
    "davis|rodriguez|martinez|mueller|müller|schmidt|schneider|dupont|rossi|nguyen"
)
# The commonest given names, by which a family name before a comma is told from the beginning of a list.
_GIVEN = (
    "james|john|robert|michael|william|david|richard|joseph|thomas|charles|peter|paul|hans|karl|jean|pierre|"
    "mary|patricia|jennifer|linda|elizabeth|barbara|susan|maria|anna|ursula|marie|"
    "taro|jiro|ichiro|hiroshi|takashi|kenji|akira|makoto|hanako|keiko|yoko|yuko|akiko|michiko"
)
_NAMES = (
    r"[^\W\d_]{2,}\^[^\W\d_]+",  # as DICOM writes one
    rf"{_FROM}(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Mme)\b\.?\s*[A-Z][^\W\d_]+",
    rf"{_FROM}[A-Z][^\W\d_'’]*(?:['’-][^\W\d_]+)*,\s*(?i:{_GIVEN}){_TO}",  # Nakagawara, Taro
    rf"{_FROM}(?:O['’]|Mc)[A-Z][^\W\d_]+",
    r"[一-龥々ァ-ヶー]{2,8}\s?(?:様|さん|さま|殿|氏)(?![一-龥])",
    r"(?i:\b(?:patient(?:['’]s)?\s+name|name\s+of\s+(?:the\s+)?patient|surname|family\s+name|given\s+name)\b"
    r"\s*(?:is|[:=])?\s*[^\s,;]+)",
    r"(?:患者名|患者氏名|氏名|姓名)\s*(?:は|[:=])?\s*[^\s、。,;]+",
    # Not the diseases that bear one.
    rf"(?:{_KANJI})(?!\s?(?:病|症|氏病|動脈炎|甲状腺炎|法|式|分類))",
    rf"{_FROM}(?i:{_ROMAN}){_TO}(?!['’]?s?\s+(?i:disease|syndrome|arteritis|thyroiditis|method|criteria|score|filter))",
)
_LABELS = (
    rf"{_FROM}(?i:(?:mrn|patient\s*id|hospital\s*(?:id|number|no)|chart\s*(?:no|number)|accession(?:\s*(?:no|number))?)\b"
    r"\.?\s*(?:is|[:=#])?\s*[\w-]*\d[\w-]*)",
    rf"{_FROM}(?i:id){_TO}\s*(?i:no\.?|number)?\s*(?:(?i:is)|は|[:=#])?\s*[A-Za-z-]*\d[\w-]*",
    r"(?:患者ID|患者番号|カルテ番号|診察券番号|受付番号)\s*(?:は|[:=])?\s*[\w-]*\d[\w-]*",
    r"\b[\w.+-]+@[\w-]+\.[\w.-]+",
)
# 123456, 12-3456-78, 090 1234 5678; not the numbers of segments or slices one after the other.
_DIGITS = re.compile(r"\d{6,}|(?<![\d.])\d{2,}(?:-\d{2,})+|(?<![\d.])\+?0?\d{1,4}(?: \d{3,4}){2}(?!\d)")
_KINDS: tuple[tuple[Promise, re.Pattern[str]], ...] = (
    (gettext_lazy("a date"), re.compile("|".join(_DATES), re.IGNORECASE)),
    (gettext_lazy("the name of a person"), re.compile("|".join(_NAMES))),
    (gettext_lazy("an identifier or an address"), re.compile("|".join(_LABELS))),
)


def screened(text: str) -> str:
    """The text without blanks around it, if nothing in it looks like an identifier.

    Raises
    ------
    Invalid
        code "identifiers"; the sentence quotes what was found first, so that the writer can mend it; `found` has all.
    """
    text = text.strip()
    found = list(_found(_plain(text)))
    if found:
        label, what = found[0]
        raise Invalid(
            "identifiers",
            _("“%(what)s” looks like %(kind)s. Leave out whatever could identify a person, then save again.")
            % {"what": what, "kind": label},
            found=[what for _label, what in found],
        )
    return text


def _plain(text: str) -> str:
    """One width of every character, and none that nobody sees: they would part a number in two."""
    seen = unicodedata.normalize("NFKC", text)
    return "".join(character for character in seen if unicodedata.category(character) != "Cf")


def _found(text: str) -> Iterator[tuple[Promise, str]]:
    for label, pattern in _KINDS:
        for match in pattern.finditer(text):
            yield label, match[0].strip()[:_SHOWN]
    for match in _DIGITS.finditer(text):
        if sum(character.isdigit() for character in match[0]) >= FEWEST_DIGITS:
            yield gettext_lazy("a number that could identify somebody"), match[0][:_SHOWN]
