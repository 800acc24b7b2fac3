"""Settings, as the environment gives them."""

from alliance.config import Settings


def test_hosts_of_ones_own_network_are_reached_only_when_they_are_named():
    named = {"ALLIANCE_REACHABLE_HOSTS": "chat.internal, 10.0.0.7,,"}

    assert Settings.from_environment({}).reachable_hosts == ()
    assert Settings.from_environment(named).reachable_hosts == ("chat.internal", "10.0.0.7")
