"""Words that mean the same to whoever searches, kept by the secretariat."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from alliance.db import db
from alliance.errors import Forbidden, Missing, Refused
from alliance.i18n import gettext as _
from alliance.i18n import ngettext
from alliance.members.actor import Actor
from alliance.notifications.sentences import words_for
from alliance.resources.models import SynonymSet
from alliance.resources.synonyms import (
    add_common_synonyms,
    add_synonyms,
    change_synonyms,
    may_keep_words,
    remove_synonyms,
    synonym_sets,
    words_in,
)
from alliance.web.access import members_only
from alliance.web.forms.synonyms import SynonymForm
from alliance.web.session import require_actor

blueprint = Blueprint("synonyms", __name__, url_prefix="/synonyms")

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@members_only
def index() -> Answer:
    """All sets, and the form for another."""
    _keeper()
    return _list(SynonymForm(formdata=None))


@blueprint.post("")
@members_only
def create() -> Answer:
    """A new set."""
    actor, form = _keeper(), SynonymForm()
    if not form.validate():
        return _list(form), 422
    try:
        add_synonyms(words_in(form.words.data or ""), by=actor)
    except Refused as refused:
        _say(form, refused)
        return _list(form), 422
    flash(_("From now on each of these words finds what any of them finds."), "good")
    return redirect(url_for("synonyms.index"), 303)


@blueprint.post("/common")
@members_only
def common() -> Answer:
    """The usual words of science, as far as they are not there yet."""
    added = add_common_synonyms(by=_keeper())
    flash(ngettext("%(num)d set added.", "%(num)d sets added.", added), "good")
    return redirect(url_for("synonyms.index"), 303)


@blueprint.get("/<ref>")
@members_only
def show(ref: str) -> Answer:
    """One set, to be changed."""
    _keeper()
    found = _found(ref)
    form = SynonymForm(
        formdata=None, words="\n".join(each.word for each in found.words), version=str(found.version)
    )
    return _page(ref, form)


@blueprint.post("/<ref>")
@members_only
def change(ref: str) -> Answer:
    """Other words for the set."""
    actor, form = _keeper(), SynonymForm()
    if not form.validate():
        return _page(ref, form), 422
    try:
        change_synonyms(ref, words_in(form.words.data or ""), by=actor, version=form.version_read)
    except Refused as refused:
        _say(form, refused)
        return _page(ref, form), 422
    flash(_("Saved."), "good")
    return redirect(url_for("synonyms.index"), 303)


@blueprint.post("/<ref>/removal")
@members_only
def remove(ref: str) -> Answer:
    """Each word means only itself again."""
    remove_synonyms(_found(ref).ref, by=_keeper())
    flash(_("The words are no longer the same to a search."), "good")
    return redirect(url_for("synonyms.index"), 303)


def _keeper() -> Actor:
    actor = require_actor()
    if not may_keep_words(actor):
        raise Forbidden("secretariat")
    return actor


def _found(ref: str) -> SynonymSet:
    found = next((each for each in synonym_sets(db.session()) if each.ref == ref), None)
    if found is None:
        raise Missing
    return found


def _say(form: SynonymForm, refused: Refused) -> None:
    said = [words_for(problem) for problem in refused.problems]
    form.words.errors = [*form.words.errors, *(f"{each.message} {each.remedy}" for each in said)]


def _list(form: SynonymForm) -> str:
    return render_template("synonyms/index.html", sets=synonym_sets(db.session()), form=form)


def _page(ref: str, form: SynonymForm) -> str:
    return render_template("synonyms/show.html", found=_found(ref), form=form)
