"""The addresses: the admin, and the pages of the monographs. `clincalc.health` answers the probes."""

from django.contrib import admin
from django.urls import include, path

from clincalc.security_txt import security_txt

urlpatterns = [
    path(".well-known/security.txt", security_txt, name="security_txt"),
    path("admin/", admin.site.urls),
    path("", include("monographs.urls")),
]

handler400 = "clincalc.errors.bad_request"
handler403 = "clincalc.errors.forbidden"
handler404 = "clincalc.errors.not_found"
handler500 = "clincalc.errors.server_error"
