"""Ids: a three-letter kind, an underscore, and a token nobody can guess (`ses_Jx3…`)."""

from __future__ import annotations

import secrets
from collections.abc import Callable

NewId = Callable[[], str]
"""Gives a fresh unguessable token without prefix; the repositories put the kind before it.

ses session, trn turn, msg message, ofr consent offer, cas case, rev review, par report version, tsk nurse task,
ord order, apt appointment, ref referral, rcp receipt, acc account, pat patient.
"""

_BYTES = 12  # 96 bits: collisions and guesses are out of reach for a clinic's lifetime of rows


def random_id() -> str:
    """A random URL-safe token of 96 bits."""
    return secrets.token_urlsafe(_BYTES)
