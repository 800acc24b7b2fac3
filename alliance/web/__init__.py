"""The browser: one module per noun, each with its `blueprint`, and the frame they stand in."""

from typing import Final

from flask import Flask

from alliance.config import ROOT, Settings
from alliance.web import (
    about,
    alliance_care,
    applications,
    approvals,
    assets,
    board,
    bookings,
    calendar_days,
    closures,
    compression,
    copied_hours,
    day_list,
    documents,
    editor,
    failures,
    favourites,
    feeds,
    frame,
    groups,
    history,
    home,
    hours,
    ics,
    imports,
    installation,
    items,
    joining,
    language,
    leaving,
    links,
    logs,
    manage,
    marks,
    members,
    messages,
    outside,
    own_data,
    owned,
    people,
    people_list,
    persons,
    photos,
    preview,
    qualifications,
    quality,
    questions,
    resource_list,
    resources,
    security,
    session,
    single_dates,
    start,
    synonyms,
    system,
    unit_bookings,
    unit_care,
    units,
    waiting,
    webhooks,
)

PAGES: Final = (
    home,
    resources,
    owned,
    editor,
    preview,
    items,
    resource_list,
    hours,
    single_dates,
    copied_hours,
    calendar_days,
    imports,
    photos,
    documents,
    questions,
    units,
    unit_care,
    groups,
    joining,
    leaving,
    applications,
    people,
    people_list,
    persons,
    webhooks,
    favourites,
    board,
    bookings,
    approvals,
    manage,
    alliance_care,
    day_list,
    qualifications,
    quality,
    closures,
    outside,
    synonyms,
    feeds,
    ics,
    members,
    links,
    messages,
    history,
    unit_bookings,
    waiting,
    own_data,
    about,
    start,
    system,
)


def init_app(app: Flask, settings: Settings) -> None:
    """Register every page. The order is that of a request: its number, its form, its reader, his language."""
    app.extensions["pages"] = frozenset(module.blueprint.name for module in PAGES)
    logs.init_app(app)
    compression.init_app(app)
    security.init_app(app, settings)
    installation.init_app(app, settings)
    session.init_app(app)
    language.init_app(app)
    frame.init_app(app)
    failures.init_app(app)
    assets.init_app(app, ROOT / "alliance" / "static")
    marks.init_app(app)
    for module in PAGES:
        app.register_blueprint(module.blueprint)
