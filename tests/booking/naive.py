"""A second, naive reckoning of what bookings do: lists and loops over half hours, with nothing of the real code in it.

The state machine of test_machine.py lets both live the same life and compares them after every step.
"""

from dataclasses import dataclass, field

Answer = tuple[str, list[str]] | None

DAY = 48  # half hours
ENDED = {"refused", "withdrawn", "expired", "cancelled"}


@dataclass
class Place:
    """A resource: its items, the parts it consists of, its rules in half hours."""

    items: list[int]
    parts: tuple[str, ...] = ()
    setup: int = 0
    teardown: int = 0
    longest: int | None = None
    per_person: int | None = None


@dataclass(eq=False)
class Stay:
    """A booking as the model knows it."""

    place: str
    person: str
    start: int
    end: int
    quantity: int
    status: str
    items: list[int]
    has_stage: bool
    hold_until: int | None
    setup: int
    teardown: int
    changes: int = 1

    def blocks(self, item: int, start: int, end: int) -> bool:
        inside = self.start - self.setup < end and start < self.end + self.teardown
        return self.status in ("requested", "approved") and item in self.items and inside


@dataclass(eq=False)
class Shut:
    """A closure: the items it takes, and when."""

    items: list[int]
    start: int
    end: int | None

    def hits(self, item: int, start: int, end: int) -> bool:
        return item in self.items and self.start < end and (self.end is None or start < self.end)


