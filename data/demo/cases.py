"""The scripted demo sessions."""

from dataclasses import dataclass

from data.demo.schema import load_scripts


@dataclass(frozen=True)
class DemoCase:
    """A session to play message by message; ``expected`` says in a line what a watcher should see."""

    id: str
    title: str
    description: str
    patient_id: str
    messages: tuple[str, ...]
    expected: str
    writer_relation: str = "self"


def demo_cases() -> list[DemoCase]:
    """Read the eight scripted cases.

    Raises:
        DemoContentError: cases.yaml is malformed.
    """
    return [
        DemoCase(
            id=script.id,
            title=script.title,
            description=script.description,
            patient_id=script.patient_id,
            messages=tuple(script.messages),
            expected=script.expected,
            writer_relation=script.writer_relation,
        )
        for script in load_scripts()
    ]
