"""The nodes of a turn, one a file, in the order a message meets them."""

from agent.nodes.act import act
from agent.nodes.check import check
from agent.nodes.consent import consent
from agent.nodes.escalate import escalate
from agent.nodes.fulfil import fulfil
from agent.nodes.reason import reason
from agent.nodes.recall import recall
from agent.nodes.record import record
from agent.nodes.screen import screen

__all__ = ["act", "check", "consent", "escalate", "fulfil", "reason", "recall", "record", "screen"]
