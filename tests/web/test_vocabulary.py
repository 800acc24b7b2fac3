"""The catalogue's words: each kind is counted in its own."""

import pytest
from flask import Flask
from flask_babel import force_locale

from alliance.web.vocabulary import free_of, how_many


@pytest.mark.parametrize(
    ("kind", "english", "chinese"),
    [
        ("instrument", ("6 pieces", "2 of 6 free"), ("6 台", "6 台中 2 台空闲")),
        ("venue", ("6 seats", "2 of 6 seats free"), ("6 席", "6 席中 2 席空闲")),
        ("training", ("6 seats", "2 of 6 seats free"), ("6 席", "6 席中 2 席空闲")),
        ("platform", ("6 places", "2 of 6 places free"), ("6 个", "6 个中 2 个空闲")),
        ("computing", ("6 nodes", "2 of 6 nodes free"), ("6 个节点", "6 个节点中 2 个空闲")),
    ],
)
def test_each_kind_is_counted_in_its_own_word(sqlite_app: Flask, kind, english, chinese):
    with sqlite_app.test_request_context(), force_locale("en"):
        assert (how_many(kind, 6), free_of(kind, 2, 6)) == english
    with sqlite_app.test_request_context(), force_locale("zh_Hans_CN"):
        assert (how_many(kind, 6), free_of(kind, 2, 6)) == chinese


def test_one_of_a_kind_is_not_counted(sqlite_app: Flask):
    with sqlite_app.test_request_context():
        assert how_many("instrument", 1) == ""
