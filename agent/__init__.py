"""Prelude's public surface. Names load on first use, so a command line of one engine does not pay for the others."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.bootstrap import create_agent_instance
    from agent.errors import PreludeError, UserFacingError
    from agent.events import TurnResult
    from agent.manager import AgentManager, ParResult
    from agent.settings import Settings

__all__ = [
    "AgentManager",
    "ParResult",
    "PreludeError",
    "Settings",
    "TurnResult",
    "UserFacingError",
    "create_agent_instance",
]
_HOME = {
    "AgentManager": "agent.manager",
    "ParResult": "agent.manager",
    "PreludeError": "agent.errors",
    "Settings": "agent.settings",
    "TurnResult": "agent.events",
    "UserFacingError": "agent.errors",
    "create_agent_instance": "agent.bootstrap",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'agent' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
