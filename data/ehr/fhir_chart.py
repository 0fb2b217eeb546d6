"""A patient's validated FHIR resources as a ``Chart``: names, states, intervals."""

from datetime import date
from decimal import Decimal

from data.ehr.connector import (
    Chart,
    ChartAllergy,
    ChartCondition,
    ChartImmunisation,
    ChartMedicine,
    ChartObservation,
    ChartPregnancy,
)
from data.ehr.fhir_read import FhirModel, PatientRecord, coded_text, codes_of, day_of, year_of

DAYS_PER_YEAR = 365.2425
FULL_TERM_DAYS = 280
# Two weeks past the due date a birth has happened, whatever the record still says.
LONGEST_OVERDUE_DAYS = 14
WITHDRAWN = frozenset({"entered-in-error", "refuted", "cancelled", "draft", "not-done"})
LOINC_PREGNANCY_STATUS = "82810-3"
LOINC_DUE_DATE = "11778-8"
LOINC_GESTATIONAL_WEEKS = "18185-9"
PREGNANCY_CODES = frozenset({LOINC_PREGNANCY_STATUS, LOINC_DUE_DATE, LOINC_GESTATIONAL_WEEKS})
# SNOMED CT: pregnant; no known allergy, no known drug allergy, no known food allergy.
SNOMED_PREGNANT = "77386006"
SNOMED_NO_KNOWN_ALLERGY = frozenset({"716186003", "409137002", "429625007"})


def build_chart(record: PatientRecord, patient_id: str, today: date) -> Chart:
    """Turn validated resources into a chart as of ``today``; entries marked withdrawn or in error are left out."""
    allergies = [a for a in record.resources.get("AllergyIntolerance", []) if not _withdrawn(a)]
    observations = [o for o in record.resources.get("Observation", []) if not _withdrawn(o)]
    born = day_of(record.patient.birthDate)
    return Chart(
        patient_id=patient_id,
        age_years=_age_years(record.patient.birthDate, born, today),
        sex=record.patient.gender if record.patient.gender in {"female", "male"} else None,
        conditions=tuple(_conditions(record)),
        medicines=tuple(_medicines(record)),
        allergies=tuple(
            _allergy(a) for a in allergies if coded_text(a.code) and not codes_of(a.code) & SNOMED_NO_KNOWN_ALLERGY
        ),
        no_known_allergies=any(codes_of(a.code) & SNOMED_NO_KNOWN_ALLERGY for a in allergies),
        observations=tuple(_observations(observations, today)),
        pregnancy=_pregnancy(observations, today),
        immunisations=tuple(_immunisations(record, today)),
        unreadable=tuple(sorted(record.unreadable)),
        identifiers=identifiers_of(record.patient),
    )


def identifiers_of(patient: FhirModel) -> frozenset[str]:
    """Collect a Patient resource's names, addresses, contacts, numbers and birth date as plain strings."""
    found: set[str] = set()
    for name in [*(patient.name or []), *(contact.name for contact in patient.contact or [] if contact.name)]:
        found.add(" ".join([*(name.given or []), name.family or ""]).strip() or str(name.text or ""))
    for telecom in [*(patient.telecom or []), *(t for c in patient.contact or [] for t in c.telecom or [])]:
        found.add(str(telecom.value or ""))
    for address in patient.address or []:
        found.add(", ".join(str(part) for part in [*(address.line or []), address.city] if part))
        found.add(str(address.postalCode or ""))
    found.update(str(identifier.value or "") for identifier in patient.identifier or [])
    born = day_of(patient.birthDate)
    if born:
        found.add(born.isoformat())
    return frozenset(found - {""})


def _withdrawn(resource: FhirModel) -> bool:
    verification = codes_of(getattr(resource, "verificationStatus", None))
    return bool(verification & WITHDRAWN) or getattr(resource, "status", None) in WITHDRAWN


def _age_years(raw: object, born: date | None, today: date) -> float | None:
    if born is not None:
        return round(max(0, (today - born).days) / DAYS_PER_YEAR, 2)
    year = year_of(raw)
    return float(max(0, today.year - year)) if year is not None else None


def _days_ago(value: object, today: date) -> int | None:
    day = day_of(value)
    return max(0, (today - day).days) if day else None


def _conditions(record: PatientRecord) -> list[ChartCondition]:
    conditions = []
    for condition in record.resources.get("Condition", []):
        name = coded_text(condition.code)
        if name and not _withdrawn(condition):
            status = next(iter(sorted(codes_of(condition.clinicalStatus))), "unknown")
            onset = condition.onsetDateTime or (condition.onsetPeriod.start if condition.onsetPeriod else None)
            conditions.append(ChartCondition(name, status, year_of(onset)))
    return conditions


