"""Ports are free, different, and fixed where the user says so."""

from __future__ import annotations

import socket

import pytest

from handoff.errors import MachineError
from handoff.lab import ports


def test_every_name_gets_a_free_port_of_its_own() -> None:
    found = ports.choose([f"service{number}" for number in range(50)])
    assert len(set(found.values())) == 50
    assert all(ports.is_free(port) for port in found.values())


def test_a_fixed_port_is_taken_and_one_in_use_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ports.choose(["x"])["x"]
    monkeypatch.setenv("HANDOFF_LAB_PORT_PROVIDERS_AZURE_NATIVE", str(wanted))
    assert ports.choose(["providers.azure-native"]) == {"providers.azure-native": wanted}
    with socket.socket() as other:
        other.bind(("127.0.0.1", wanted))
        other.listen()
        assert not ports.is_free(wanted)
        with pytest.raises(MachineError, match=f"{wanted}.*HANDOFF_LAB_PORT_PROVIDERS_AZURE_NATIVE"):
            ports.choose(["providers.azure-native"])


@pytest.mark.parametrize("text", ["eighty", "0", "70000", "-1"])
def test_what_is_no_port_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("HANDOFF_LAB_PORT_AWS", text)
    with pytest.raises(MachineError, match="is not a port"):
        ports.choose(["aws"])
