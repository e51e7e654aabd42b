"""Which marks a step changes, in the words that lists show."""

from django.template.loader import render_to_string
from django.utils.html import format_html


def turns_in_words(turns):
    """Return a line that counts the pages whose marks change, then a line for each."""
    if not turns:
        return ["No mark changes."]
    pages = "1 page" if len(turns) == 1 else f"{len(turns)} pages"
    drawn = {}

    def short(mark):
        key = (mark.short, *mark.also, mark.is_demo)
        if key not in drawn:
            drawn[key] = render_to_string("components/mark.html", {"mark": mark, "form": "short"})
        return drawn[key]

    lines = [format_html("{}: {} becomes {}", one.live, short(one.before), short(one.after)) for one in turns]
    return [f"The mark of {pages} changes:", *lines]
