"""One's bookings: asking for one, seeing it, moving it, giving it up."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from alliance import clock
from alliance.booking.actions import cancel_booking, change_booking, request_booking
from alliance.booking.bookable import Bookable
from alliance.booking.messages import write_message
from alliance.booking.models import Booking
from alliance.booking.permissions import acting_as, is_booker, may_cancel, may_move
from alliance.booking.queries import PAGE, my_bookings
from alliance.booking.records import ahead_of
from alliance.db import db
from alliance.errors import AlreadyDecided, Forbidden, Problem, Refused, Stale, Taken
from alliance.i18n import gettext as _
from alliance.notifications.sentences import words_for
from alliance.web.access import members_only
from alliance.web.agenda import agenda_of, next_up
from alliance.web.answers import (
    LARGEST_FORM,
    answers_in,
    file_named,
    files_to_come,
    keep_files,
)
from alliance.web.booking_form import (
    deciders_in_words,
    offer_of,
    refusal_of,
    summary,
    verdict_for,
)
from alliance.web.booking_move import Move, move_of
from alliance.web.booking_page import conversation_of, page_of, readable
from alliance.web.forms.booking import DecisionForm, MessageForm
from alliance.web.instead import Instead, instead_of, values_again
from alliance.web.paging import asked_page
from alliance.web.security import takes_up_to
from alliance.web.session import require_actor
from alliance.web.starting_values import filled
from alliance.web.times import Times

blueprint = Blueprint("bookings", __name__, url_prefix="/bookings")

Answer = str | Response | tuple[str, int]
_TABS: Final = ("upcoming", "requested", "past")


@blueprint.get("/new")
@members_only
def new() -> Answer:
    """The form, filled in from the address as far as that goes and with the verdict of the rules beside it."""
    code = request.args.get("resource", "")
    if not code:
        return redirect(url_for("resources.index"))
    offer = offer_of(code, require_actor())
    if offer.resource.mode != "timed":
        return redirect(url_for("resources.show", code=code))
    units, bookable = list(offer.units), Bookable.of(offer.resource)
    values = filled(db.session(), request.args, offer.terms, units, clock.now(), bookable)
    form = offer.form(values)
    wish, unit = form.wish(offer.terms), form.unit_among(list(offer.units))
    verdict = verdict_for(wish, unit, offer, answers=form.answers) if wish and unit else None
    instead = instead_of(wish, verdict.problems, form, offer, unit) if wish and unit and verdict else ()
    return render_template("bookings/new.html", instead=instead, **summary(form, wish, verdict, offer))


@blueprint.post("")
@members_only
@takes_up_to(LARGEST_FORM)
def create() -> Answer:
    """Book it, or show the same form with every reason why not."""
    actor = require_actor()
    offer = offer_of(request.form.get("resource", ""), actor)
    values, unsound = keep_files(offer.questions, by=actor)
    if request.files:
        offer = offer_of(
            values.get("resource", ""), actor
        )  # keeping a file made all rows forget what they held
    form = offer.form(values)
    answers = {**answers_in(values), **form.answers}
    wish, unit = form.wish(offer.terms), form.unit_among(list(offer.units))
    if wish is None or unit is None or form.errors:
        return render_template("bookings/new.html", **summary(form, wish, None, offer)), 422
    try:
        if unsound:
            others = verdict_for(wish, unit, offer, answers=answers, to_come=unsound).problems
            raise Refused([*unsound.values(), *others])
        ref = request_booking(
            offer.resource.id,
            wish.span,
            by=actor,
            unit_id=offer.units[unit][0],
            quantity=wish.quantity,
            title=form.title.data,
            purpose=form.purpose.data,
            answers=answers,
        )
    except Refused as refused:
        offer = offer_of(form.resource.data, actor)  # the refused act made all rows forget what they held
        page = render_template(
            "bookings/new.html",
            refusal=refusal_of(refused.problems, form, wish, offer),
            instead=instead_of(wish, refused.problems, form, offer, unit),
            **summary(form, wish, None, offer),
        )
        return page, _status_of(refused)
    flash(_made(ref), "good")  # type: ignore[arg-type]
    return redirect(url_for("bookings.show", ref=ref), 303)


@blueprint.get("/check")
@members_only
def check() -> str:
    """What the rules say of the form as it stands, as a fragment."""
    actor = require_actor()
    if ref := request.args.get("ref"):
        return render_template("bookings/_summary.html", **_move(ref, request.args).summary())
    offer = offer_of(request.args.get("resource", ""), actor)
    form = offer.form(request.args)
    wish, unit = form.wish(offer.terms), form.unit_among(list(offer.units))
    to_come = files_to_come(offer.questions)
    verdict = verdict_for(wish, unit, offer, answers=form.answers, to_come=to_come) if wish and unit else None
    return render_template("bookings/_summary.html", **summary(form, wish, verdict, offer))


@blueprint.get("")
@members_only
def mine() -> str:
    """What one has booked: to come, waiting, past; the next one large."""
    actor, now, session = require_actor(), clock.now(), db.session()
    tab = request.args.get("tab", "upcoming")
    tab = tab if tab in _TABS else "upcoming"
    number = asked_page()
    rows, total = my_bookings(session, actor.person_id, tab, now, page=number)  # type: ignore[arg-type]
    first = next_up(rows, actor, now) if tab == "upcoming" and number == 1 else None
    # What runs stands above the list; once is enough.
    shown = [row for row in rows if not (first and first.entry.is_running and row.ref == first.entry.ref)]
    return render_template(
        "bookings/mine.html",
        tab=tab,
        ahead=ahead_of(session, actor.person_id, now),
        next_up=first,
        days=agenda_of(shown, actor, now),
        earlier=url_for("bookings.mine", tab=tab, page=number - 1) if number > 1 else "",
        later=url_for("bookings.mine", tab=tab, page=number + 1) if number * PAGE < total else "",
    )


@blueprint.get("/<ref>")
@members_only
def show(ref: str) -> str:
    """One booking: where it stands, who decides, what can be done, and what happened."""
    return _page(ref)


@blueprint.get("/<ref>/again")
@members_only
def again(ref: str) -> Response:
    """The form for the same once more: as long, as many, at the next time it is free."""
    actor = require_actor()
    booking = readable(ref, actor)
    if not is_booker(actor, booking):
        raise Forbidden("booker")
    return redirect(url_for("bookings.new", **values_again(booking, actor, clock.now())))


@blueprint.get("/<ref>/edit")
@members_only
def edit(ref: str) -> Answer:
    """The form for another time, number or title, filled with what is."""
    move = _move(ref, None, request.args)
    if not may_move(move.offer.actor, move.booking, clock.now()):
        return redirect(url_for("bookings.show", ref=ref))
    return render_template("bookings/edit.html", instead=_instead(move), **move.summary())


@blueprint.post("/<ref>/edit")
@members_only
def update(ref: str) -> Answer:
    """Move it, retitle it, or both; or show the same form with every reason why not."""
    actor, move = require_actor(), _move(ref, request.form)
    form, wish = move.form, move.wish
    if wish is None or form.errors:
        return render_template("bookings/edit.html", **move.summary()), 422
    moves = (wish.span, wish.quantity) != (move.booking.span, move.booking.quantity)
    try:
        change_booking(
            ref,
            by=actor,
            start=wish.span.start,
            end=wish.span.end,
            quantity=wish.quantity,
            title=form.title.data,
            purpose=form.purpose.data,
            version=form.version.data,
        )
    except Refused as refused:
        move = _move(ref, request.form)
        page = render_template(
            "bookings/edit.html",
            refusal=refusal_of(refused.problems, move.form, wish, move.offer, moving=move.booking),
            instead=_instead(move, refused.problems),
            **move.summary(),
        )
        return page, _status_of(refused)
    except Stale:
        flash(_("It was changed meanwhile, so nothing was saved. This is how it stands now."), "bad")
        return redirect(url_for("bookings.show", ref=ref), 303)
    flash(_changed(ref, moves=moves), "good")
    return redirect(url_for("bookings.show", ref=ref), 303)


@blueprint.get("/<ref>/files/<file_ref>")
@members_only
def file(ref: str, file_ref: str) -> Response:
    """A file that was sent with an answer, for whoever may see the answers."""
    actor = require_actor()
    return file_named(readable(ref, actor), file_ref, actor)


@blueprint.post("/<ref>/messages")
@members_only
def write(ref: str) -> Answer:
    """Say something to the others concerned, or show the page again with why not and what was typed."""
    form, actor = MessageForm(), require_actor()
    readable(ref, actor)  # what cannot be a ref is not asked for any further
    try:
        write_message(ref, form.text.data, by=actor)
    except Refused as refused:
        form.text.errors = [_sentences([problem]) for problem in refused.problems]
        return _page(ref, form), 422
    flash({"text": _("The message is there."), "href": "#messages", "label": _("See it")}, "good")  # type: ignore[arg-type]
    return redirect(url_for("bookings.show", ref=ref), 303)


@blueprint.get("/<ref>/cancellation")
@members_only
def cancellation(ref: str) -> Answer:
    """What giving it up means, before it is done."""
    return _cancellation(ref, DecisionForm(formdata=None))


@blueprint.post("/<ref>/cancellation")
@members_only
def cancel(ref: str) -> Answer:
    """Give it up: one's own request or booking, or as the owner, who says why."""
    actor, form = require_actor(), DecisionForm()
    booking = readable(ref, actor)
    if acting_as(actor, booking) is None:
        raise Forbidden("booker")
    if not form.validate():
        return _cancellation(ref, form, 422)
    try:
        cancel_booking(ref, by=actor, reason=form.reason.data, version=form.version.data)
    except Stale:
        flash(_what_became_of(readable(ref, actor)), "bad")
        return redirect(url_for("bookings.show", ref=ref), 303)
    except Refused as refused:
        return _not_cancelled(ref, form, refused)
    flash(_given_up(ref), "good")
    return redirect(url_for("bookings.show", ref=ref), 303)


