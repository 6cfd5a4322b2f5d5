"""Which addresses belong to the public internet: what may be dialled for somebody who names a host."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

UNICAST = ip_network("2000::/3")
"""All that is given out to networks on IPv6. What lies outside is local, reserved or another notation of IPv4."""

NAT64 = ip_network("64:ff9b::/96")
"""IPv4 as a machine that speaks IPv6 alone sees it (RFC 6052): the last four bytes are where it leads."""

CLOSED = tuple(
    ip_network(network)
    for network in (
        "100.64.0.0/10",  # between a carrier and its customers; Alibaba's metadata answer at 100.100.100.200
        "168.63.129.16/32",  # inside Azure the machine's own host, though the number is a public one
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # Teredo, whose tunnels end at an IPv4 address, and protocols that serve no pages
        "2001:db8::/32",  # for documents
        "2002::/16",  # 6to4, whose tunnels end at the IPv4 address inside
        "3fff::/20",  # for documents
    )
)
"""Closed whatever the standard library says: it calls some of these global, and not in every version the same.

Tunnels are closed as a whole, with whatever address inside: nobody serves from one since RFC 7526.
"""


def is_public(text: str) -> bool:
    """Whether an IP address, as the resolver writes it, is one of the public internet's."""
    try:
        address = _meant(ip_address(text))
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address not in UNICAST:
        return False
    # Global alone is not enough: multicast is, and what is reserved depends on the version of the library.
    refused = address.is_multicast or address.is_reserved or not address.is_global
    return not refused and not any(address in network for network in CLOSED)


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one only writes differently, or the address itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
