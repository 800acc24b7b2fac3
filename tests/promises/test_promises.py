"""The promises about time, kept for some random wishes on both databases; `python -m tests.promises` tries 10,000."""

from random import Random

from alliance import clock
from tests.promises.keep import kept
from tests.promises.town import START, Town

ROUNDS = {
    "preview_tells_the_outcome": 40,
    "what_is_found_is_accepted": 3,
    "free_is_what_can_be_booked": 4,
    "next_free_is_the_first": 8,
}


def test_the_promises_about_time_hold_for_random_wishes(world):
    dice = Random(1)

    with clock.frozen(START):
        town = Town(world)
        town.live(dice, bookings=40, closures=4)
        met = kept(town, dice, ROUNDS)

    assert min(met[word] for word in ("ok", "approve", "refused", "found", "free", "next")) > 0
