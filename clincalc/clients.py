"""Who asks: the address of a client, through the proxies that are believed and no others."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address_of(request: HttpRequest) -> str:
    """Return the address of the client, or "" when the server knows none.

    X-Forwarded-For is read from the right, where the nearest proxy wrote, for as
    long as the one who wrote is in TRUSTED_PROXIES: anybody can send the rest.
    """
    nearest = _parsed(request.META.get("REMOTE_ADDR", ""))
    for written in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        if nearest is None or not _is_in_trusted(nearest):
            break
        if (further := _parsed(written)) is None:
            break
        nearest = further
    return str(nearest or "")


def network_of(address: str) -> str:
    """Return what is counted as one client: an IPv4 address, or the /64 of an IPv6 one, which is one household."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address


def is_trusted(address: str) -> bool:
    """Return whether the address is in a network of TRUSTED_PROXIES."""
    parsed = _parsed(address)
    return parsed is not None and _is_in_trusted(parsed)


def _is_in_trusted(address: Address) -> bool:
    """Return whether a parsed address is in a network of TRUSTED_PROXIES."""
    return any(address in network for network in settings.TRUSTED_PROXIES)


def _parsed(text: str) -> Address | None:
    """Return the address in a text such as 192.0.2.1, 192.0.2.1:4711 or [2001:db8::1]:4711, or None."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        parsed = ipaddress.ip_address(text)
    except ValueError:
        return None
    # A server that listens on both kinds names an IPv4 client ::ffff:192.0.2.1.
    return getattr(parsed, "ipv4_mapped", None) or parsed
