"""What each sort looks like, and what only looks like it."""

from __future__ import annotations

import pytest

from modelyard.data.personal.detector import SORTS
from modelyard.data.personal.finder import Finder
from tests.families import parts

FOUND = [
    ("email", "write to Ann.Lee+news@mail.example.org."),
    ("email", "邮箱zhang@qq.com请联系"),
    ("phone", "电话13812345678"),
    ("phone", "\uff11\uff13\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18"),
    ("phone", "call +86 138 1234 5678 now"),
    ("phone", "(212) 555-0123"),
    ("phone", "020 7946 0958"),
    ("phone", "030 12345678"),
    ("phone", "tel 2125550123"),
    ("card", "4111 1111 1111 1111"),
    ("card", "3782-822463-10005"),
    ("resident_id", "身份证110101199003077571"),
    ("resident_id", "110101 19900307 7571"),
    ("resident_id", "110101900307757"),
    ("credit_code", "代码91110000600037341L"),
    ("iban", "DE89 3704 0044 0532 0130 00 for Ann"),
    ("iban", "GB82WEST12345698765432"),
    ("ip", "from 8.8.4.4."),
    ("ip", "2001:db8::ff00:42:8329"),
    ("device", "00:1b:63:84:45:e6"),
    ("device", "IMEI 490154203237518"),
    ("ssn", "536-90-4399"),
    ("ssn", "SSN 536904399"),
    ("plate", "粤B·D12345"),
    ("plate", "车牌京A12345"),
    ("passport", "护照号：E12345678"),
    ("location", "39.90420, 116.40740"),
    ("profile", "see https://github.com/torvalds."),
    ("profile", "ftp://ann:secret@example.org/x"),
    ("birth_date", "born on 1990-03-07"),
    ("birth_date", "1990年3月7日出生"),
    ("address", "221B Baker Street, London NW1 6XE"),
    ("address", "Musterstraße 12, 10115 Berlin"),
    ("address", "我住在北京市海淀区中关村大街27号1101室"),
    ("address", "P.O. Box 1234"),
]
NOTHING = [
    "icon@2x.png",
    "git@github.com:team/code.git",
    "order 2125550123",
    "订单号13812345678",
    "1700000000",
    "2026-03-31 12:30:00",
    "$1,234,567.89",
    "4111 1111 1111 1112",
    "4111111111111112",
    "110101199003077572",
    "110101199002307571",
    "991101199003077571",
    "91110000600037341K",
    "DE89 3704 0044 0532 0130 01",
    "version 1.2.3.4",
    "Chrome/12.0.1.2",
    "127.0.0.1",
    "300.1.2.3",
    "std::vector",
    "12:30:45",
    "00:00:00:00:00:00",
    "20-24-01-15-10-30",
    "IMEI 490154203237519",
    "000-12-3456",
    "987-65-4321",
    "E12345678",
    "19.99, 29.99",
    "https://github.com/features",
    "released on 1990-03-07",
    "第3号线",
    "5路公交",
    "a3f13812345678b9c0d1e2f3a4b5c6d7",
    "550e8400-e29b-41d4-a716-446655440000",
    "Ann Lee was here",
]


@pytest.mark.parametrize(("sort", "text"), FOUND)
def test_it_is_found(sort: str, text: str) -> None:
    assert [span.sort for span in Finder().spans(text)] == [sort]


@pytest.mark.parametrize("text", NOTHING)
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert Finder().spans(text) == []


PLAIN = [
    ("phone", ["138 1234 5678", "+8613812345678", "0086-138-1234-5678"], "+8613812345678"),
    ("email", ["Ann@Example.org", " ann@example.org"], "ann@example.org"),
    ("card", ["4111 1111 1111 1111", "4111-1111-1111-1111"], "4111111111111111"),
    ("resident_id", ["11010119900307757x", "110101 19900307 757X"], "11010119900307757X"),
    ("name", ["王 小明", "王小明"], "王小明"),
    ("name", ["Ann  Lee", "ANN LEE"], "ann lee"),
    ("ip", ["2001:DB8:0::1", "2001:db8::1"], "2001:db8::1"),
    ("birth_date", ["1990-03-07", "1990-03-07T00:00:00"], "1990-03-07"),
    ("plate", ["粤B·D12345", "粤bd12345"], "粤BD12345"),
    ("", ["\uff21nn", "ann"], "ann"),
]


@pytest.mark.parametrize(("sort", "written", "plain"), PLAIN)
def test_all_ways_to_write_the_same_have_one_form(sort: str, written: list[str], plain: str) -> None:
    assert {Finder().plain(sort, one) for one in written} == {plain}


@pytest.mark.parametrize("name", SORTS.names)
def test_a_sort_has_a_label_and_finds_nothing_in_nothing(name: str) -> None:
    detector = parts.build(SORTS, name)
    assert detector.label
    for text in ("", " ", "-", "()", "word"):
        assert list(detector.spans(text, told=False)) == []
