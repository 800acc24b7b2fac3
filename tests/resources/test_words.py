"""Texts as searching sees them. Pure."""

import pytest

from alliance.resources.words import fold, in_sections, latin_words, pinyin

TEXT = in_sections(("XWUT-002", "300kV 透射电镜", "TEM"), ("电子显微", "imaging"), ("重庆", "at 5 nm"))


def test_folding_forgets_width_case_and_control_characters():
    assert fold("  ΓABC\x00\x07（１）\n") == "γabc(1)"


def test_a_text_has_three_sections_of_lines():
    assert TEXT == "\nxwut-002\n300kv 透射电镜\ntem\n\x1e\n电子显微\nimaging\n\x1f\n重庆\nat 5 nm\n"


def test_latin_words_stand_between_blanks_each_once_a_section():
    assert latin_words(TEXT) == " xwut 002 300kv 300 kv tem \x1e imaging \x1f at 5 nm "


def test_names_and_techniques_have_a_sound_and_descriptions_none():
    assert pinyin(TEXT) == "\n300kvtoushedianjing\n3TSDJ\ndianzixianwei\nDZXW\n"


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("重庆银行长度", "chongqingyinhangchangdu\nCQYHCD"),
        ("波长可调激光", "bochangketiaojiguang\nBCKTJG"),
        ("x射线衍射仪", "xshexianyansheyi\nXSXYSY"),
        ("绿光", "lvguang\nLG"),
    ],
)
def test_characters_of_several_readings_are_read_as_in_their_words(name, sound):
    assert pinyin(name) == f"\n{sound}\n"


def test_a_text_without_sections_is_all_names():
    assert (latin_words("scope 显微镜"), pinyin("hall")) == (" scope \x1e  \x1f  ", "")
