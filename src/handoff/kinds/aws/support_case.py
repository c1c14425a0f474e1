"""Support cases that mail goes out about."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from handoff.kinds.aws import _ends
from handoff.kinds.aws._item import Item
from handoff.model import AccessPath, Clue, KindId, Lag, ScopeType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from handoff.model import Json, Kind, Reader


class SupportCase(Item):
    """One mail address that is copied on one open case: it gets every word of it, and an answer to the mail is an answer to AWS."""

    id = KindId("aws.support_case")
    title = "Mail address copied on an open support case"
    row = "A13"
    source = "https://docs.aws.amazon.com/awssupport/latest/APIReference/API_DescribeCases.html (read 2026-11-22)"
    scope_type = ScopeType.AWS_ACCOUNT
    phase = 1
    lag = Lag(settle_s=0, survives_s=0, source="https://docs.aws.amazon.com/awssupport/latest/APIReference/API_DescribeCases.html (read 2026-11-22)")
    reads = frozenset({"support:DescribeCases"})
    writes: frozenset[str] = frozenset()
    fences = frozenset({"support:AddCommunicationToCase", "support:CreateCase"})
    creates: frozenset[str] = frozenset()
    blind = (
        "Accounts without Business or Enterprise support, whose cases AWS shows to no call; a support plan that a reselling partner holds: it ends with the contract, and "
        "the client then takes out its own (Support Center, Support plans); Slack channels of the Support app."
    )

    def discover(self, reader: Reader, /) -> Iterator[AccessPath]:
        """Every address on every case that is not resolved."""
        for case in reader.read("support:DescribeCases", includeResolvedCases=False, includeCommunications=False):
            for mail in _copied(case):
                yield AccessPath(
                    kind=self.id,
                    id=f"{case['caseId']}#{mail}",
                    scope=reader.scope,
                    holder=mail,
                    allows=f"follow and answer support case {case.get('displayId') or case['caseId']}",
                    clues=(*_ends.of_mail(mail), (Clue.NAME, str(case.get("submittedBy") or "nobody named as its author"))),
                    detail={"case": case["caseId"], "shown": case.get("displayId"), "mail": mail},
                )

    def image(self, reader: Reader, path: AccessPath, /) -> Json | None:
        """The address, while the case is open."""
        for case in reader.read("support:DescribeCases", caseIdList=[path.detail["case"]], includeResolvedCases=False, includeCommunications=False):
            if case["caseId"] == path.detail["case"] and path.detail["mail"] in _copied(case):
                return {"mail": path.detail["mail"]}
        return None

    def manual_effect(self, path: AccessPath, /) -> str:
        """No call takes an address off."""
        return (
            f"the client asks AWS in case {path.detail['shown'] or path.detail['case']} to take {path.detail['mail']} off it, or has it resolved and opens another "
            f"(Support Center); the case is then no longer open with that address"
        )


def _copied(case: Json) -> list[str]:
    return sorted({mail.lower() for mail in cast("list[str]", case.get("ccEmailAddresses") or [])})


KIND: Kind = SupportCase()
