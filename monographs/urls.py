"""The public addresses. Once published they never change."""

from django.urls import path

from monographs.views import discovery, drug, lists

urlpatterns = [
    path("", lists.home, name="home"),
    path("drugs/", lists.drug_index, name="drugs"),
    path("drugs/<slug:slug>/", drug.drug_page, name="drug"),
    path("classes/", lists.class_index, name="classes"),
    path("classes/<slug:slug>/", lists.class_page, name="class"),
    path("search/", lists.search, name="search"),
    path("sitemap.xml", discovery.sitemap_index, name="sitemap"),
    path("sitemap-<slug:section>.xml", discovery.sitemap_section, name="sitemap-section"),
    path("robots.txt", discovery.robots, name="robots"),
    path("opensearch.xml", discovery.opensearch, name="opensearch"),
    path("favicon.ico", discovery.favicon, name="favicon"),
]
