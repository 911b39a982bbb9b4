"""Errors that carry a message for the person who made the request."""

from collections.abc import Iterable


class ProductError(Exception):
    """Base of the errors whose text is meant to be read by a user."""


class InvalidInputError(ProductError):
    """Input that cannot be taken; `problems` holds one readable line each."""

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class NotFoundError(ProductError):
    """What was asked for does not exist, or not for this reader."""


class ForbiddenError(ProductError):
    """The person is known, but may not do this."""
