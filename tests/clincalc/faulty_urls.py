"""The site's addresses, and some whose views fail."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.urls import path

from clincalc import urls


def failing_with(exception):
    """Return a view that raises."""

    def view(request):
        raise exception

    return view


urlpatterns = [
    path("faulty/400/", failing_with(SuspiciousOperation("odd"))),
    path("faulty/403/", failing_with(PermissionDenied("no"))),
    path("faulty/500/", failing_with(RuntimeError("the secret of the traceback"))),
    path("faulty/503/", failing_with(OperationalError("server closed the connection"))),
    path("search/faulty/", failing_with(InterfaceError("connection already closed"))),
    *urls.urlpatterns,
]
handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500
