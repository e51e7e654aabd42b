"""What the site is, how it is edited, and what it promises to its readers."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from monographs.presenters.policy import present_editorial_policy


@require_safe
def about(request):
    """Show what the site is and is not."""
    return render(request, "monographs/about.html")


@require_safe
def editorial_policy(request):
    """Show who writes, what publishing means, and what each mark means."""
    return render(request, "monographs/editorial_policy.html", present_editorial_policy())


@require_safe
def accessibility(request):
    """Show what is tested for readers of all kinds, and what is not."""
    return render(request, "monographs/accessibility.html")


@require_safe
def privacy(request):
    """Show what is kept about readers."""
    return render(request, "monographs/privacy.html")
