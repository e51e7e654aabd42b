"""`check_links`, on a server of this machine: what counts as an answer, and what is noted."""

import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import trustme
from django.core.management import CommandError, call_command

from monographs.importers import addresses
from monographs.models import CheckedAddress, CrossLink
from tests import builders, pages

pytestmark = pytest.mark.django_db


class Pages(BaseHTTPRequestHandler):
    """A few addresses, each with an answer of its own."""

    def do_GET(self):
        """Answer by the address."""
        name = self.path.strip("/")
        if name == "slow":
            time.sleep(2)
        if name == "rubbish":
            self.wfile.write(b"\x00\x01 nothing of the kind\r\n\r\n")
            return
        if name in ("moved", "insecure", "loop"):
            target = {"moved": "/fine", "insecure": "http://guide.example/", "loop": "/loop"}[name]
            self.send_response(301)
            self.send_header("Location", target)
        else:
            self.send_response(int(name) if name.isdigit() else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        """Say nothing."""


@pytest.fixture(scope="module")
def authority():
    """Who signs the certificates of this test."""
    return trustme.CA()


def serving(certificate):
    """Return a server on a free port of this machine that speaks TLS."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server


@pytest.fixture
def host(authority, monkeypatch, tmp_path):
    """The address of a server whose certificate this process trusts."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.setattr(addresses, "REST", 0)
    server = serving(authority.issue_cert("localhost"))
    yield f"https://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def linked(*urls):
    """Link a drug to these addresses."""
    live = builders.released()
    for position, url in enumerate(urls):
        pages.link(live, url=url, title="A guide", position=position)


def noted():
    """Return the noted problem of each address."""
    return dict(CheckedAddress.objects.values_list("url", "problem"))


@pytest.mark.parametrize("name", ["fine", "moved"])
def test_an_address_that_answers_has_no_problem(host, name):
    assert addresses.ask(f"{host}/{name}", wait=5) == addresses.Answer(f"{host}/{name}")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("404", "404 Not Found"),
        ("410", "410 Gone"),
        ("503", "503 Service Unavailable"),
        ("insecure", "leads to an address without https: http://guide.example/"),
        ("rubbish", "answers something that is no web page"),
        ("slow", "does not answer in time"),
    ],
)
def test_an_address_that_does_not_answer_says_why(host, name, problem):
    answer = addresses.ask(f"{host}/{name}", wait=0.5)

    assert (answer.problem, answer.doubt) == (problem, "")


def test_an_address_that_leads_to_itself_is_a_problem(host):
    assert addresses.ask(f"{host}/loop", wait=5).problem == "301 Moved Permanently"


@pytest.mark.parametrize("status", ["401", "403", "429"])
def test_an_address_that_refuses_programs_is_not_called_dead(host, status):
    answer = addresses.ask(f"{host}/{status}", wait=5)

    assert answer.problem == ""
    assert answer.doubt.startswith(f"answers programs with {status} ")


def test_a_certificate_of_another_name_is_a_problem(authority, host):
    other = serving(authority.issue_cert("guide.example"))

    answer = addresses.ask(f"https://localhost:{other.server_port}/fine", wait=5)

    other.shutdown()
    other.server_close()
    assert answer.problem.startswith("its certificate is not valid: ")


def test_a_port_on_which_nobody_listens_is_a_problem(host):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    port = server.server_port
    server.server_close()

    assert "refused" in addresses.ask(f"https://localhost:{port}/", wait=5).problem


def test_the_command_notes_each_address_once_and_forgets_those_no_longer_linked(host, capsys):
    linked(f"{host}/fine", f"{host}/404", f"{host}/403")
    pages.link(builders.released("Felodipine"), url=f"{host}/fine", title="The same guide")
    CheckedAddress.objects.create(
        url="https://gone.example/", problem="404 Not Found", checked_at="2026-01-01T00:00Z"
    )
    CheckedAddress.objects.create(url=f"{host}/fine", problem="404 Not Found", checked_at="2026-01-01T00:00Z")

    call_command("check_links")

    assert noted() == {f"{host}/fine": "", f"{host}/404": "404 Not Found", f"{host}/403": ""}
    said = capsys.readouterr().out
    assert f"{host}/404: 404 Not Found\n" in said
    assert "1 answer, 1 do not, 1 do not answer programs.\n" in said


def test_a_machine_that_is_offline_calls_no_link_dead(host):
    linked(f"{host}/404", f"{host}/410")
    CheckedAddress.objects.create(url=f"{host}/404", problem="", checked_at="2026-01-01T00:00Z")

    with pytest.raises(CommandError, match=r"None of 2 addresses answered.*offline"):
        call_command("check_links")
    assert noted() == {f"{host}/404": ""}


@pytest.mark.parametrize("wait", ["0", "-1", "601", "nan"])
def test_a_wait_that_is_none_is_refused(wait):
    with pytest.raises(CommandError, match="--wait"):
        call_command("check_links", f"--wait={wait}")


def test_without_links_there_is_nothing_to_ask(capsys):
    call_command("check_links")

    assert "0 answer, 0 do not" in capsys.readouterr().out
    assert not CrossLink.objects.exists()
