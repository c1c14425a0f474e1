"""The `pulumi-language-python` command beside a built engine: it starts our language host.

It lies in the cache that several checkouts share, so it names no Python: that is whatever `HANDOFF_PYTHON` says, which
`handoff lab env` exports. It lies beside `pulumi` itself because the engine warns about a host found elsewhere on PATH.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handoff.lab import files
from handoff.lab.engine.find import HOST, RUNNER

if TYPE_CHECKING:
    from handoff.lab.engine.find import Engine

VARIABLE = "HANDOFF_PYTHON"
_TEXT = f"""#!/bin/sh
if [ -z "${VARIABLE}" ]; then
  echo 'pulumi-language-python: {VARIABLE} is not set; run: eval "$(handoff lab env)"' >&2
  exit 1
fi
exec "${VARIABLE}" -P -m handoff.lab.engine.language_host --runner "$(dirname "$0")/{RUNNER}" "$@"
"""


def ensure(engine: Engine) -> None:
    """Write the command, unless it is there as it should be; an engine that brings its own host is left alone."""
    if engine.runner is None:
        return
    path = engine.pulumi.with_name(HOST)
    if not path.exists() or path.read_text(encoding="utf-8") != _TEXT:
        files.write(path, _TEXT, mode=0o755)
