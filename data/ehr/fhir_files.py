"""Health records from a folder: one FHIR R4 Bundle a file, named ``<patient id>.json``."""

import json
from pathlib import Path

from data.ehr.connector import Chart, EhrInvalid, EhrUnavailable, Today
from data.ehr.fhir_chart import build_chart
from data.ehr.fhir_read import PatientRecord, is_patient_id, load_record, resources_of


class FhirFiles:
    """An ``EhrConnector`` over a folder of bundles; each call reads the file again, so an edit shows at once."""

    def __init__(self, folder: Path, *, today: Today) -> None:
        """Keep the folder and the clock; nothing is read yet."""
        self._folder = folder
        self._today = today

    def chart(self, patient_id: str) -> Chart | None:
        """Return the patient's chart, or None where there is no such file.

        Raises:
            EhrUnavailable: the folder or file cannot be read.
            EhrInvalid: the file is not this patient's FHIR R4 Bundle.
        """
        record = self.record(patient_id)
        return build_chart(record, patient_id, self._today()) if record else None

    def record(self, patient_id: str) -> PatientRecord | None:
        """Return the validated resources themselves; the same errors as ``chart``."""
        if not is_patient_id(patient_id):
            return None
        bundle = self._load(patient_id)
        return load_record(resources_of(bundle), patient_id) if bundle is not None else None

    def patient_ids(self) -> list[str]:
        """List the ids the folder holds, sorted."""
        return sorted(path.stem for path in self._folder.glob("*.json"))

    def _load(self, patient_id: str) -> object:
        if not self._folder.is_dir():
            raise EhrUnavailable("The folder of health records is missing.")
        try:
            return json.loads((self._folder / f"{patient_id}.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except OSError:
            raise EhrUnavailable("The health record file cannot be read.") from None
        except ValueError:
            raise EhrInvalid("The health record file is not JSON.") from None
