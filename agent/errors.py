"""One family of exceptions. What a person may read is a UserFacingError; the rest are bugs or faults."""


class PreludeError(Exception):
    """Anything Prelude raises on purpose. The text never holds patient data."""


class UserFacingError(PreludeError):
    """Shown as it is: plain words that say what happens next."""


class ModelUnavailable(PreludeError):
    """The language model cannot be reached, timed out or broke off mid-reply."""


class BudgetExceeded(PreludeError):
    """A turn used up its model calls, tool calls or seconds."""


class ToolRefused(PreludeError):
    """A tool declines a call. The text is fixed and holds no arguments."""


class ParInvalid(PreludeError):
    """A Preliminary Assessment Report with a line that cannot be traced to its origin."""
