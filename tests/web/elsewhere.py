"""An alliance that lies elsewhere than the ones of the other tests."""

from dataclasses import replace

from flask import Flask

from alliance.members.installation import Watch


def lies_in(app: Flask, zone: str) -> None:
    """Let the alliance go by this zone, as if its settings had said so from the start."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], zone=zone)
    app.extensions["installation"] = Watch(app.config["SETTINGS"])
    app.extensions["installation"].trust()
