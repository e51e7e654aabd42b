"""The site's addresses, and one of a form that anybody may send."""

from django.http import HttpResponse
from django.urls import path

from clincalc import urls
from clincalc.public_post import FIELD, public_post, token_for


@public_post("report")
def report(request):
    """Say what was sent, or draw the token."""
    if request.method == "POST":
        return HttpResponse("Thank you for: " + request.POST.get("message", ""))
    return HttpResponse(f'<input type="hidden" name="{FIELD}" value="{token_for("report")}">')


def another(request):
    """A page without a form."""
    return HttpResponse("to be read")


urlpatterns = [path("report/", report), path("another/", another), *urls.urlpatterns]
handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500
