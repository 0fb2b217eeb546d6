"""The demo clinic's free slots over the coming days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from data.demo.schema import Clinic, Session


@dataclass(frozen=True)
class DemoSlot:
    """A slot to offer; its id is made of clinician and start, so seeding again finds it."""

    slot_id: str
    clinician_id: str
    service_id: str
    starts_at: datetime
    ends_at: datetime
    location: str


def build_slots(clinic: Clinic, first_day: date, zone: tzinfo) -> Iterator[DemoSlot]:
    """Yield the slots of ``clinic.days_ahead`` days from ``first_day``: clinic hours on weekdays, urgent ones daily."""
    for offset in range(clinic.days_ahead):
        day = first_day + timedelta(days=offset)
        for session in [*clinic.timetable, *clinic.urgent]:
            if day.weekday() in session.days:
                yield from _session_slots(session, day, zone, clinic.location)


def _session_slots(session: Session, day: date, zone: tzinfo, place: str) -> Iterator[DemoSlot]:
    starts = datetime.combine(day, session.starts, tzinfo=zone)
    until = datetime.combine(day, session.until, tzinfo=zone)
    length = timedelta(minutes=session.minutes)
    location = session.room if session.room == "By telephone" else f"{place}, {session.room}"
    while starts + length <= until:
        yield DemoSlot(
            slot_id=f"slot-{session.clinician}-{starts:%Y%m%d-%H%M}",
            clinician_id=session.clinician,
            service_id=session.service,
            starts_at=starts,
            ends_at=starts + length,
            location=location,
        )
        starts += length * session.keep
