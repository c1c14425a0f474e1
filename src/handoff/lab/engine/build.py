"""Builds the engine from its Go module, pinned by modfile/go.mod and go.sum.

The module's own `replace` keeps `go install MODULE@VERSION` from working, so a main module that repeats it requires the
command and builds it. The runner script for Python programs lies in the sdk module of the same release.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from handoff.errors import MachineError
from handoff.lab.engine import find
from handoff.lab.engine.find import BUILT_VERSION, RUNNER, Engine, Origin
from handoff.lab.toolchain import go as toolchain

if TYPE_CHECKING:
    from handoff.lab.progress import Progress
    from handoff.lab.toolchain.go import Go

COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_SDK = "github.com/pulumi/pulumi/sdk/v3"
_LDFLAGS = f"-s -w -X {_SDK}/go/common/version.Version=v{BUILT_VERSION}"
_TAIL_LINES = 6


def build(progress: Progress) -> Engine:
    """Build into the cache and give the engine; the caller holds the lock.

    Raises:
        MachineError: no Go compiler could be had, a module could not be fetched, the disk is full, or the build failed.

    """
    compiler = toolchain.ensure(progress, at_least=_wanted_go())
    with _workshop() as folder:
        product = folder / "product"
        (product / "bin").mkdir(parents=True)
        _compile(compiler, folder, product / "bin" / "pulumi", progress)
        _take_runner(compiler, folder, product / "bin" / RUNNER)
        answer = find.version_of(product / "bin" / "pulumi")
        if answer != BUILT_VERSION:
            raise MachineError(f"build from the Go module: the result answers version {answer}, not {BUILT_VERSION}")
        final = find.home() / BUILT_VERSION
        shutil.rmtree(final, ignore_errors=True)  # only an incomplete one can be here
        product.rename(final)
    shutil.rmtree(_own_caches(), ignore_errors=True)
    return Engine(version=BUILT_VERSION, pulumi=final / "bin" / "pulumi", origin=Origin.BUILT)


def _wanted_go() -> tuple[int, ...]:
    text = (resources.files(__package__) / "modfile" / "go.mod").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("go "))
    return tuple(int(part) for part in line.split()[1].split("."))


@contextmanager
def _workshop() -> Iterator[Path]:
    """A folder beside the final place, so that the rename stays on one file system; gone afterwards, however it ends."""
    with tempfile.TemporaryDirectory(dir=find.home(), prefix=".build-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for entry in ("go.mod", "go.sum", "main.go"):
            (folder / entry).write_bytes((resources.files(__package__) / "modfile" / entry).read_bytes())
        yield folder


def _compile(compiler: Go, folder: Path, target: Path, progress: Progress) -> None:
    with progress.task("Pulumi engine: fetching modules") as task:
        task.expect(_module_count(folder))
        packages = _go(compiler, folder, ["list", "-deps", COMMAND], each=lambda line: task.advance() if "downloading" in line else None)
    with progress.task(f"Pulumi engine: building v{BUILT_VERSION}") as task:
        task.expect(len(packages.splitlines()))
        _go(compiler, folder, ["build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", _LDFLAGS, "-o", str(target), COMMAND], each=task.advance)


def _own_caches() -> Path:
    """Where a bundled compiler keeps modules and objects: kept over an interrupted build, removed after a finished one."""
    return find.home() / ".go"


def _environment(compiler: Go) -> dict[str, str]:
    fixed = {**os.environ, "GOTOOLCHAIN": "local", "GOWORK": "off", "GO111MODULE": "on", "CGO_ENABLED": "0"}
    if not compiler.bundled:
        return fixed
    caches = _own_caches()
    flags = f"{os.environ.get('GOFLAGS', '')} -modcacherw".strip()  # a read-only module cache could not be removed
    return fixed | {"GOPATH": str(caches), "GOMODCACHE": str(caches / "mod"), "GOCACHE": str(caches / "objects"), "GOFLAGS": flags}


def _module_count(folder: Path) -> int:
    return sum(line.startswith("\t") for line in (folder / "go.mod").read_text(encoding="utf-8").splitlines())


def _take_runner(compiler: Go, folder: Path, target: Path) -> None:
    where = _go(compiler, folder, ["list", "-m", "-f", "{{.Dir}}", _SDK]).strip()
    source = Path(where) / "python" / "cmd" / RUNNER
    if not source.is_file():
        raise MachineError(f"build from the Go module: the sdk module holds no {RUNNER}")
    target.write_bytes(source.read_bytes())
    target.chmod(0o755)


def _go(compiler: Go, folder: Path, arguments: list[str], *, each: Callable[[str], None] | None = None) -> str:
    """Run one go command; its stdout. Every line of stderr goes to `each`."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", dir=folder) as output:
        command = [str(compiler.executable), *arguments]
        with subprocess.Popen(
            command, cwd=folder, env=_environment(compiler), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE, text=True
        ) as process:
            told = _drain(process, each)
        if process.returncode != 0:
            raise MachineError(f"build from the Go module with {compiler.executable}: {_why(told)}")
        output.seek(0)
        return output.read()


def _drain(process: subprocess.Popen[str], each: Callable[[str], None] | None) -> list[str]:
    told: list[str] = []
    try:
        for line in process.stderr or ():
            told = [*told[-40:], line.rstrip()]
            if each is not None:
                each(line.strip())
    except BaseException:
        process.terminate()
        raise
    return told


def _why(told: list[str]) -> str:
    if any("no space left on device" in line for line in told):
        return "the disk is full; the build needs about 4 GB in the cache folders"
    return " | ".join(told[-_TAIL_LINES:]) or "it failed without a word"
