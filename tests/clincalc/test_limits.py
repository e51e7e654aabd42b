"""How often a client may ask."""

import ipaddress
import threading

import pytest

from clincalc import limits
from clincalc.limits import Buckets, seconds_to_wait


class Clock:
    """A clock that stands until it is set."""

    now = 1000.0

    def __call__(self):
        """Return the moment."""
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def buckets(clock, monkeypatch):
    """The buckets of this process, empty of clients, by a clock that stands."""
    fresh = Buckets(clock)
    monkeypatch.setattr(limits, "buckets", fresh)
    return fresh


def test_so_many_at_once_and_then_one_after_the_other(buckets, clock):
    assert [buckets.wait("a", 50, 200) for _ in range(200)] == [0] * 200
    assert buckets.wait("a", 50, 200) == pytest.approx(1 / 50)

    clock.now += 1 / 50 + 0.0001

    assert buckets.wait("a", 50, 200) == 0
    assert buckets.wait("a", 50, 200) > 0


def test_being_refused_costs_nothing(buckets, clock):
    for _ in range(5):
        buckets.wait("a", 1, 1)

    clock.now += 1

    assert buckets.wait("a", 1, 1) == 0


def test_a_bucket_never_holds_more_than_its_burst(buckets, clock):
    buckets.wait("a", 50, 2)
    clock.now += 1_000_000

    assert [buckets.wait("a", 50, 2) == 0 for _ in range(3)] == [True, True, False]


def test_clients_do_not_share_a_bucket(buckets):
    buckets.wait("a", 1, 1)

    assert buckets.wait("b", 1, 1) == 0


def test_only_so_many_clients_are_remembered(buckets, monkeypatch):
    monkeypatch.setattr(limits, "MOST_CLIENTS", 2)
    for client in ("a", "b", "a", "c"):
        buckets.wait(client, 1, 9)

    assert list(buckets.left) == ["a", "c"]


def test_threads_never_get_a_token_twice(buckets):
    got = []

    def ask():
        got.extend(buckets.wait("a", 1, 100) == 0 for _ in range(50))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(got) == 100


def test_a_setting_says_how_often_and_whole_seconds_come_back(rf, settings, buckets):
    settings.SUGGEST_RATE = (1, 2)
    request = rf.get("/")

    assert [seconds_to_wait(request, "SUGGEST_RATE") for _ in range(3)] == [0, 0, 1]


def test_each_setting_counts_for_itself_and_none_counts_nobody(rf, settings, buckets):
    settings.SUGGEST_RATE, settings.SEARCH_RATE = (1, 1), None
    request = rf.get("/")
    seconds_to_wait(request, "SUGGEST_RATE")

    assert [seconds_to_wait(request, "SEARCH_RATE") for _ in range(500)] == [0] * 500
    settings.SEARCH_RATE = (1, 1)
    assert seconds_to_wait(request, "SEARCH_RATE") == 0


def test_behind_a_proxy_each_reader_counts_and_an_ipv6_household_counts_as_one(rf, settings, buckets):
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("10.0.0.0/8")]
    settings.SUGGEST_RATE = (1, 1)

    def wait(reader):
        request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=reader)
        return seconds_to_wait(request, "SUGGEST_RATE")

    assert [wait("192.0.2.1"), wait("192.0.2.2"), wait("192.0.2.1")] == [0, 0, 1]
    assert [wait("2001:db8::1"), wait("2001:db8::2"), wait("2001:db8:0:1::1")] == [0, 1, 0]