@dataclass
class Naive:
    """The whole alliance in a few lists. Acts answer with the error's name and codes, or None when they worked."""

    places: dict[str, Place]
    # The relation of each person's unit to the owner of everything: own, member, external.
    people: dict[str, str]
    owner: str
    # What weekday half hour 0 is: 0 for Monday; and how far it is into its day.
    weekday: int = 0
    offset: int = 16
    now: int = 0
    stays: list[Stay] = field(default_factory=list)
    shuts: list[Shut] = field(default_factory=list)

    # Time ---------------------------------------------------------------------------------------------------------

    def advance(self, by: int) -> None:
        self.now += by
        for stay in self.stays:
            if stay.status == "requested" and stay.hold_until is not None and stay.hold_until <= self.now:
                stay.status = "expired"

    def _one_working_day_on(self) -> int:
        instant = self.now + DAY
        while (self.weekday + (instant + self.offset) // DAY) % 7 >= 5:
            instant += DAY
        return instant

    # Booking --------------------------------------------------------------------------------------------------------

    def request(self, person: str, place: str, start: int, end: int, quantity: int) -> Answer:
        codes = self._problems(person, place, start, end, quantity, None)
        if codes:
            return _error(codes)
        self.stays.append(self._new(person, place, start, end, quantity, None))
        return None

    def move(self, person: str, stay: Stay, start: int, end: int, quantity: int) -> Answer:
        if refusal := self._for_booker_only(person, stay):
            return refusal
        if (start, end, quantity) == (stay.start, stay.end, stay.quantity):
            return None
        if stay.start <= start and end <= stay.end and quantity <= stay.quantity:
            if end <= self.now or (start != stay.start and start < self.now):
                return _error(["in_the_past"])
            stay.start, stay.end, stay.quantity = start, end, quantity
            if not self.places[stay.place].parts:
                stay.items = stay.items[:quantity]
        else:
            codes = self._problems(stay.person, stay.place, start, end, quantity, stay)
            if stay.start <= self.now:
                codes.append("already_started")
            if codes:
                return _error(codes)
            moved = self._new(stay.person, stay.place, start, end, quantity, stay)
            moved.changes = stay.changes
            stay.__dict__.update(moved.__dict__)
        stay.changes += 1
        return None

    def retitle(self, person: str, stay: Stay) -> Answer:
        if refusal := self._for_booker_only(person, stay):
            return refusal
        stay.changes += 1
        return None

    def give_up(self, person: str, stay: Stay) -> Answer:
        if person not in (stay.person, self.owner):
            return "Missing", []
        if stay.status in ENDED:
            return "AlreadyDecided", ["already_decided"]
        if stay.status == "requested":
            if person != stay.person:
                return _error(["not_yet_decided"])
            return self._end(stay, "withdrawn")
        too_late = stay.start if person == stay.person else stay.end
        return _error(["already_started"]) if too_late <= self.now else self._end(stay, "cancelled")

    def decide(self, person: str, stay: Stay, verdict: str) -> Answer:
        if person not in (stay.person, self.owner):
            return "Missing", []
        if person != self.owner or not stay.has_stage:
            return "Forbidden", []
        if stay.status != "requested":
            return "AlreadyDecided", ["already_decided"]
        if verdict == "refused":
            return self._end(stay, "refused")
        start, end = stay.start - stay.setup, stay.end + stay.teardown
        if any(shut.hits(item, start, end) for shut in self.shuts for item in stay.items):
            return _error(["closed"])
        stay.status, stay.hold_until = "approved", None
        stay.changes += 1
        return None

    # Closures ---------------------------------------------------------------------------------------------------------

    def close(self, place: str, item: int | None, start: int, end: int | None) -> Answer:
        if end is not None and end <= self.now:
            return _error(["in_the_past"])
        self.shuts.append(Shut([item] if item else self.items_of(place), start, end))
        return None

    def end_closure(self, shut: Shut) -> Answer:
        if shut.end is not None and shut.end <= self.now:
            return _error(["closure_over"])
        if self.now <= shut.start:
            self.shuts.remove(shut)
        else:
            shut.end = self.now
        return None

    # Below ------------------------------------------------------------------------------------------------------------

    def items_of(self, place: str) -> list[int]:
        parts = self.places[place].parts
        return sorted(item for part in parts for item in self.places[part].items) or self.places[place].items

    def _for_booker_only(self, person: str, stay: Stay) -> Answer:
        if person not in (stay.person, self.owner):
            return "Missing", []
        if person != stay.person:
            return "Forbidden", []
        return ("AlreadyDecided", ["already_decided"]) if stay.status in ENDED else None

    def _problems(
        self, person: str, place: str, start: int, end: int, quantity: int, moving: Stay | None
    ) -> list[str]:
        what, items = self.places[place], self.items_of(place)
        wanted = len(items) if what.parts else quantity
        first, last = start - what.setup, end + what.teardown
        unclosed = [item for item in items if not any(shut.hits(item, first, last) for shut in self.shuts)]
        free = [item for item in unclosed if not self._is_taken(item, first, last, moving)]
        active = [
            stay
            for stay in self.stays
            if (stay.place, stay.person) == (place, person)
            and stay is not moving
            and stay.status in ("requested", "approved")
            and stay.end > self.now
        ]
        found = {
            "in_the_past": start < self.now + self._asks(person, end - start),
            "more_than_there_are": quantity > (1 if what.parts else len(items)),
            "closed": len(unclosed) < wanted <= len(items),
            "taken": len(free) < wanted <= len(unclosed),
            "too_long": what.longest is not None and end - start > what.longest,
            "too_many_of_person": what.per_person is not None and len(active) >= what.per_person,
        }
        return [code for code, is_wrong in found.items() if is_wrong]

    def _is_taken(self, item: int, start: int, end: int, moving: Stay | None) -> bool:
        return any(stay.blocks(item, start, end) for stay in self.stays if stay is not moving)

    def _new(self, person: str, place: str, start: int, end: int, quantity: int, moving: Stay | None) -> Stay:
        what, items = self.places[place], self.items_of(place)
        first, last = start - what.setup, end + what.teardown
        free = [
            item
            for item in items
            if not self._is_taken(item, first, last, moving)
            and not any(shut.hits(item, first, last) for shut in self.shuts)
        ]
        wanted = len(items) if what.parts else quantity
        own = [item for item in (moving.items if moving else []) if item in free]
        others = sorted(
            (item for item in free if item not in own), key=lambda item: self._gap(item, first, moving)
        )
        asks = self._asks(person, end - start)
        return Stay(
            place,
            person,
            start,
            end,
            quantity,
            status="requested" if asks else "approved",
            items=sorted((own + others)[:wanted]),
            has_stage=asks,
            hold_until=min(start, self._one_working_day_on()) if asks else None,
            setup=what.setup,
            teardown=what.teardown,
        )

    def _asks(self, person: str, length: int) -> bool:
        """The owner's own people book; members ask for more than an hour; guests always ask."""
        return {"own": False, "member": length > 2, "external": True}[self.people[person]]

    def _gap(self, item: int, start: int, moving: Stay | None) -> tuple[float, int]:
        """The time since the last one who has the item before."""
        ends = [
            stay.end + stay.teardown
            for stay in self.stays
            if stay is not moving
            and stay.status in ("requested", "approved")
            and item in stay.items
            and stay.end + stay.teardown <= start
        ]
        return (start - max(ends) if ends else float("inf"), item)

    @staticmethod
    def _end(stay: Stay, status: str) -> None:
        stay.status, stay.hold_until, stay.items = status, None, []
        stay.changes += 1


def _error(codes: list[str]) -> tuple[str, list[str]]:
    return ("Taken" if codes == ["taken"] else "Refused", codes)
