"""Asking the addresses of links whether they still answer. Only the command `check_links` does it, never a page."""

from __future__ import annotations

import http.client
import ssl
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from django.db import transaction

from monographs.models import CheckedAddress, CrossLink
from monographs.review import clinical_now

HOSTS_AT_ONCE = 8
# A host is asked for one address after the other, with a rest between them (seconds).
REST = 0.5
# What a person may still read: these answers are for programs.
NOT_FOR_PROGRAMS = {401, 403, 405, 406, 429}
WHO_ASKS = "Mozilla/5.0 (compatible; link check)"


@dataclass(frozen=True)
class Answer:
    """What an address answered: `problem` is empty when it did, `doubt` says what a program cannot know."""

    url: str
    problem: str = ""
    doubt: str = ""


class Offline(Exception):
    """No address answered at all: more likely the machine is offline than every page gone."""


class HttpsOnly(urllib.request.HTTPRedirectHandler):
    """Follow an address to where it moved, but never to one without https."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        """Return the next request. Raises URLError for an address without https."""
        if urlsplit(newurl).scheme != "https":
            raise urllib.error.URLError(f"leads to an address without https: {newurl}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def linked_addresses() -> list[str]:
    """Return every https address that a curated link leads to, once."""
    found = CrossLink.objects.exclude(url="").order_by("url").values_list("url", flat=True)
    return list(found.distinct())


def answers(urls: Iterable[str], *, wait: float) -> Iterator[Answer]:
    """Ask each address, several hosts at once; yield the answers as they come. `wait` is in seconds."""
    hosts: dict[str, list[str]] = defaultdict(list)
    for url in urls:
        hosts[urlsplit(url).netloc].append(url)
    with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
        works = [pool.submit(_ask_host, mine, wait) for mine in hosts.values()]
        for work in as_completed(works):
            yield from work.result()


def note(found: Iterable[Answer], *, advance: Callable[[], object] = lambda: None) -> list[Answer]:
    """Write down what addresses answered and forget those that no link has any more. Returns the answers.

    Raises Offline when there are some and none answered; then nothing is
    written, for it would call every link dead.
    """
    heard = []
    for answer in found:
        heard.append(answer)
        advance()
    if heard and all(answer.problem for answer in heard):
        raise Offline(
            f"None of {len(heard)} addresses answered, the first: {heard[0].url}: {heard[0].problem}."
        )
    with transaction.atomic():
        CheckedAddress.objects.exclude(url__in=[answer.url for answer in heard]).delete()
        rows = [CheckedAddress(url=one.url, problem=one.problem, checked_at=clinical_now()) for one in heard]
        CheckedAddress.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["url"], update_fields=["problem", "checked_at"]
        )
    return sorted(heard, key=lambda answer: answer.url)


def ask(url: str, *, wait: float) -> Answer:
    """Return what an address answers; nothing of its body is read. `wait` is in seconds."""
    try:
        request = urllib.request.Request(url, headers={"User-Agent": WHO_ASKS})  # noqa: S310 - https, see models
        with urllib.request.build_opener(HttpsOnly).open(request, timeout=wait):
            return Answer(url)
    except urllib.error.HTTPError as error:
        words = f"{error.code} {http.client.responses.get(error.code, '')}".strip()
        if error.code in NOT_FOR_PROGRAMS:
            return Answer(url, doubt=f"answers programs with {words}")
        return Answer(url, problem=words)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(url, problem=_words(error)[:200])


def _ask_host(urls: list[str], wait: float) -> list[Answer]:
    """Ask one host for its addresses, one after the other."""
    found = [ask(urls[0], wait=wait)]
    for _, url in pairwise(urls):
        time.sleep(REST)
        found.append(ask(url, wait=wait))
    return found


def _words(error: Exception) -> str:
    """Return why there was no answer, in words."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return "does not answer in time"
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {reason.verify_message}"
    if isinstance(reason, http.client.HTTPException):
        return "answers something that is no web page"
    return str(reason) or type(reason).__name__
