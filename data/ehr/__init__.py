"""Health records from elsewhere: a protocol, FHIR R4 files, a FHIR R4 server, and a de-identified summary."""

from data.ehr.connector import Chart, EhrConnector, EhrInvalid, EhrUnavailable
from data.ehr.fhir_files import FhirFiles
from data.ehr.fhir_server import FhirServer
from data.ehr.summary import summarise

__all__ = ["Chart", "EhrConnector", "EhrInvalid", "EhrUnavailable", "FhirFiles", "FhirServer", "summarise"]
