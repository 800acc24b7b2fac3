"""Pages about the system itself: how to use it, and for whom it works how well."""

from flask import Blueprint, render_template

from alliance.web.access import public

blueprint = Blueprint("about", __name__)


@blueprint.get("/help")
@public
def help_page() -> str:
    """How to find, book, decide and subscribe, on one page."""
    return render_template("about/help.html")


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    """What was done and checked for those who see, hear, move or read differently, and what is still missing."""
    return render_template("about/accessibility.html")


@blueprint.get("/privacy")
@public
def privacy() -> str:
    """What is kept about people, why, for how long, and who sees it."""
    return render_template("about/privacy.html")
