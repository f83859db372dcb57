"""Invented people: common names put together by chance. No real patient or physician is meant."""

from dataclasses import dataclass

import numpy as np

from inference.physics.patient import Sex

# Romanised, ideographic, phonetic: the three component groups of a Japanese DICOM name (PS3.5 annex H).
_FAMILY = (
    "SATO 佐藤 さとう",
    "SUZUKI 鈴木 すずき",
    "TAKAHASHI 高橋 たかはし",
    "TANAKA 田中 たなか",
    "WATANABE 渡辺 わたなべ",
    "ITO 伊藤 いとう",
    "YAMAMOTO 山本 やまもと",
    "NAKAMURA 中村 なかむら",
    "KOBAYASHI 小林 こばやし",
    "YOSHIDA 吉田 よしだ",
    "YAMADA 山田 やまだ",
    "SASAKI 佐々木 ささき",
    "MATSUMOTO 松本 まつもと",
    "INOUE 井上 いのうえ",
    "KIMURA 木村 きむら",
    "SHIMIZU 清水 しみず",
    "HAYASHI 林 はやし",
    "SAKAMOTO 坂本 さかもと",
    "OGAWA 小川 おがわ",
    "NISHIYAMA 西山 にしやま",
)
_GIVEN: dict[Sex, tuple[str, ...]] = {
    "M": (
        "TARO 太郎 たろう",
        "KENJI 健二 けんじ",
        "HIROSHI 浩 ひろし",
        "MASAO 正夫 まさお",
        "TAKASHI 隆 たかし",
        "SHIGERU 茂 しげる",
        "YOSHIO 義男 よしお",
        "MINORU 実 みのる",
        "KATSUMI 勝美 かつみ",
        "ISAMU 勇 いさむ",
    ),
    "F": (
        "HANAKO 花子 はなこ",
        "KEIKO 恵子 けいこ",
        "YOKO 陽子 ようこ",
        "SACHIKO 幸子 さちこ",
        "KAZUKO 和子 かずこ",
        "MICHIKO 美智子 みちこ",
        "FUMIE 文江 ふみえ",
        "CHIYO 千代 ちよ",
        "NORIKO 典子 のりこ",
        "EMI 恵美 えみ",
    ),
}
_LATIN_FAMILY = ("SANTOS", "NGUYEN", "MÜLLER", "O'BRIEN", "KOWALSKI", "DE LA CRUZ", "FERREIRA", "LINDGREN")
_LATIN_GIVEN: dict[Sex, tuple[str, ...]] = {
    "M": ("MARCO", "PETER", "JOSÉ", "ANDREAS", "VAN ANH", "THOMAS"),
    "F": ("MARIA", "ANNA", "GRACE", "INGRID", "THI MAI", "TERESA"),
}
_LATIN_SHARE = 0.25


@dataclass(frozen=True)
class Person:
    """A name in Latin letters, and for a Japanese name also in kanji and kana (else empty)."""

    family: str
    given: str
    kanji: tuple[str, str] = ("", "")
    kana: tuple[str, str] = ("", "")

    @property
    def person_name(self) -> str:
        """Value of a DICOM PN."""
        latin = f"{self.family}^{self.given}"
        if not self.kanji[0]:
            return latin
        return "=".join([latin, "^".join(self.kanji), "^".join(self.kana)])

    @property
    def written(self) -> str:
        """As a technologist types it into a text field."""
        return "".join(self.kanji) or f"{self.given} {self.family}"


def invent_person(rng: np.random.Generator, *, sex: Sex) -> Person:
    if rng.random() < _LATIN_SHARE:
        return Person(str(rng.choice(_LATIN_FAMILY)), str(rng.choice(_LATIN_GIVEN[sex])))
    family, family_kanji, family_kana = str(rng.choice(_FAMILY)).split()
    given, given_kanji, given_kana = str(rng.choice(_GIVEN[sex])).split()
    return Person(family, given, (family_kanji, given_kanji), (family_kana, given_kana))
