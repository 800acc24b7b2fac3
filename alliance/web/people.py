"""The people of a unit, for its admins and the secretariat: who belongs to it and as what, and who is invited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from alliance import clock
from alliance.booking.departure import duties_of, end_membership, heirs_in
from alliance.config import Settings
from alliance.db import db
from alliance.errors import Problem, Refused
from alliance.i18n import gettext as _
from alliance.members.invitations import Guest, end_invitation, invite, invite_again
from alliance.members.memberships import change_membership
from alliance.members.models import Membership, OneTimeLink, Person, Unit
from alliance.members.people import unit_for_its_people
from alliance.members.roster import PAGE, Belonging, invitations_of, one_of, people_of, roles_history
from alliance.members.standing import last_day
from alliance.notifications.history_words import in_words
from alliance.notifications.sentences import words_for
from alliance.resources.managing import (
    as_told_to,
    give_management,
    left_to_manage,
    managed_as_seen,
    owned_as_seen,
    take_management,
)
from alliance.web.access import members_only
from alliance.web.duties import shown
from alliance.web.forms.people import DepartureForm, InvitationForm, ManagementForm, MembershipForm
from alliance.web.paging import asked_page
from alliance.web.session import require_actor
from alliance.web.times import Times

blueprint = Blueprint("people", __name__, url_prefix="/units/<code>")

Answer = str | Response | tuple[str, int]
_LONGEST_WORD: Final = 60


@dataclass(frozen=True)
class Row:
    """Somebody of the unit as the list shows him."""

    who: Belonging
    last: Markup | str
    has_left: bool


@dataclass(frozen=True)
class Open:
    """An invitation nobody has accepted yet, and how it stands: the look of its badge, its icon and its word."""

    link: OneTimeLink
    last: Markup | str
    look: str
    picture: str
    word: str
    said: Markup | str


@blueprint.get("/people")
@members_only
def index(code: str) -> Answer:
    """Everybody who belongs to the unit or is invited, and the form to invite another."""
    return _list(code, InvitationForm(formdata=None))


@blueprint.get("/invitations")
@members_only
def invitations(code: str) -> Response:
    """Where a reload of the refused form leads."""
    return redirect(url_for("people.index", code=code))


@blueprint.post("/invitations")
@members_only
def send_invitation(code: str) -> Answer:
    """A letter with a link into the unit."""
    actor, form = require_actor(), InvitationForm()
    # Who may not invite is told so before anything else about what he typed.
    unit_for_its_people(db.session(), code, actor)
    if not form.validate():
        return _list(code, form), 422
    guest = Guest(
        form.email.data,
        form.name.data or "",
        "en" if form.language.data == "en" else "zh",
        is_admin=form.role.data == "admin",
        ends_on=form.ends_on.data,
    )
    try:
        invite(code, guest, by=actor, key=_key())
    except Refused as refused:
        _tell(form, refused.problems)
        return _list(code, form), 422
    flash(_("The invitation to %(email)s is on its way.", email=guest.email), "good")
    return redirect(url_for("people.index", code=code), 303)


@blueprint.post("/invitations/<ref>/letters")
@members_only
def send_again(code: str, ref: str) -> Answer:
    """Another letter in place of the first, whose link works no more."""
    try:
        invite_again(code, ref, by=require_actor(), key=_key())
    except Refused as refused:
        flash(" ".join(map(_sentence, refused.problems)), "bad")
    else:
        flash(_("A new letter is on its way. The link in the old one works no more."), "good")
    return redirect(url_for("people.index", code=code), 303)


@blueprint.post("/invitations/<ref>/removal")
@members_only
def withdraw_invitation(code: str, ref: str) -> Answer:
    """The end of an invitation."""
    end_invitation(code, ref, by=require_actor())
    flash(_("The invitation is ended; its link works no more."), "good")
    return redirect(url_for("people.index", code=code), 303)


@blueprint.get("/people/<ref>")
@members_only
def show(code: str, ref: str) -> Answer:
    """One person: what he is in the unit, what he manages of it, and how that came about."""
    return _person(code, ref)


@blueprint.get("/people/<ref>/role")
@blueprint.get("/people/<ref>/management")
@members_only
def part(code: str, ref: str) -> Response:
    """Where a reload of a refused form leads."""
    return redirect(url_for("people.show", code=code, ref=ref))


@blueprint.post("/people/<ref>/role")
@members_only
def set_role(code: str, ref: str) -> Answer:
    """Member or admin from now on, for good or up to a last day."""
    form = MembershipForm()
    one_of(db.session(), code, ref, require_actor())
    if not form.validate():
        return _person(code, ref, role_form=form), 422
    try:
        change_membership(
            code, ref, by=require_actor(), is_admin=form.role.data == "admin", ends_on=form.ends_on.data
        )
    except Refused as refused:
        _tell(form, refused.problems)
        return _person(code, ref, role_form=form), 422
    flash(_("Role and last day are saved."), "good")
    return _back(code, ref)


@blueprint.post("/people/<ref>/management")
@members_only
def give(code: str, ref: str) -> Answer:
    """One resource more to manage."""
    form = ManagementForm()
    one_of(db.session(), code, ref, require_actor())
    if form.validate():
        try:
            give_management(code, ref, form.resource.data, by=require_actor())
        except Refused as refused:
            _tell(form, refused.problems)
        else:
            flash(_("The management of %(code)s is given.", code=form.resource.data), "good")
            return _back(code, ref)
    return _person(code, ref, management_form=form), 422


@blueprint.post("/people/<ref>/management/removal")
@members_only
def take(code: str, ref: str) -> Answer:
    """One resource less to manage."""
    one_of(db.session(), code, ref, require_actor())
    resource = request.form.get("resource", "")
    try:
        take_management(code, ref, resource, by=require_actor())
    except Refused as refused:
        flash(" ".join(map(_sentence, refused.problems)), "bad")
    else:
        flash(_("The management of %(code)s is taken.", code=resource), "good")
    return _back(code, ref)


@blueprint.get("/people/<ref>/departure")
@members_only
def departure(code: str, ref: str) -> Answer:
    """What somebody would leave behind, and to whom it can go."""
    return _departure(code, ref, DepartureForm(formdata=None))


@blueprint.post("/people/<ref>/departure")
@members_only
def depart(code: str, ref: str) -> Answer:
    """Out of the unit, with what was chosen handed over."""
    form = DepartureForm()
    _unit, person, _membership = one_of(db.session(), code, ref, require_actor())
    name = person.name
    chosen = frozenset(request.form.getlist("booking"))
    try:
        end_membership(code, ref, form.handover(chosen), by=require_actor())
    except Refused as refused:
        _tell(form, refused.problems)
        return _departure(code, ref, form, chosen), 422
    flash(_("%(name)s no longer belongs to the unit.", name=name), "good")
    return redirect(url_for("people.index", code=code), 303)


def _departure(code: str, ref: str, form: DepartureForm, chosen: frozenset[str] | None = None) -> str:
    session, now = db.session(), clock.now()
    actor = require_actor()
    unit, person, _membership = one_of(session, code, ref, actor)
    duties = duties_of(session, person, unit, now, actor)
    form.fit([(heir.ref, heir.name) for heir in heirs_in(session, person, unit)])
    return render_template(
        "people/departure.html",
        unit=unit,
        person=person,
        form=form,
        shown=shown(person, unit, duties, chosen),
    )


def _list(code: str, form: InvitationForm) -> str:
    session, now, actor = db.session(), clock.now(), require_actor()
    unit = unit_for_its_people(session, code, actor)
    words, number = request.args.get("q", "").strip()[:_LONGEST_WORD], asked_page()
    people, total = people_of(session, unit, owned_as_seen(unit, actor), words=words, page=number)
    times = Times.of(unit.zone)
    return render_template(
        "people/index.html",
        unit=unit,
        form=form,
        words=words,
        total=total,
        people=[_row(each, unit, times, now) for each in people],
        number=number,
        pages=max(1, -(-total // PAGE)),
        invited=[_open(link, unit, times, now) for link in invitations_of(session, unit)],
        times=times,
    )


def _row(who: Belonging, unit: Unit, times: Times, now: datetime) -> Row:
    if who.ends_at is None:
        return Row(who, "", has_left=False)
    return Row(who, times.day(last_day(who.ends_at, unit.zone)), has_left=who.ends_at <= now)


def _open(link: OneTimeLink, unit: Unit, times: Times, now: datetime) -> Open:
    last = times.day(last_day(link.ends_at, unit.zone)) if link.ends_at else ""
    if link.expires_at <= now:
        return Open(link, last, "cancelled", "hourglass-bottom", _("Lapsed"), "")
    if link.letter == "given_up":
        return Open(
            link,
            last,
            "refused",
            "x-lg",
            _("Not delivered"),
            _("The letter could not be delivered: is the address right?"),
        )
    if link.letter in ("waiting", "sending"):
        return Open(link, last, "pending", "hourglass-split", _("Letter on its way"), "")
    return Open(link, last, "pending", "envelope", _("Invited"), "")


def _person(
    code: str,
    ref: str,
    *,
    role_form: MembershipForm | None = None,
    management_form: ManagementForm | None = None,
) -> str:
    session = db.session()
    actor = require_actor()
    unit, person, membership = one_of(session, code, ref, actor)
    managed = managed_as_seen(session, person, unit, actor)
    return render_template(
        "people/show.html",
        unit=unit,
        person=person,
        row=_row(_belonging(person, membership, len(managed)), unit, Times.of(unit.zone), clock.now()),
        role_form=role_form or _role_form(unit, membership),
        management_form=management_form or ManagementForm(formdata=None),
        managed=managed,
        choices=left_to_manage(session, person, unit, actor),
        history=history_of(person, unit),
    )


def _belonging(person: Person, membership: Membership, manages: int) -> Belonging:
    return Belonging(
        person.ref, person.name, person.email, person.status, membership.is_admin, membership.ends_at, manages
    )


def _role_form(unit: Unit, membership: Membership) -> MembershipForm:
    return MembershipForm(
        formdata=None,
        role="admin" if membership.is_admin else "member",
        ends_on=last_day(membership.ends_at, unit.zone) if membership.ends_at else None,
    )


def history_of(person: Person, unit: Unit | None, zone: str = "") -> list[tuple[Markup, str]]:
    """What became of the person's roles, the latest first: when, and a sentence."""
    times = Times.of(unit.zone if unit is not None else zone)
    session, zone_info = db.session(), ZoneInfo(times.zone.key)
    found = roles_history(session, person, unit)
    told = as_told_to(session, require_actor(), [(event.verb, event.data) for event, _who in found])
    return [
        (times.moment_alone(event.at), in_words(event.verb, data, who or _("The system"), zone_info))
        for (event, who), data in zip(found, told, strict=True)
    ]


def _back(code: str, ref: str) -> Response:
    return redirect(url_for("people.show", code=code, ref=ref), 303)


def _tell(form: Any, problems: Sequence[Problem]) -> None:
    """Each finding beside the field it is about; what is about none above them all."""
    fields = {"is_admin": "role"}
    for problem in problems:
        name = fields.get(problem.field or "", problem.field)
        if name in form:
            form[name].errors = [*form[name].errors, _sentence(problem)]
        else:
            form.form_errors.append(_sentence(problem))


def _sentence(problem: Problem) -> str:
    words = words_for(problem)
    return f"{words.message} {words.remedy}".strip()


def _key() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.secret_key
