"""The demo clinic's data files, read strictly: an unknown field, a wrong type or a dangling name stops the seeding."""

from datetime import time
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data.errors import DataError

DEMO_DIR = Path(__file__).parent
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
ClockTime = Annotated[time, Field(strict=False)]
Weekday = Annotated[int, Field(ge=0, le=6)]


class DemoContentError(DataError):
    """A demo data file is malformed; the text names the file and the field."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Service(_Strict):
    """A kind of care the clinic offers."""

    id: Slug
    name: str
    description: str


class Clinician(_Strict):
    """Somebody with a timetable."""

    id: Slug
    name: str
    role: str


class Session(_Strict):
    """A weekly session: a slot of ``minutes`` starts every ``keep`` × ``minutes`` between ``from`` and ``until``."""

    clinician: Slug
    service: Slug
    days: list[Weekday]
    starts: ClockTime = Field(alias="from")
    until: ClockTime
    minutes: int = Field(ge=5, le=60)
    keep: int = Field(ge=1, le=12)
    room: str


class Clinic(_Strict):
    """The clinic: services, people and weekly timetable, in the clinic's own time."""

    location: str
    opens: ClockTime
    closes: ClockTime
    days_ahead: int = Field(ge=1, le=60)
    services: list[Service]
    clinicians: list[Clinician]
    timetable: list[Session]
    urgent: list[Session]


class Supply(_Strict):
    """A commodity. Prices in cents."""

    id: Slug
    name: str
    pack: str
    price_cents: int = Field(gt=0)
    stock: int = Field(ge=0)
    keywords: list[str] = Field(min_length=1)
    description: str


class Medicine(Supply):
    """A pharmacy item; ``min_age_years`` is the youngest age for sale without a clinician."""

    kind: Literal["otc", "rx"]
    min_age_years: int = Field(ge=0)
    pregnancy: Literal["ok", "ask", "avoid"]
    ingredients: list[str] = Field(min_length=1)
    allergy_classes: list[str] = []
    interacts_with: list[str]


class Staff(_Strict):
    """A staff account."""

    id: Slug
    username: Slug
    display_name: str
    role: Literal["nurse", "auditor", "admin"]


class Member(_Strict):
    """A patient's account; the display name is the patient's own unless somebody signs in for them."""

    id: Slug
    username: Slug
    display_name: str | None = None


class Script(_Strict):
    """A scripted session."""

    id: Slug
    title: str
    patient_id: Slug
    writer_relation: str = "self"
    description: str
    expected: str
    messages: list[str] = Field(min_length=1)


class _Supplies(_Strict):
    items: list[Supply]


class _Medicines(_Strict):
    items: list[Medicine]


class _Classes(_Strict):
    classes: dict[str, list[str]]


class _People(_Strict):
    staff: list[Staff]
    patients: list[Member]


class _Scripts(_Strict):
    cases: list[Script]


_File = TypeVar("_File", bound=BaseModel)


def load_clinic(folder: Path = DEMO_DIR) -> Clinic:
    """Read clinic.yaml.

    Raises:
        DemoContentError: malformed, or a session names a clinician or service that is not there.
    """
    clinic = _read(folder / "clinic.yaml", Clinic)
    services, people = {s.id for s in clinic.services}, {c.id for c in clinic.clinicians}
    for session in [*clinic.timetable, *clinic.urgent]:
        if session.service not in services or session.clinician not in people:
            raise DemoContentError(f"clinic.yaml: unknown {session.clinician} or {session.service}")
    return clinic


def load_supplies(folder: Path = DEMO_DIR) -> list[Supply]:
    """Read commodities.yaml; raises DemoContentError."""
    return _unique(_read(folder / "commodities.yaml", _Supplies).items, "commodities.yaml")


def load_medicines(folder: Path = DEMO_DIR) -> list[Medicine]:
    """Read pharmacy.yaml; raises DemoContentError."""
    return _unique(_read(folder / "pharmacy.yaml", _Medicines).items, "pharmacy.yaml")


def load_medicine_classes(folder: Path = DEMO_DIR) -> dict[str, list[str]]:
    """Read medicine_classes.yaml: the ingredients of each class; raises DemoContentError."""
    return _read(folder / "medicine_classes.yaml", _Classes).classes


def load_people(folder: Path = DEMO_DIR) -> tuple[list[Staff], list[Member]]:
    """Read people.yaml: staff and patients' accounts; raises DemoContentError."""
    people = _read(folder / "people.yaml", _People)
    return people.staff, people.patients


def load_scripts(folder: Path = DEMO_DIR) -> list[Script]:
    """Read cases.yaml; raises DemoContentError."""
    return _unique(_read(folder / "cases.yaml", _Scripts).cases, "cases.yaml")


_Named = TypeVar("_Named", Supply, Medicine, Script)


def _unique(entries: list[_Named], file: str) -> list[_Named]:
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise DemoContentError(f"{file}: {entry.id} is there twice")
        seen.add(entry.id)
    return entries


def _read(path: Path, model: type[_File]) -> _File:
    try:
        return model.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise DemoContentError(f"{path.name}: missing") from None
    except yaml.YAMLError as error:
        raise DemoContentError(f"{path.name}: not YAML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise DemoContentError(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
