"""Names of hosts, as a request carries them.

A browser sends what any web page tells it to, also to this machine. A page whose own name was made to lead here (DNS
rebinding) is known by its `Host`, which is not one of ours.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable


class OwnHosts:
    """The names under which a server of ours may be called: localhost, loopback addresses, and `names`."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = {"localhost", *(bare(name) for name in names)}

    def __contains__(self, host: str) -> bool:
        """Whether a request's `Host` leads here. An empty one does not."""
        name = bare(host)
        return loopback(name) or name in self._names


def loopback(name: str) -> bool:
    """Whether this is an address that only this machine reaches; a name is none."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def bare(host: str) -> str:
    """A host's name as it is compared: without port, brackets and the root's dot."""
    host = host.strip().lower()
    if host.startswith("["):
        inside, closing, port = host[1:].partition("]")
        return inside if closing and (not port or (port[0] == ":" and port[1:].isdigit())) else host
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).rstrip(".")
