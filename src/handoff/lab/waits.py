"""The lab's waits (`lags.json`): the stand-ins really let an old right live on that long, and `handoff.lags` waits for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from handoff import registry
from handoff.lab import files

if TYPE_CHECKING:
    from handoff.lab.service import LabPlan

SOAK_S = 2.0
_USUAL_S = 0.5
_BINDING = "gcp.project_iam_binding"
_BINDINGS = (_BINDING, "gcp.kms_key_iam_binding", "gcp.service_account_iam_binding")
"""The GCP stand-in lets a removed binding live on for as long as the first says, whatever carries it: these kinds wait alike."""
_SLOW_S = {"azure.role_assignment": 1.5, **dict.fromkeys(_BINDINGS, 1.5)}
"""Where the vendor's own figure is minutes rather than seconds, the lab's is longer too, so that order still matters."""


def write(plan: LabPlan) -> None:
    """Write the file; one that is there keeps its own waits, and gets those of kinds that it does not know yet.

    A kind without a wait of the lab's would be waited for as on the real cloud. A file that cannot be read is left: `handoff.lags` says so.
    """
    ids = {name.removeprefix("handoff.kinds.") for name in registry.modules("handoff.kinds")}
    waits = {kind: _SLOW_S.get(kind, _USUAL_S) for kind in sorted(ids | set(_SLOW_S))}
    settings: dict[str, Any] = {"soak_s": SOAK_S}
    if plan.lags_file.exists():
        try:
            settings = json.loads(plan.lags_file.read_text(encoding="utf-8"))
            known: dict[str, float] = dict(settings["kinds"])
        except (ValueError, KeyError, TypeError):
            return
        if known.keys() >= waits.keys():
            return
        if (binding_s := known.get(_BINDING)) is not None:
            waits |= dict.fromkeys(_BINDINGS, binding_s)
        waits |= known
    files.write(plan.lags_file, json.dumps(settings | {"kinds": waits}, indent=1) + "\n")
