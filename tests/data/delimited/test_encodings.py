"""The encoding of a file: by its marks, by clear evidence, or not at all."""

from __future__ import annotations

import pytest

from modelyard.data.delimited import dialect, encodings

CHINESE = (
    "我们的客户在北京和上海，他们对产品的质量很满意，但是送货的速度不够快。是不是可以再快一些？中国有很多这样的公司。"
    * 2
)
TRADITIONAL = (
    "我們的客戶在台北，他們對產品的質量很滿意，但是送貨的速度不夠快。是不是可以再快一些？有很多這樣的公司。" * 2
)
GERMAN = "Die Straße nach Köln führt über Düren; für größere ist sie gesperrt, grüne dürfen. Äpfel, Öl, süß, schön."
FRENCH = "L'élève a été reçu à l'école; où est la clé? Ça dépend de l'été, répète sa mère. Né à Nîmes, il a rêvé."
KOREAN = "우리 고객은 서울에 있으며 제품의 품질에 매우 만족합니다. 하지만 배송 속도가 충분히 빠르지 않습니다."
JAPANESE = "私たちのお客様は東京にいて、製品の品質にとても満足していますが、配送の速度が十分ではありません。"
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy; řeka teče přes město, kde žijí naši nejlepší zákazníci již léta."
RUSSIAN = "Наши клиенты живут в Москве и очень довольны качеством продукции, но доставка идёт слишком медленно."

CASES = [
    ("utf-8", CHINESE, "utf-8", "utf-8"),
    ("UTF-16", CHINESE, "utf-16", "utf-16"),
    ("UTF-32", CHINESE, "utf-32", "utf-32"),
    ("GB 18030", CHINESE, "gb18030", "gb18030"),
    ("GB 18030 with signs", "\uff0c\uffe5\uff11\uff12\uff0c\uff36\uff29\uff30" * 3 + CHINESE, "gb18030", "gb18030"),
    ("Big5", TRADITIONAL, "big5", "big5"),
    ("German", GERMAN * 2, "cp1252", "cp1252"),
    ("French", FRENCH, "cp1252", "cp1252"),
    ("little of anything", "caf\xe9, ol\xe9", "cp1252", None),
    ("Korean", KOREAN, "euc-kr", None),
    ("Japanese", JAPANESE, "euc-jp", None),
    ("Japanese, shifted", JAPANESE, "shift_jis", None),
    ("Czech", CZECH, "cp1250", None),
    ("Russian", RUSSIAN, "cp1251", None),
]


@pytest.mark.parametrize(("text", "encoding", "wanted"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_an_encoding_is_found_where_it_is_clear(text: str, encoding: str, wanted: str | None) -> None:
    assert encodings.of(text.encode(encoding)) == wanted


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (b"a,b\n1,2\n", ","),
        (b"a;b\n1,5;2,5\n", ";"),
        (b"price, EUR;name\n1,5;x\n12;y\n", ";"),
        (b'"a;x","b;y"\n1,2\n', ","),
        (b"a\tb, c\n1\t2\n3\t4\n", "\t"),
        (b"a|b\n1,5|x\n", "|"),
        (b"a\n1;2\n", ","),
    ],
)
def test_a_separator_is_what_all_lines_hold(head: bytes, wanted: str) -> None:
    assert dialect.separator_of(head) == wanted
