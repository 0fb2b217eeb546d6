"""``python -m agent.chat``: a conversation in the terminal, for a developer or a demo."""

from __future__ import annotations

import sys
import uuid

from agent.bootstrap import create_agent_instance
from agent.errors import UserFacingError
from agent.events import (
    ConsentRequested,
    CrisisNotice,
    EmergencyNotice,
    ModelSwitched,
    Progress,
    QuestionAsked,
    ReplySentence,
    ReplyWithheld,
    ToolFinished,
    TurnEvent,
    TurnFinished,
)
from agent.manager import AgentManager

HELP = "Write a message; 'yes N' or 'no N' answers offer N; 'report' writes the report; an empty line ends."


def main() -> int:
    """Talk until an empty line or the end of input."""
    manager = create_agent_instance()
    manager.warm_up()
    session_id = f"ses_{uuid.uuid4().hex}"
    patients = manager.records.patients.all()
    patient_id = patients[0].patient_id if patients else None
    manager.records.interactions.create_session(None, patient_id, session_id=session_id)
    _say(HELP)
    while text := _read():
        try:
            _turn(manager, session_id, text)
        except UserFacingError as error:
            _say(str(error))
    return 0


def _turn(manager: AgentManager, session_id: str, text: str) -> None:
    words = text.split()
    if text == "report":
        from agent.par.export import as_text

        result = manager.generate_par(session_id)
        _say(as_text(result.par) if result.par else f"No report: {result.error}")
        return
    if len(words) == 2 and words[0] in ("yes", "no") and words[1].isdigit():
        offers = manager.records.consents.pending(session_id)
        if not 1 <= int(words[1]) <= len(offers):
            _say("There is no such offer.")
            return
        events = manager.stream_consent(session_id, offers[int(words[1]) - 1].offer_id, words[0] == "yes")
    else:
        events = manager.stream_step(session_id, text)
    for event in events:
        _show(event)


def _show(event: TurnEvent) -> None:
    match event:
        case EmergencyNotice(text=text) | CrisisNotice(text=text):
            _say(f"!! {text}")
        case ReplySentence(text=text) | ReplyWithheld(text=text):
            _say(f"   {text}")
        case QuestionAsked(text=text, choices=choices):
            _say(f" ? {text}  [{' / '.join(choices)}]")
        case ConsentRequested(text=text):
            _say(f" > {text}  (yes N / no N)")
        case ToolFinished(label=label, ok=ok, milliseconds=spent):
            _say(f"   … {label}{'' if ok else ' (not possible)'} {spent:.0f} ms")
        case Progress(text=text):
            _say(f"   … {text}")
        case ModelSwitched(reason=reason):
            _say(f"   … language model: {reason}; the embedded model goes on")
        case TurnFinished(result=result):
            _say(f"   [{result.disposition}, {result.model}]")
        case _:
            pass


def _read() -> str:
    sys.stdout.write("you> ")
    sys.stdout.flush()
    return sys.stdin.readline().strip()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
