"""The address of a page as it stands in a letter."""

from django.conf import settings

# Names of this machine: an address with one of them leads a reader elsewhere to nothing.
HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})


def address(path: str) -> str:
    """Return the whole address of a page, or its path alone when the name of the site is not known.

    The name is the first of ALLOWED_HOSTS that is one: no pattern, none of this
    machine's own, and never what a request says. Only a demonstration speaks
    plain HTTP.
    """
    for host in settings.ALLOWED_HOSTS:
        if host[:1] not in ("*", ".") and host not in HERE:
            return f"{'http' if settings.DEMO or settings.DEBUG else 'https'}://{host}{path}"
    return path
