"""Photos of a resource: the few that stand on its page, in the order its owner gives them."""

from collections.abc import Sequence
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from alliance import clock
from alliance.db import action
from alliance.errors import Problem, refuse_if
from alliance.history.actions import record
from alliance.members.actor import Actor
from alliance.refs import is_ref, new_ref
from alliance.resources.arranged import held_with, number, place
from alliance.resources.held import held_to_run
from alliance.resources.models import Photo, PhotoFile, Resource
from alliance.resources.permissions import visible_to
from alliance.resources.pictures import Picture

MOST_PHOTOS: Final = 6
LONGEST_CAPTION: Final = 200

Size = Literal["large", "small"]


def photos_of(session: Session, resource_id: int) -> Sequence[Photo]:
    """The photos of a resource the reader is known to see, in their order."""
    chosen = sa.select(Photo).where(Photo.resource_id == resource_id).order_by(Photo.n)
    return session.scalars(chosen).all()


def picture_named(session: Session, reader: Actor | None, ref: str, size: Size) -> bytes | None:
    """The photo's picture of that size, where the reader may know of its resource; None otherwise."""
    if not is_ref(ref):
        return None
    return session.scalar(
        sa.select(PhotoFile.content)
        .join(Photo, Photo.id == PhotoFile.photo_id)
        .join(Resource, Resource.id == Photo.resource_id)
        .where(Photo.ref == ref, PhotoFile.size == size, visible_to(reader))
    )


def caption_problems(alt_zh: str, alt_en: str) -> list[Problem]:
    """What is wrong with a caption. One language is enough; without any, who cannot see has nothing."""
    problems = [
        Problem("caption_too_long", params={"longest": LONGEST_CAPTION}, field=field)
        for field, text in (("alt_zh", alt_zh), ("alt_en", alt_en))
        if len(text) > LONGEST_CAPTION
    ]
    if not (alt_zh or alt_en):
        problems.append(Problem("caption_missing", field="alt_zh"))
    return problems


@action
def add_photo(
    session: Session, resource_id: int, picture: Picture, *, by: Actor, alt_zh: str = "", alt_en: str = ""
) -> str:
    """Put the picture last among the resource's photos; return its ref.

    Whoever manages the resource or is an admin of its owner may. Raises Missing, Forbidden or Refused.
    """
    resource = held_to_run(session, resource_id, by)
    others = photos_of(session, resource.id)
    problems = caption_problems(alt_zh, alt_en)
    if len(others) >= MOST_PHOTOS:
        problems.append(Problem("too_many_photos", params={"most": MOST_PHOTOS}, field="photo"))
    refuse_if(problems)
    photo = Photo(
        ref=new_ref(),
        resource_id=resource.id,
        n=len(others) + 1,
        width=picture.width,
        height=picture.height,
        alt_zh=alt_zh or None,
        alt_en=alt_en or None,
        at=clock.now(),
        by_id=by.person_id,
    )
    session.add(photo)
    session.flush()
    session.add_all(
        PhotoFile(photo_id=photo.id, size=size, content=content)
        for size, content in (("large", picture.large), ("small", picture.small))
    )
    _record(session, "photo.added", resource, photo, by)
    return photo.ref


@action
def describe_photo(session: Session, ref: str, *, by: Actor, alt_zh: str = "", alt_en: str = "") -> str:
    """Give the photo another caption; return its ref. Raises Missing, Forbidden or Refused."""
    resource, photo = held_with(session, Photo, ref, by)
    refuse_if(caption_problems(alt_zh, alt_en))
    if (photo.alt_zh or "", photo.alt_en or "") != (alt_zh, alt_en):
        photo.alt_zh, photo.alt_en = alt_zh or None, alt_en or None
        _record(session, "photo.described", resource, photo, by)
    return photo.ref


@action
def place_photo(session: Session, ref: str, n: int, *, by: Actor) -> str:
    """Make it the n-th of the resource's photos, the first being 1; return its ref. Raises Missing or Forbidden."""
    resource, photo = held_with(session, Photo, ref, by)
    if moved_to := place(photos_of(session, resource.id), photo, n):
        _record(session, "photo.placed", resource, photo, by, n=moved_to)
    return photo.ref


@action
def remove_photo(session: Session, ref: str, *, by: Actor) -> str:
    """Take the photo and its pictures away for good; return its ref. Raises Missing or Forbidden."""
    resource, photo = held_with(session, Photo, ref, by)
    _record(session, "photo.removed", resource, photo, by)
    session.execute(sa.delete(PhotoFile).where(PhotoFile.photo_id == photo.id))
    session.execute(sa.delete(Photo).where(Photo.id == photo.id))
    number(photos_of(session, resource.id))
    return ref


def _record(session: Session, verb: str, resource: Resource, photo: Photo, by: Actor, **more: Any) -> None:
    """The resource's history tells it: the photo may be gone by the time somebody asks."""
    captions = {"alt_zh": photo.alt_zh, "alt_en": photo.alt_en}
    record(
        session,
        verb,
        "resource",
        resource.id,
        at=clock.now(),
        by_id=by.person_id,
        unit_id=resource.owner_id,
        photo=photo.ref,
        **captions,
        **more,
    )
