"""Every error a user can meet, in one tree.

The class carries what the command line needs: the exit code and a hint that says what to do next. Its docstring is its
meaning. Vendor SDK errors are translated in `clouds/` only, with `from`, so nothing above ever sees one.
"""

from __future__ import annotations


class HandoffError(Exception):
    """Something the user can be told about in one message."""

    exit_code: int = 1
    hint: str = ""
    retriable: bool = False

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if hint is not None:
            self.hint = hint


class UsageError(HandoffError):
    """The command was called with something it cannot work with."""

    exit_code = 2
    hint = "See `handoff COMMAND --help`."


class SpecError(UsageError):
    """The engagement spec is missing, unreadable or wrong; the message lists every fault with file, line and field."""

    hint = "Mend the named fields; `handoff spec schema` prints what is allowed."


class MachineError(UsageError):
    """The machine cannot do it: no space, no permission, a port in use, a tool that could not be had."""

    hint = "Mend what the message names and run the same command again."


class CloudError(HandoffError):
    """A cloud's API failed for a reason that is neither denial nor our own bad credentials (5xx, timeout, broken answer)."""

    exit_code = 3
    hint = "The answer is unknown, not empty. Run the same command again; if it persists, ask the cloud's status page."
    retriable = True


class Throttled(CloudError):
    """The cloud asked us to slow down, and kept asking after every retry."""


class Unsupported(CloudError):
    """The endpoint does not offer this call (emulator gap, service not enabled, region without the service)."""

    hint = "Nothing can be claimed about this kind here. See the coverage lines."
    retriable = False


class AccessDenied(CloudError):
    """The credential may not make this call; nothing may be concluded about what it would have shown."""

    hint = "Grant the permission that the message names, or accept that coverage stays incomplete."
    retriable = False


class CredentialsRefused(HandoffError):
    """Our own credential is missing, expired or not accepted."""

    exit_code = 6
    hint = "Sign in again: see docs/credentials.md for the variables each cloud reads."


class CoverageIncomplete(HandoffError):
    """At least one listing could not be read whole, so absence cannot be claimed."""

    exit_code = 3
    hint = "The coverage lines say which kind and scope, and why."


class PathsRemain(HandoffError):
    """At least one of the provider's access paths is not proven dead."""

    exit_code = 4
    hint = "The paths listed above are still open or not yet proven; run `handoff plan` and `handoff apply`, then `handoff prove`."


class RollbackIncomplete(HandoffError):
    """Part of what a run had cut could not be put back; the rest is."""

    exit_code = 4
    hint = "Mend what the lines above say and run the same `handoff rollback` again: what is back already is left alone."


class EvidenceInvalid(HandoffError):
    """A ledger, digest, signature or manifest does not verify."""

    exit_code = 5
    hint = "Do not rely on this evidence. Compare it with the other party's copy."


class SafetyLimit(HandoffError):
    """Refused, because going on could do harm."""

    exit_code = 7
    hint = "Nothing was changed."


class LockOut(SafetyLimit):
    """The client would be left without enough working administrators."""

    hint = "Nothing was changed. Give the client two working administrators, or one and a break-glass, on every scope."


class WorkloadInUse(SafetyLimit):
    """A path or a dependency is in use by something that is not known to be the provider's: cutting it would break it."""

    hint = "Nothing was changed. Move the workload, name it under exit.replaced in the spec with who decided so, and plan again."


class UnknownHolder(SafetyLimit):
    """An access path whose holder belongs to no known party; someone has to decide."""

    hint = "Nothing was changed. Name the holder under parties, third_parties or exit.decisions in the spec, and plan again."


class TooManyChanges(SafetyLimit):
    """The plan holds more changes than the limit that was given."""

    hint = "Nothing was changed. Read the plan; if it is right, raise --max-changes."


class EstateMoved(SafetyLimit):
    """The estate is no longer what the plan was made for."""

    hint = "Run `handoff discover` and `handoff plan` again, and have the new plan approved."


class RunLocked(HandoffError):
    """Another run holds the lock of this engagement."""

    exit_code = 8
    hint = "Wait for it to finish, or end it; the lock goes with its process."


class PolicyViolations(HandoffError):
    """The change or state breaks a mandatory control."""

    exit_code = 9
    hint = "Mend the resources named above, or record a dated waiver in the spec."


class Interrupted(HandoffError):
    """The user interrupted the command."""

    exit_code = 130
    hint = "Nothing is half done; run the same command again to go on."
