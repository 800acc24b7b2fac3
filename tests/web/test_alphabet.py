"""Names from A to Z, Chinese ones by pinyin."""

import pytest

from alliance.web.alphabet import initial, place


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("白求恩党群服务中心", "B"),
        ("“跟党一起创新”研究会", "G"),
        ("华侨城(光明)集团", "H"),
        ("深圳湾实验室", "S"),
        ("啊", "A"),
        ("座", "Z"),
        ("Alliance", "A"),
        ("école", "E"),
        ("zoo", "Z"),
        ("3D 打印中心", "#"),
        ("鑫源", "#"),
        ("", "#"),
        ("…", "#"),
        ("Ωmega", "#"),
        ("🔬", "#"),
        ("한국", "#"),
    ],
)
def test_each_name_has_its_initial(name, letter):
    assert initial(name) == letter


def test_names_are_in_order_and_what_has_no_initial_comes_last():
    names = [
        "鑫源",
        "星湾理工大学",
        "3D",
        "Beta",
        "“北方”公司",
        "阿尔法",
        "星湾传感",
        "Zeta",
        "alpha",
        "北京",
    ]

    assert sorted(names, key=place) == [
        "alpha",
        "阿尔法",
        "Beta",
        "“北方”公司",
        "北京",
        "星湾传感",
        "星湾理工大学",
        "Zeta",
        "3D",
        "鑫源",
    ]


def test_every_character_has_a_place():
    for code in range(0x20, 0x20000):
        if not 0xD800 <= code < 0xE000:
            place(chr(code))
