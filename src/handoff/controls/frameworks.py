"""The frameworks that a spec can ask for, and which of their clauses a control answers.

FedRAMP has no table of its own: a control counts for it through its NIST SP 800-53 clauses, where those stand in the FedRAMP baseline
(`frameworks_baselines.json`, beside this module).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NIST, HIPAA, PCI, SOC2, ISO = "nist-800-53", "hipaa", "pci-dss", "soc-2", "iso-27001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """One framework as a spec names it."""

    id: str
    title: str
    base: str
    """The table that its clauses come from."""
    baseline: str = ""
    """Which NIST baseline bounds it; empty = every clause of the base."""
    source: str
    """Where the mapping comes from: `URL (read DATE)`."""


_NIST_AWS = "https://github.com/prowler-cloud/prowler/blob/master/prowler/compliance/aws/nist_800_53_revision_5_aws.json (read 2026-11-22)"
_FEDRAMP = "https://github.com/GSA/fedramp-automation (read 2026-11-22)"
_PROWLER = "https://github.com/prowler-cloud/prowler/tree/master/prowler/compliance (read 2026-11-22)"
FRAMEWORKS: Mapping[str, Framework] = {
    one.id: one
    for one in (
        Framework(id="nist-800-53", title="NIST SP 800-53 Rev. 5", base=NIST, source=_NIST_AWS),
        Framework(id="nist-800-53-low", title="NIST SP 800-53 Rev. 5, Low", base=NIST, baseline="nist-800-53-low", source=_NIST_AWS),
        Framework(id="nist-800-53-moderate", title="NIST SP 800-53 Rev. 5, Moderate", base=NIST, baseline="nist-800-53-moderate", source=_NIST_AWS),
        Framework(id="nist-800-53-high", title="NIST SP 800-53 Rev. 5, High", base=NIST, baseline="nist-800-53-high", source=_NIST_AWS),
        Framework(id="fedramp-moderate", title="FedRAMP Rev. 5, Moderate", base=NIST, baseline="fedramp-moderate", source=_FEDRAMP),
        Framework(id="fedramp-high", title="FedRAMP Rev. 5, High", base=NIST, baseline="fedramp-high", source=_FEDRAMP),
        Framework(id="hipaa", title="HIPAA Security Rule, 45 CFR 164", base=HIPAA, source=_PROWLER),
        Framework(id="pci-dss-4.0.1", title="PCI DSS 4.0.1", base=PCI, source=_PROWLER),
        Framework(id="soc-2", title="SOC 2 Trust Services Criteria", base=SOC2, source=_PROWLER),
        Framework(id="iso-27001-2022", title="ISO/IEC 27001:2022, Annex A", base=ISO, source=_PROWLER),
    )
}
"""Every framework that `requirements.frameworks` may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause of a framework."""

    framework: str
    clause: str
    derived: bool
    """No published mapping names this check; the clause is the default of its family, by analogy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maps:
    """Clauses per framework, blanks between them; a leading `~` marks the whole cell as derived. HIPAA leaves out `164.`."""

    nist: str = ""
    hipaa: str = ""
    pci: str = ""
    soc2: str = ""
    iso: str = ""

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Every clause of every framework."""
        cells = ((NIST, self.nist), (HIPAA, self.hipaa), (PCI, self.pci), (SOC2, self.soc2), (ISO, self.iso))
        return tuple(
            Clause(framework=framework, clause=f"164.{name}" if framework == HIPAA else name, derived=cell.startswith("~"))
            for framework, cell in cells
            for name in cell.removeprefix("~").split()
        )


def asked(clauses: Iterable[Clause], frameworks: Iterable[str]) -> tuple[Clause, ...]:
    """The clauses through which these frameworks ask for something; each under the id that the spec uses."""
    clauses = tuple(clauses)
    found = []
    for name in frameworks:
        framework = FRAMEWORKS[name]
        bound = _baselines()[framework.baseline] if framework.baseline else None
        for one in clauses:
            if one.framework == framework.base and (bound is None or _oscal_id(one.clause) in bound):
                found.append(Clause(framework=name, clause=one.clause, derived=one.derived))
    return tuple(found)


@cache
def _baselines() -> Mapping[str, frozenset[str]]:
    body = json.loads(Path(__file__).with_name("frameworks_baselines.json").read_text(encoding="utf-8"))
    return {name: frozenset(ids) for name, ids in body["baselines"].items()}


def _oscal_id(clause: str) -> str:
    """`SC-28(1)` as OSCAL catalogues name it: `sc-28.1`."""
    return clause.lower().replace("(", ".").replace(")", "")
