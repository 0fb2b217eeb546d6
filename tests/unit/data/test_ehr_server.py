"""Charts from a FHIR R4 server: a real HTTP server on this machine that answers, drips, refuses and lies."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from data.ehr import EhrInvalid, EhrUnavailable, FhirServer
from data.ehr.connector import Chart
from tests.unit.data.fhir_resources import allergy, bundle, condition, patient, today


def chart_of(ehr: FhirServer) -> Chart:
    chart = ehr.chart("p-1")
    assert chart is not None
    return chart


class FakeFhirServer(ThreadingHTTPServer):
    """A real HTTP server that answers from a table of paths: (status, body, headers), after an optional wait."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, tuple[int, Any]] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.wait_s = 0.0
        self.drip_s = 0.0
        self.asked: list[tuple[str, str | None]] = []

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/fhir"


class _Handler(BaseHTTPRequestHandler):
    server: FakeFhirServer

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        time.sleep(self.server.wait_s)
        status, body = self.server.answers.get(self.path, (404, {"resourceType": "OperationOutcome"}))
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in self.server.headers.get(self.path, {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        try:
            for at in range(0, len(raw), 64 if self.server.drip_s else len(raw) or 1):
                self.wfile.write(raw[at : at + (64 if self.server.drip_s else len(raw))])
                self.wfile.flush()
                time.sleep(self.server.drip_s)
        except (BrokenPipeError, ConnectionResetError):
            return

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[FakeFhirServer]:
    fake = FakeFhirServer()
    threading.Thread(target=fake.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield fake
    fake.shutdown()
    fake.server_close()


EVERYTHING = "/fhir/Patient/p-1/$everything"


def connect(server: FakeFhirServer, **options: Any) -> FhirServer:
    return FhirServer(server.base, today=today, timeout_s=options.pop("timeout_s", 2.0), **options)


def test_everything_in_one_answer(server: FakeFhirServer) -> None:
    server.answers[EVERYTHING] = (200, bundle(patient(), condition("Asthma")))
    chart = chart_of(connect(server, access_token=lambda: "secret"))
    assert [c.name for c in chart.conditions] == ["Asthma"]
    assert server.asked == [(EVERYTHING, "Bearer secret")]


def test_pages_are_followed(server: FakeFhirServer) -> None:
    first = bundle(patient()) | {"link": [{"relation": "next", "url": f"{server.base}/page?n=2"}]}
    second = bundle(condition("Asthma")) | {"link": [{"relation": "next", "url": "page?n=3"}]}
    server.answers |= {
        EVERYTHING: (200, first),
        "/fhir/page?n=2": (200, second),
        "/fhir/page?n=3": (200, bundle(allergy("Latex"))),
    }
    chart = chart_of(connect(server))
    assert ([c.name for c in chart.conditions], [a.substance for a in chart.allergies]) == (["Asthma"], ["Latex"])


@pytest.mark.parametrize("status", [400, 404, 405, 501])
def test_a_server_without_everything_is_searched_type_by_type(server: FakeFhirServer, status: int) -> None:
    server.answers |= {
        EVERYTHING: (status, {}),
        "/fhir/Patient/p-1": (200, patient()),
        "/fhir/Condition?patient=p-1&_count=200": (200, bundle(condition("Asthma"))),
        "/fhir/AllergyIntolerance?patient=p-1&_count=200": (200, bundle(allergy("Latex"))),
    }
    chart = chart_of(connect(server))
    assert ([c.name for c in chart.conditions], [a.substance for a in chart.allergies]) == (["Asthma"], ["Latex"])


@pytest.mark.parametrize("status", [404, 410])
def test_a_patient_the_server_does_not_hold_is_none(server: FakeFhirServer, status: int) -> None:
    server.answers["/fhir/Patient/p-1"] = (status, {})
    assert connect(server).chart("p-1") is None


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ((500, {}), EhrUnavailable, "HTTP 500"),
        ((401, {}), EhrUnavailable, "refused access"),
        ((403, {}), EhrUnavailable, "refused access"),
        ((302, {}), EhrUnavailable, "HTTP 302"),
        ((200, b"<html>"), EhrInvalid, "not JSON"),
        ((200, {"resourceType": "Patient"}), EhrInvalid, "not a FHIR Bundle"),
        ((200, bundle(patient(id="p-2"))), EhrInvalid, "no Patient resource"),
        ((200, b"[" + b" " * 5_000_001), EhrInvalid, "more than a record"),
        (
            (200, bundle(patient()) | {"link": [{"relation": "next", "url": "http://elsewhere.invalid/x"}]}),
            EhrInvalid,
            "another server",
        ),
        ((200, bundle(patient()) | {"link": [{"relation": "next", "url": EVERYTHING}]}), EhrInvalid, "20 pages"),
    ],
)
def test_faults_are_named_without_the_patient(
    server: FakeFhirServer, answer: tuple[int, Any], error: type[Exception], words: str
) -> None:
    server.answers[EVERYTHING] = answer
    server.headers[EVERYTHING] = {"Location": "http://elsewhere.invalid/"} if answer[0] == 302 else {}
    with pytest.raises(error, match=words) as caught:
        connect(server).chart("p-1")
    assert "p-1" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_silence_and_dripping_both_end_in_time(server: FakeFhirServer) -> None:
    server.answers[EVERYTHING] = (200, bundle(patient(), *[condition("Asthma")] * 20))
    server.wait_s = 1.0
    with pytest.raises(EhrUnavailable, match="did not answer in time"):
        connect(server, timeout_s=0.2).chart("p-1")
    server.wait_s, server.drip_s = 0.0, 0.05
    with pytest.raises(EhrUnavailable, match="took too long"):
        connect(server, total_s=0.3).chart("p-1")


def test_nobody_listening_is_unavailable() -> None:
    with pytest.raises(EhrUnavailable, match="cannot be reached") as caught:
        FhirServer("http://127.0.0.1:9/fhir", today=today, timeout_s=1.0).chart("p-1")
    assert "p-1" not in str(caught.value)


def test_an_id_that_is_none_never_reaches_the_server(server: FakeFhirServer) -> None:
    assert connect(server).chart("p-1/../../x?y=") is None
    assert server.asked == []
