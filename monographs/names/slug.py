"""The part of an address that stands for a name."""

import hashlib

from monographs.names.normal import normalise

MAX_SLUG = 100


def slugify_name(name: str) -> str:
    """Return a slug of `name`: words of a-z and 0-9 joined by "-", 1 to 100 characters.

    A name that ASCII cannot spell (another script, or signs only) gives "drug-"
    and eight hexadecimal digits of its SHA-256: half a name would be misleading
    in an address. Equal normalised names give equal slugs. Never raises.
    """
    norm = normalise(name)
    if not norm or not norm.isascii():
        digest = hashlib.sha256((norm or name).encode("utf-8", "surrogatepass")).hexdigest()
        return f"drug-{digest[:8]}"
    return _cut(norm.replace(" ", "-"))


def _cut(slug: str) -> str:
    """Shorten at the end of a word where there is one."""
    if len(slug) <= MAX_SLUG:
        return slug
    whole_words, _, _ = slug[: MAX_SLUG + 1].rpartition("-")
    return whole_words or slug[:MAX_SLUG]
