"""Random names: short, unguessable, and readable aloud."""

from alliance import refs


def test_each_name_is_another():
    names = {refs.new_ref() for _ in range(2_000)}

    assert len(names) == 2_000
    assert set("".join(names)) == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert all(map(refs.is_ref, names))
