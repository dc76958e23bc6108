"""One page of the site in one state, for the lists that the tests of this folder walk."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class SitePage:
    """One page in one state. `role` is a key of `World.clients`; `send` is what its form is filled with and sent to reach the
    state, and then `status` belongs to the answer. `form` chooses the form by CSS when the first in main is not meant."""

    name: str
    role: str
    url: str
    state: str = "plain"
    send: dict[str, Any] | None = None
    status: int = 200
    form: str = "main form[method=post]"
    more: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name}, {self.state}, as {self.role}"

    @property
    def has_errors(self) -> bool:
        return self.state.startswith("errors")


def errors(name: str, role: str, url: str, send: dict[str, Any], **more: Any) -> SitePage:
    """The page with what is said when its form is sent with `send`."""
    return SitePage(name, role, url, "errors", send=send, **more)