def _medicines(record: PatientRecord) -> list[ChartMedicine]:
    medicines = []
    for order in [
        *record.resources.get("MedicationRequest", []),
        *record.resources.get("MedicationStatement", []),
    ]:
        concept = order.medicationCodeableConcept
        ingredient = coded_text(concept)
        # A medicine's own text holds the strength and form that its ingredient code leaves out.
        name = (concept.text if concept else None) or ingredient or _reference_text(order.medicationReference)
        if not name or _withdrawn(order) or getattr(order, "intent", None) == "proposal":
            continue
        dosage = getattr(order, "dosageInstruction", None) or getattr(order, "dosage", None) or []
        dose = next((str(d.text) for d in dosage if d.text), None)
        medicines.append(ChartMedicine(str(name), str(order.status or "unknown"), dose, ingredient))
    return medicines


def _reference_text(reference: FhirModel) -> str | None:
    return str(reference.display) if reference is not None and reference.display else None


def _allergy(allergy: FhirModel) -> ChartAllergy:
    reactions = [coded_text(m) for r in allergy.reaction or [] for m in r.manifestation or []]
    return ChartAllergy(
        substance=coded_text(allergy.code) or "unnamed substance",
        reaction=", ".join(r for r in reactions if r) or None,
        criticality=allergy.criticality,
        status=next(iter(sorted(codes_of(allergy.clinicalStatus))), "active"),
    )


def _observations(observations: list[FhirModel], today: date) -> list[ChartObservation]:
    found = []
    for observation in observations:
        name = coded_text(observation.code)
        if not name or codes_of(observation.code) & PREGNANCY_CODES:
            continue
        measured = _measured(observation)
        if measured is None and observation.component:
            measured = _measured_components(observation.component)
        if measured is not None:
            text, unit, value = measured
            days = _days_ago(observation.effectiveDateTime or observation.issued, today)
            found.append(ChartObservation(name, text, unit, value, days))
    return sorted(found, key=lambda o: (o.days_ago is None, o.days_ago or 0))


def _measured(source: FhirModel) -> tuple[str, str | None, float | None] | None:
    quantity = source.valueQuantity
    if quantity is not None and quantity.value is not None:
        unit = quantity.unit or quantity.code
        # UCUM writes "no unit" as an annotation in braces: {INR}, {score}.
        unit = None if unit is None or unit.startswith("{") else unit
        return (_plain(quantity.value, quantity.comparator), unit, float(quantity.value))
    worded = coded_text(source.valueCodeableConcept) or source.valueString
    return (str(worded), None, None) if worded else None


def _measured_components(components: list[FhirModel]) -> tuple[str, str | None, float | None] | None:
    """Join the parts of a panel: blood pressure comes out as ``142/88`` with one unit."""
    parts = [part for part in map(_measured, components) if part is not None]
    if not parts:
        return None
    return "/".join(part[0] for part in parts), parts[0][1], None


def _plain(value: Decimal, comparator: str | None) -> str:
    return f"{comparator or ''}{value.normalize():f}"


def _pregnancy(observations: list[FhirModel], today: date) -> ChartPregnancy | None:
    dated = sorted(
        (o for o in observations if codes_of(o.code) & PREGNANCY_CODES),
        key=lambda o: day_of(o.effectiveDateTime) or date.min,
        reverse=True,
    )
    weeks: int | None = None
    recorded: int | None = None
    pregnant: bool | None = None
    for observation in dated:
        codes = codes_of(observation.code)
        since = _days_ago(observation.effectiveDateTime, today)
        due = day_of(observation.valueDateTime)
        if LOINC_DUE_DATE in codes and due is not None:
            elapsed = FULL_TERM_DAYS - (due - today).days
            if elapsed > FULL_TERM_DAYS + LONGEST_OVERDUE_DAYS:
                return None
            weeks = elapsed // 7
        elif LOINC_GESTATIONAL_WEEKS in codes and weeks is None and observation.valueQuantity and since is not None:
            elapsed = int(float(observation.valueQuantity.value) * 7) + since
            if elapsed > FULL_TERM_DAYS + LONGEST_OVERDUE_DAYS:
                return None
            weeks = elapsed // 7
        elif LOINC_PREGNANCY_STATUS in codes and pregnant is None:
            pregnant = SNOMED_PREGNANT in codes_of(observation.valueCodeableConcept)
        recorded = since if recorded is None else recorded
    if pregnant is False or (pregnant is None and weeks is None):
        return None
    if weeks is None and recorded is not None and recorded > FULL_TERM_DAYS + LONGEST_OVERDUE_DAYS:
        return None
    return ChartPregnancy(weeks, recorded)


def _immunisations(record: PatientRecord, today: date) -> list[ChartImmunisation]:
    return [
        ChartImmunisation(name, _days_ago(given.occurrenceDateTime, today))
        for given in record.resources.get("Immunization", [])
        if not _withdrawn(given) and (name := coded_text(given.vaccineCode))
    ]
