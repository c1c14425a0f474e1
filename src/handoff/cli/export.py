"""`handoff export`: gives the client's data back as bags, and checks bags."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core

if TYPE_CHECKING:
    from handoff.runs.exporting import Returned


class _ReturnUnlessNamed(typer.core.TyperGroup):
    """`handoff export SPEC` is `handoff export return SPEC`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - its type is private to typer
        """Puts `return` before anything that names no subcommand."""
        if args and args[0] not in self.commands and args[0] not in {"-h", "--help"}:
            args = ["return", *args]
        return super().parse_args(ctx, args)


COMMAND = typer.Typer(
    cls=_ReturnUnlessNamed,
    help="Give the client's data back as BagIt bags, or check bags. `handoff export SPEC` is `handoff export return SPEC`.",
    no_args_is_help=True,
)


@COMMAND.command("return")
def give_back(
    spec: Annotated[Path, typer.Argument(help="Engagement spec (YAML).")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the bags; one bag per store.")] = Path("bags"),
    cloud: Annotated[list[str] | None, typer.Option("--cloud", help="Only this cloud; may be given more than once.")] = None,
    store: Annotated[list[str] | None, typer.Option("--store", help="Only this store (bucket, or ACCOUNT/CONTAINER); may be given more than once.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Fetch every store of the engagement's scopes into a bag (RFC 8493), hashed while it streams. An interrupted run is taken up where it stopped.

    Exit codes: 0 every store is in its bag; 2 no space, no permission, or an older bag in the way; 3 some store could not be read.
    """
    from handoff import spec as specs
    from handoff.cli import _show
    from handoff.errors import CoverageIncomplete
    from handoff.evidence.state import StateFolder
    from handoff.runs import exporting
    from handoff.runs.estate import estate, utc_now

    work = estate(specs.load(spec), only=cloud or ())
    folder = StateFolder.of(work.spec.metadata.name)
    results: list[Returned] = []
    with folder.lock(), folder.open_ledger() as ledger, _show.working("Fetching the stores"):
        for one in exporting.export(work, out, folder, ledger, only=tuple(store or ()), now=utc_now):
            results.append(one)
            if as_json:
                _show.line(_record(one))
    failed = [one for one in results if one.bag is None]
    if as_json:
        _show.summary(CoverageIncomplete.exit_code if failed else 0, out=str(out), bags=len(results) - len(failed), failed=len(failed))
    else:
        rows = [(one.bag.path.name, one.scope, one.store, one.bag.objects, one.bag.size_bytes, "kept" if one.kept else "fetched") for one in results if one.bag]
        _show.table(f"Bags in {out}", ("bag", "scope", "store", "objects", "bytes", ""), rows)
        _show.say(f"{len(rows)} bag(s) in {out}. The receiver checks them with `handoff export verify {out}` or any BagIt tool.")
    if failed:
        told = "\n".join(f"  {one.export} {one.store or '(list of stores)'} in {one.scope}: {one.problem}" for one in failed)
        raise CoverageIncomplete(
            f"{len(failed)} store(s) could not be returned:\n{told}", hint="Nothing is claimed about them. Run the same command again; finished bags are kept."
        )


def _record(one: Returned) -> dict[str, object]:
    head = {"type": "bag", "schema_version": 1, "export": one.export, "scope": str(one.scope), "store": one.store}
    if one.bag is None:
        return head | {"problem": one.problem}
    bag = one.bag
    return head | {
        "bag": str(bag.path),
        "objects": bag.objects,
        "bytes": bag.size_bytes,
        "manifest": f"sha256:{bag.manifest}",
        "tagmanifest": f"sha256:{bag.tagmanifest}",
        "kept": one.kept,
    }


@COMMAND.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="A bag, or a folder of bags.")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines on stdout.")] = False,
) -> None:
    """Check bags by our own reading of RFC 8493 and by the reference implementation. Needs no network.

    Exit codes: 0 every bag is whole; 2 there is no bag; 5 a file is missing, changed or too many.
    """
    from handoff.cli import _show
    from handoff.errors import EvidenceInvalid, UsageError
    from handoff.exports._check import check_bag, check_by_reference

    bags = [folder] if (folder / "bagit.txt").is_file() else sorted(path.parent for path in folder.glob("*/bagit.txt")) if folder.is_dir() else []
    unfinished = sorted(path.name for path in folder.glob("*.partial")) if folder.is_dir() else []
    if not bags:
        raise UsageError(
            f"{folder}: no bag there" + (f", only unfinished ones: {', '.join(unfinished)}" if unfinished else ""),
            hint="Name a bag, or the folder given to `handoff export --out`.",
        )
    wrong: list[str] = []
    for path in bags:
        record: dict[str, object] = {"type": "bag", "schema_version": 1, "bag": str(path)}
        try:
            bag = check_bag(path)
            check_by_reference(path)
            record |= {"valid": True, "objects": bag.objects, "bytes": bag.size_bytes, "tagmanifest": f"sha256:{bag.tagmanifest}"}
        except EvidenceInvalid as error:
            wrong.append(error.message)
            record |= {"valid": False, "problem": error.message}
        if as_json:
            _show.line(record)
        else:
            _show.say(f"{path}: {record.get('problem') or '{objects} objects, {bytes} bytes, all as the manifests say'.format(**record)}")
    if as_json:
        _show.summary(EvidenceInvalid.exit_code if wrong else 0, bags=len(bags), invalid=len(wrong), unfinished=unfinished)
    if wrong:
        raise EvidenceInvalid(f"{len(wrong)} of {len(bags)} bag(s) do not verify:\n" + "\n".join(f"  {text}" for text in wrong))
