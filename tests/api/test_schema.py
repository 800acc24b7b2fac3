"""No answer outside the description, whatever is asked: a modest number of random cases. See schema.py for more."""

from tests.api.schema import barrage


def test_every_answer_to_random_calls_is_as_described(sqlite_app):
    done = barrage(sqlite_app, cases=180, seed=1)

    assert list(done.found.values()) == []
    assert done.met.total() >= 180
    assert {200, 201, 204, 401, 403, 404, 422} <= {status for _, status in done.met}