def _page(ref: str, form: MessageForm | None = None) -> str:
    actor = require_actor()
    booking = readable(ref, actor)
    return render_template(
        "bookings/show.html",
        form=form or MessageForm(formdata=None),
        conversation=conversation_of(booking, actor),
        **page_of(booking, actor, clock.now()),
    )


def _move(ref: str, values: MultiDict[str, str] | None, instead: Mapping[str, str] | None = None) -> Move:
    """The booking with the form for it; raises Missing, and Forbidden for all but its booker."""
    actor = require_actor()
    booking = readable(ref, actor)
    if not is_booker(actor, booking):
        raise Forbidden("booker")
    return move_of(booking, actor, values, instead or {})


def _instead(move: Move, problems: Sequence[Problem] = ()) -> Sequence[Instead]:
    """Ways out of a move that was refused, or that the form finds impossible."""
    if move.wish is None or not (problems or move.verdict):
        return ()
    found = problems or (move.verdict.problems if move.verdict else ())
    return instead_of(move.wish, found, move.form, move.offer, move.booking.unit.code, move.booking)


def _what_became_of(booking: Booking) -> str:
    """Why what was on the page was not cancelled: it ended otherwise, or it is another booking by now."""
    if booking.status in ("requested", "approved"):
        return _("It was changed meanwhile, so it was not cancelled. This is how it stands now.")
    late = AlreadyDecided(booking.status, booking.changed_by_name, booking.changed_at)
    return words_for(late.problems[0]).message


