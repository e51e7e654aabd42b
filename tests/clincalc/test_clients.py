"""Whose request it is, seen through proxies."""

import ipaddress

import pytest

from clincalc.clients import address_of, network_of

OURS = ["10.0.0.0/8", "fd00::/8"]


@pytest.fixture
def address(rf, settings):
    """A function that returns the address of a client by its peer and X-Forwarded-For."""
    settings.TRUSTED_PROXIES = [ipaddress.ip_network(network) for network in OURS]

    def found(peer, forwarded=None):
        headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
        return address_of(rf.get("/", REMOTE_ADDR=peer, **headers))

    return found


@pytest.mark.parametrize("forwarded", [None, "", "203.0.113.9", "10.0.0.1"])
def test_who_is_no_trusted_proxy_is_the_client_whatever_it_says(address, forwarded):
    assert address("192.0.2.1", forwarded) == "192.0.2.1"
    assert address("2001:db8::1", forwarded) == "2001:db8::1"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("203.0.113.9, 192.0.2.1", "192.0.2.1"),
        ("203.0.113.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
        ("203.0.113.9,192.0.2.1 , 10.0.0.2,fd00::2", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
@pytest.mark.parametrize("peer", ["10.1.2.3", "fd00::1", "::ffff:10.1.2.3"])
def test_behind_proxies_the_client_is_the_first_from_the_right_that_is_none_of_them(
    address, peer, forwarded, client
):
    assert address(peer, forwarded) == client


@pytest.mark.parametrize("forwarded", [None, "", "unknown", "192.0.2.1, not an address", "203.0.113.9, "])
def test_a_proxy_that_names_nobody_is_itself_the_client(address, forwarded):
    assert address("10.1.2.3", forwarded) == "10.1.2.3"


def test_when_all_are_proxies_the_first_of_them_asks(address):
    assert address("10.1.2.3", "10.0.0.9, 10.0.0.2") == "10.0.0.9"


@pytest.mark.parametrize("peer", ["", "unix:", "testserver"])
def test_a_peer_without_an_address_has_none(address, peer):
    assert address(peer, "192.0.2.1") == ""


def test_the_addresses_of_one_household_count_as_one():
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2:bbbb::9") == "2001:db8:1:2::/64"
    assert network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("") == ""
