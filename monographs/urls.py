"""The public addresses. Once published they never change."""

from django.urls import path

from monographs.views import compare, discovery, drug, lists, policy, search

urlpatterns = [
    path("", lists.home, name="home"),
    path("drugs/", lists.drug_index, name="drugs"),
    path("drugs/<slug:slug>/", drug.drug_page, name="drug"),
    path("classes/", lists.class_index, name="classes"),
    path("classes/<slug:slug>/", lists.class_page, name="class"),
    path("classes/<slug:slug>/compare/", compare.compare, name="compare"),
    path("search/", search.search, name="search"),
    path("search/suggest/", search.suggest, name="suggest"),
    path("about/", policy.about, name="about"),
    path("editorial-policy/", policy.editorial_policy, name="editorial-policy"),
    path("accessibility/", policy.accessibility, name="accessibility"),
    path("privacy/", policy.privacy, name="privacy"),
    path("sitemap.xml", discovery.sitemap_index, name="sitemap"),
    path("sitemap-<slug:section>.xml", discovery.sitemap_section, name="sitemap-section"),
    path("robots.txt", discovery.robots, name="robots"),
    path("opensearch.xml", discovery.opensearch, name="opensearch"),
    path("favicon.ico", discovery.favicon, name="favicon"),
]
