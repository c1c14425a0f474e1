"""AWS: ministack with authentication and policies enforced, behind our gateway in the same process.

source: https://github.com/ministackorg/ministack (settings; read 2026-11-22). `BIND_HOST` defaults to every interface and a
second listener for IoT opens one more port, so both are set here.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from handoff.lab import identities
from handoff.lab.service import LabPlan, Process

REGION = "eu-west-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aws:
    name: str = "aws"
    parts: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def process(self, plan: LabPlan, /) -> Process:
        """State is kept in the data folder, written when the process is asked to leave."""
        data = plan.data(self.name)
        environment = {
            "AUTH": "true",
            "CLOUDTRAIL_RECORDING": "1",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(plan.ports[self.name]),
            "IOT_MTLS_ENABLED": "0",
            "MINISTACK_ACCOUNT_ID": identities.CLIENT_AWS_ACCOUNT,
            "MINISTACK_HOST": "127.0.0.1",
            "PERSIST_STATE": "1",
            "S3_PERSIST": "1",
            "STATE_DIR": str(data / "state"),
            "S3_DATA_DIR": str(data / "s3"),
            "TMPDIR": str(data),
            "LOG_LEVEL": "INFO",
        }
        argv = (sys.executable, "-P", "-m", "handoff.lab.aws", "--state", str(data / "state" / "handoff.json"))
        return Process(argv=argv, env=environment, health_url=f"{plan.url(self.name)}/_ministack/health")

    def exports(self, plan: LabPlan, /) -> Mapping[str, str]:
        """What boto3 reads; the files are written by the bootstrap."""
        return {
            "AWS_ENDPOINT_URL": plan.url(self.name),
            "AWS_SHARED_CREDENTIALS_FILE": str(plan.folder / "credentials" / "aws-credentials"),
            "AWS_CONFIG_FILE": str(plan.folder / "credentials" / "aws-config"),
            "AWS_PROFILE": identities.ADMIN,
            "AWS_REGION": REGION,
        }


SERVICE = _Aws()
