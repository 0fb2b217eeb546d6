"""What can go wrong with the records. No text here ever holds patient data."""


class DataError(Exception):
    """Anything the records refuse or cannot do."""


class StoreUnavailable(DataError):
    """The database is locked, full, read-only, missing or damaged; nothing of this write was kept."""


class NotFound(DataError):
    """No such row."""


class Conflict(DataError):
    """The row has changed since it was read, or is in a state that does not allow this."""


class SlotTaken(Conflict):
    """Somebody else has this slot, or its time has passed."""


class OutOfStock(Conflict):
    """Fewer are in stock than were asked for."""


class ConsentInvalid(DataError):
    """No live consent to exactly this: wrong offer, wrong arguments, answered, used, expired or another session's."""


class NotAllowed(DataError):
    """This person may not see or do this."""


class ChainBroken(DataError):
    """The event log does not continue from its own last event; writing stops."""
