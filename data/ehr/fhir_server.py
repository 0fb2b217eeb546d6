"""Health records from a FHIR R4 server over REST: ``Patient/{id}/$everything``, or one search per resource type."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from data.ehr.connector import Chart, EhrInvalid, EhrUnavailable, Today
from data.ehr.fhir_chart import build_chart
from data.ehr.fhir_read import SUBJECT_FIELDS, is_patient_id, load_record, resources_of

MAX_PAGES = 20
MAX_PAGE_BYTES = 5_000_000
NOT_OFFERED = frozenset({400, 405, 501})
ABSENT = frozenset({404, 410})


class FhirServer:
    """An ``EhrConnector`` over a FHIR R4 REST base address.

    Redirects are not followed and next-page links must stay on the base's own origin: a record server that is
    taken over, or merely misconfigured, cannot send the access token elsewhere.
    """

    def __init__(
        self,
        base_url: str,
        *,
        today: Today,
        access_token: Callable[[], str] | None = None,
        timeout_s: float = 5.0,
        total_s: float = 15.0,
    ) -> None:
        """Keep the address; no connection is made yet.

        Args:
            base_url: e.g. ``https://records.example.org/fhir``.
            today: the clock ages and intervals are counted from.
            access_token: returns the bearer token for each request; None for an open server.
            timeout_s: seconds for connecting and for each wait on the socket.
            total_s: seconds for a whole chart, all pages and searches.
        """
        self._base = base_url.rstrip("/") + "/"
        self._today = today
        self._access_token = access_token
        self._timeout_s = timeout_s
        self._total_s = total_s

    def chart(self, patient_id: str) -> Chart | None:
        """Return the patient's chart, or None where the server holds no such patient.

        Raises:
            EhrUnavailable: no connection, a timeout, a refusal or a server error.
            EhrInvalid: the answer is not this patient's FHIR R4 record.
        """
        if not is_patient_id(patient_id):
            return None
        deadline = time.monotonic() + self._total_s
        with httpx.Client(timeout=self._timeout_s, follow_redirects=False) as client:
            resources = self._everything(client, patient_id, deadline)
            if resources is None:
                resources = self._searched(client, patient_id, deadline)
        if resources is None:
            return None
        return build_chart(load_record(resources, patient_id), patient_id, self._today())

    def _everything(self, client: httpx.Client, patient_id: str, deadline: float) -> list[Mapping[str, Any]] | None:
        """Ask for all at once; None where the server does not offer that or has no such patient."""
        status, body = self._get(client, f"{self._base}Patient/{patient_id}/$everything", deadline)
        if status in NOT_OFFERED | ABSENT:
            return None
        return self._pages(client, status, body, deadline)

    def _searched(self, client: httpx.Client, patient_id: str, deadline: float) -> list[Mapping[str, Any]] | None:
        status, body = self._get(client, f"{self._base}Patient/{patient_id}", deadline)
        if status in ABSENT:
            return None
        patient = _require_ok(status, body)
        resources: list[Mapping[str, Any]] = [patient] if isinstance(patient, Mapping) else []
        for kind in SUBJECT_FIELDS:
            status, body = self._get(client, f"{self._base}{kind}?patient={patient_id}&_count=200", deadline)
            if status in NOT_OFFERED | ABSENT:
                continue
            resources += self._pages(client, status, body, deadline)
        return resources

    def _pages(self, client: httpx.Client, status: int, body: bytes, deadline: float) -> list[Mapping[str, Any]]:
        resources: list[Mapping[str, Any]] = []
        for _ in range(MAX_PAGES):
            bundle = _require_ok(status, body)
            resources += resources_of(bundle)
            following = _next_link(bundle)
            if following is None:
                return resources
            address = urljoin(self._base, following)
            if urlsplit(address)[:2] != urlsplit(self._base)[:2]:
                raise EhrInvalid("The record server's next page lies on another server.")
            status, body = self._get(client, address, deadline)
        raise EhrInvalid(f"The record runs over more than {MAX_PAGES} pages.")

    def _get(self, client: httpx.Client, address: str, deadline: float) -> tuple[int, bytes]:
        headers = {"Accept": "application/fhir+json"}
        if self._access_token is not None:
            headers["Authorization"] = f"Bearer {self._access_token()}"
        chunks = bytearray()
        try:
            with client.stream("GET", address, headers=headers) as response:
                for chunk in response.iter_bytes():
                    chunks += chunk
                    if len(chunks) > MAX_PAGE_BYTES:
                        raise EhrInvalid("The record server sent more than a record can hold.")
                    # A slow drip never trips the per-read timeout, so the whole chart has a limit of its own.
                    if time.monotonic() > deadline:
                        raise EhrUnavailable("The record server took too long.")
                return response.status_code, bytes(chunks)
        except httpx.TimeoutException:
            raise EhrUnavailable("The record server did not answer in time.") from None
        except httpx.HTTPError:
            # The library's own text holds the address, and with it the patient's id.
            raise EhrUnavailable("The record server cannot be reached.") from None


def _require_ok(status: int, body: bytes) -> object:
    if status in {401, 403}:
        raise EhrUnavailable(f"The record server refused access (HTTP {status}).")
    if status != 200:
        raise EhrUnavailable(f"The record server answered HTTP {status}.")
    try:
        return json.loads(body)
    except ValueError:
        raise EhrInvalid("The record server's answer is not JSON.") from None


def _next_link(bundle: object) -> str | None:
    links = bundle.get("link") if isinstance(bundle, Mapping) else None
    for link in links if isinstance(links, list) else []:
        if isinstance(link, Mapping) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            return str(link["url"])
    return None
