"""From where does a request come, by the same rule as the sign-in limits (ALLAUTH_TRUSTED_PROXY_COUNT)?"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

Address = IPv4Address | IPv6Address


def address_of(request: HttpRequest) -> Address | None:
    """The caller's address; None when what is said is none."""
    try:
        return ip_address(get_adapter().get_client_ip(request))
    except (ValueError, PermissionDenied):
        return None


def neighbours(address: Address | None) -> str:
    """One word for all who are counted together: an IPv4 address, or the 64 bits of IPv6 that one household is given."""
    if address is None:
        return "unknown"
    return f"{int(address):x}" if isinstance(address, IPv4Address) else f"{int(address) >> 64:x}-net"