def _cancellation(ref: str, form: DecisionForm, code: int = 200) -> Answer:
    actor, now = require_actor(), clock.now()
    booking = readable(ref, actor)
    if acting_as(actor, booking) is None:
        raise Forbidden("booker")
    if not may_cancel(actor, booking, now):
        return redirect(url_for("bookings.show", ref=ref))
    page = page_of(booking, actor, now)
    form.version.data = booking.version if form.version.data is None else form.version.data
    as_owner = acting_as(actor, booking) == "owner"
    return render_template("bookings/cancellation.html", form=form, as_owner=as_owner, **page), code


def _not_cancelled(ref: str, form: DecisionForm, refused: Refused) -> Answer:
    """A missing reason is asked for again; anything else has happened already and is said on the booking's page."""
    if any(problem.field == "reason" for problem in refused.problems):
        form.reason.errors = [_sentences(refused.problems)]
        return _cancellation(ref, form, 422)
    flash(_sentences(refused.problems), "bad")
    return _page(ref), _status_of(refused)


def _status_of(refused: Refused) -> int:
    codes = {problem.code for problem in refused.problems if problem.severity == "block"}
    return 409 if isinstance(refused, Taken) or codes <= {"taken", "already_decided"} else 422


def _sentences(problems: Any) -> str:
    return " ".join(words_for(problem).message for problem in problems)


def _made(ref: str) -> dict[str, str]:
    booking, again = _fresh(ref), _("Book again")
    href = url_for("bookings.again", ref=ref)
    if booking.status == "approved":
        return {"text": _("Booked and confirmed."), "href": href, "label": again}
    return {"text": _waits(booking), "href": href, "label": again}


def _changed(ref: str, *, moves: bool) -> str:
    booking = _fresh(ref)
    if moves and booking.status == "requested":
        return _waits(booking)
    return _("Saved. The new time is confirmed.") if moves else _("Saved.")


def _waits(booking: Booking) -> str:
    """Who answers until when, after something was asked for."""
    who = deciders_in_words([stage.deciders for stage in booking.stages], booking.resource)  # type: ignore[misc]
    until = Times.of(booking.resource.zone).moment_words(booking.hold_until) if booking.hold_until else ""
    return _("Sent. %(who)s answers by %(until)s; until then the time is kept.", who=who, until=until)


def _given_up(ref: str) -> str:
    booking = _fresh(ref)
    if booking.status == "withdrawn":
        return _("The request is withdrawn; the time is free again.")
    if booking.cancelled_late:
        return _("Cancelled after the deadline; it is noted as late. The time is free again.")
    return _("Cancelled; the time is free again.")


def _fresh(ref: str) -> Booking:
    return readable(ref, require_actor())
