"""The lab's certificate is accepted with its own authority and with no other."""

from __future__ import annotations

import ssl
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from handoff.lab import tls
from handoff.lab.service import LabPlan


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_certificate_is_for_this_machine_only_and_trusted_by_its_authority_only(tmp_path: Path) -> None:
    plan, other = LabPlan(folder=tmp_path / "a", ports={}), LabPlan(folder=tmp_path / "b", ports={})
    tls.ensure(plan)
    tls.ensure(other)
    server = HTTPServer(("127.0.0.1", 0), Answers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(plan.tls_cert, plan.tls_key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for host in ("127.0.0.1", "localhost"):
            url = f"https://{host}:{server.server_port}/"
            assert httpx.get(url, verify=ssl.create_default_context(cafile=str(plan.ca_file)), trust_env=False).status_code == 200
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                httpx.get(url, verify=ssl.create_default_context(cafile=str(other.ca_file)), trust_env=False)
    finally:
        server.shutdown()
        server.server_close()


def test_key_is_private_and_a_valid_certificate_stays(tmp_path: Path) -> None:
    plan = LabPlan(folder=tmp_path, ports={})
    tls.ensure(plan)
    assert plan.tls_key.stat().st_mode & 0o077 == 0
    before = plan.tls_cert.read_bytes()
    tls.ensure(plan)
    assert plan.tls_cert.read_bytes() == before
    plan.ca_file.unlink()
    tls.ensure(plan)
    assert plan.tls_cert.read_bytes() != before
