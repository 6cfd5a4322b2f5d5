"""Which addresses are the public internet's."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.http.addresses import is_public
from tests.providers.hostile import LITERALS_4, LITERALS_6, PUBLIC, PUBLIC_6, system_answer

OPEN = [
    PUBLIC,
    PUBLIC_6,
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:200::1",
    "2a00:1450:4001:80b::200e",
    "2003::1",
    "::ffff:1.1.1.1",
    "64:ff9b::1.1.1.1",
]
inside_ipv4 = st.sampled_from(
    [
        "10.0.0.0/8",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "224.0.0.0/3",
    ]
).flatmap(lambda network: st.ip_addresses(network=network))


@pytest.mark.parametrize("address", OPEN)
def test_a_public_address_is_open(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("literal", LITERALS_4 + LITERALS_6)
def test_no_other_address_is_however_it_is_written(literal: str) -> None:
    read = system_answer(literal.replace("%25", "%"))
    assert [address for address in read if is_public(address)] == []


@pytest.mark.parametrize(
    "text", ["", " ", "localhost", "1.1.1.1/32", "1.1.1.1:80", "[::1]", "256.1.1.1", "01.1.1.1"]
)
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert not is_public(text)


@given(inside_ipv4)
def test_an_inner_address_stays_closed_in_every_notation_and_tunnel(inner: ipaddress.IPv4Address) -> None:
    number = int(inner)
    written = [
        number,  # as itself
        0xFFFF << 32 | number,  # mapped
        0x64FF9B << 96 | number,  # NAT64
        0x2002 << 112 | number << 80 | 1,  # 6to4
        0x20010000 << 96 | number << 64 | 0x5DB8D822,  # Teredo, whose server it is
        0x20010000 << 96 | 0x5DB8D822 << 64 | (number ^ 0xFFFFFFFF),  # Teredo, whose client it is
    ]
    assert not is_public(str(inner))
    assert not [address for address in written if is_public(str(ipaddress.IPv6Address(address)))]


@given(st.ip_addresses(v=6))
def test_no_address_outside_what_networks_are_given_is_public(address: ipaddress.IPv6Address) -> None:
    another_notation = address.ipv4_mapped or int(address) >> 32 == 0x64FF9B << 64
    if int(address) >> 125 != 1 and not another_notation:
        assert not is_public(str(address))
