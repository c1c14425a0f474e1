"""The Pulumi SDK's generated protocol modules, without the SDK around them.

`import pulumi` takes 30 MB and a third of a second; who only speaks the engine's protocol needs a few generated modules of it.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

_PARENTS = ("pulumi", "pulumi.runtime", "pulumi.runtime.proto")


def module(name: str) -> ModuleType:
    """A module of `pulumi.runtime.proto` by name; where the SDK is loaded already, its own. Raises ImportError without the SDK."""
    whole = f"pulumi.runtime.proto.{name}"
    if "pulumi" in sys.modules:
        return importlib.import_module(whole)
    spec = importlib.util.find_spec("pulumi")
    if spec is None or spec.origin is None:
        raise ImportError("the Pulumi SDK is not installed")
    folder = Path(spec.origin).parent
    before = set(sys.modules)
    try:
        for parent in _PARENTS:
            bare = ModuleType(parent)
            bare.__path__ = [str(folder.joinpath(*parent.split(".")[1:]))]
            sys.modules[parent] = bare
        return importlib.import_module(whole)
    finally:
        for made in [one for one in sys.modules if one.split(".", 1)[0] == "pulumi" and one not in before]:
            del sys.modules[made]
