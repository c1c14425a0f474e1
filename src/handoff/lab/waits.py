"""The lab's waits (`lags.json`): the stand-ins really let an old right live on that long, and `handoff.lags` waits for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from handoff import registry
from handoff.lab import files

if TYPE_CHECKING:
    from handoff.lab.service import LabPlan

SOAK_S = 2.0
_USUAL_S = 0.5
_BINDING_S = 1.5
"""The GCP stand-in lets a removed binding live on for `gcp.project_iam_binding` seconds, whatever carries it: the kinds of bindings wait alike."""
_SLOW_S = {
    "azure.role_assignment": 1.5,
    "gcp.kms_key_iam_binding": _BINDING_S,
    "gcp.project_iam_binding": _BINDING_S,
    "gcp.service_account_iam_binding": _BINDING_S,
}
"""Where the vendor's own figure is minutes rather than seconds, the lab's is longer too, so that order still matters."""


def write(plan: LabPlan) -> None:
    """Write the file, unless one is there (a user may have set other waits)."""
    if plan.lags_file.exists():
        return
    ids = {name.removeprefix("handoff.kinds.") for name in registry.modules("handoff.kinds")}
    waits = {kind: _SLOW_S.get(kind, _USUAL_S) for kind in sorted(ids | set(_SLOW_S))}
    files.write(plan.lags_file, json.dumps({"kinds": waits, "soak_s": SOAK_S}, indent=1) + "\n")
