"""What an SDK's exception means: the vendor's own code and message, and whether the thing is simply not there."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from handoff.lab.provider.record import EmulatorError, Missing, Properties

if TYPE_CHECKING:
    from collections.abc import Iterator

_GONE = frozenset({"404"})


class HalfDone(EmulatorError):
    """The resource exists, but not as asked; the engine keeps it in state and tries to mend it at the next update."""

    def __init__(self, resource_id: str, state: Properties, inputs: Properties, reason: str) -> None:
        super().__init__("NotAsAsked", reason)
        self.resource_id = resource_id
        self.state = state
        self.inputs = inputs


@contextmanager
def vendor_errors() -> Iterator[None]:
    """Turns boto3's exceptions into EmulatorError and Missing."""
    try:
        yield
    except ClientError as error:
        detail = error.response.get("Error", {})
        code = str(detail.get("Code", "Unknown"))
        gone = code in _GONE or code.startswith("NoSuch") or code.endswith(("NotFound", "NotFoundException", "NotFoundError"))
        kind = Missing if gone else EmulatorError
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        raise kind(code, f"{detail.get('Message', '')} ({error.operation_name})".strip(), status=status) from error
    except BotoCoreError as error:
        raise EmulatorError(type(error).__name__, str(error)) from error
