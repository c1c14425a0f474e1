"""Where the demonstration plays: a lab and an output folder of its own, and the project that it runs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from handoff.errors import MachineError, UsageError
from handoff.lab.state import folder as lab_folder

OUT = "handoff-demo"
MARKER = ".made-by-handoff-demo"
PACKS = ("residency", "baseline", "exit_readiness")
STACK = "acme-prod"
SPEC = "engagements/acme-health.yaml"


def project() -> Path:
    """The root of the project: the nearest folder upwards with its Pulumi.yaml and stacks. Raises UsageError."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "Pulumi.yaml").is_file() and (folder / "stacks").is_dir() and (folder / SPEC).is_file():
            return folder
    raise UsageError(
        "no handoff project here", hint="Run `handoff demo` in a checkout of the project: it provisions with the project's own stacks and policies."
    )


def fresh(out: Path) -> Path:
    """An empty output folder; one from an earlier demonstration is replaced, any other is left alone."""
    if out.exists() and any(out.iterdir()) and not (out / MARKER).exists():
        raise UsageError(f"{out} exists and is not of an earlier demonstration", hint="Move it away, or give another folder with --out.")
    try:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        (out / MARKER).write_text("handoff demo may replace this folder\n", encoding="utf-8")
    except OSError as error:
        raise MachineError(f"{out}: {error.strerror}") from error
    return out


@contextmanager
def own_lab() -> Iterator[None]:
    """Points every lab command below to a lab of the demonstration's own, so that a lab in use is left alone."""
    before = os.environ.get("HANDOFF_LAB_DIR")
    os.environ["HANDOFF_LAB_DIR"] = before + "-demo" if before else str(lab_folder().with_name("demo-lab"))
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("HANDOFF_LAB_DIR", None)
        else:
            os.environ["HANDOFF_LAB_DIR"] = before


def bad_change(root: Path, out: Path) -> Path:
    """A copy of the program with one line too many, as a pull request would bring it: a bucket far from where the data may live."""
    folder = out / "bad-change"
    (folder / "engagements").mkdir(parents=True)
    shutil.copy(root / SPEC, folder / SPEC)
    shutil.copy(root / f"Pulumi.{STACK}.yaml", folder)
    (folder / "Pulumi.yaml").write_text('name: handoff\nruntime: python\nconfig:\n  pulumi:disable-default-providers:\n    value: ["*"]\n', encoding="utf-8")
    program = '''"""The project's own program, and one change that should never pass."""

import runpy
from pathlib import Path

runpy.run_path(str((Path(__file__).resolve().parent / "{root}" / "stacks" / "__main__.py").resolve()), run_name="__main__")

import pulumi
import pulumi_aws as aws

elsewhere = aws.Provider("elsewhere", region="us-east-1")
aws.s3.Bucket("quick-export", bucket="acme-quick-export", opts=pulumi.ResourceOptions(provider=elsewhere))
'''
    way = os.path.relpath(root.resolve(), folder.resolve())  # the output folder may lie anywhere
    (folder / "__main__.py").write_text(program.replace("{root}", way), encoding="utf-8")
    return folder


def put_records(bucket: str, container: str, gcs: str) -> int:
    """The client's own records, put into each store with the client's own credential; how many there are."""
    from handoff import registry
    from handoff.clouds import _azure_login, _azure_ops, _gcp_login
    from handoff.lab.demo.provider import ACCOUNT

    records = {f"patients/2026/{number:04d}.json": f'{{"patient": {number}, "note": "made up for the lab"}}\n'.encode() * 40 for number in range(1, 13)}
    aws = registry.cloud("aws").open(ACCOUNT)
    azure, google = _azure_login.Session(None), _gcp_login.Session(None)
    plane = _azure_ops.PLANES["blob"]
    with httpx.Client(verify=_azure_login.tls(), trust_env=False, timeout=30) as http:
        for name, body in records.items():
            aws.write("s3:PutObject", Bucket=bucket, Key=name, Body=body)
            head = {"authorization": f"Bearer {azure.token(plane)}", "x-ms-version": _azure_ops.STORAGE_VERSION, "x-ms-blob-type": "BlockBlob"}
            http.put(f"{_azure_ops.base_url(plane)}/{container}/{name}", content=body, headers=head).raise_for_status()
            upload = f"{_gcp_login.base()}/upload/storage/v1/b/{gcs}/o"
            http.post(
                upload, params={"uploadType": "media", "name": name}, content=body, headers={"authorization": f"Bearer {google.token()}"}
            ).raise_for_status()
    return len(records)
