"""No page breaks the content security policy, and no hostile text runs, whatever one does in the admin."""

import re

import pytest

pytestmark = pytest.mark.browser
FORMS = "/admin/monographs"


@pytest.mark.parametrize("role", ["anonymous", "superuser"])
def test_no_page_breaks_the_policy_or_runs_a_text(site, role):
    with site.opened(role) as page:
        for address in site.addresses[role]:
            page.goto(site.url + address)
            assert page.said == [], address
    assert len(site.addresses[role]) > (20 if role == "anonymous" else 80)


def test_texts_stay_texts_without_the_policy_too(site):
    drawn = [
        one for one in site.addresses["superuser"] if re.search(r"/(change|sign|links|preview|submit)/", one)
    ]
    with site.opened("superuser", bypass_csp=True) as page:
        for address in [*site.addresses["anonymous"][:8], *drawn]:
            page.goto(site.url + address)
            assert page.said == [], address
        page.evaluate("xss()")
        assert page.said == ["a hostile script ran"]


def change_of(site, noun):
    """Return the address of the form of the first row that the crawl came to."""
    return next(
        site.url + one for one in site.addresses["superuser"] if f"/{noun}/" in one and "/change/" in one
    )


def test_choosing_adding_and_taking_away_rows_in_the_form_of_a_drug(site):
    with site.opened("superuser") as page:
        page.goto(change_of(site, "drug"))
        page.locator(".field-primary_class .select2-selection").click()
        page.locator(".select2-results__option", has_text="xss").first.wait_for()
        page.keyboard.press("Escape")
        page.locator(".field-other_classes .select2-selection").click()
        page.locator(".select2-results__option").first.click()
        page.locator(".field-dosing_since .date-icon").click()
        page.locator(".calendarbox:visible .calendarnav-next").click()
        page.locator(".calendarbox:visible td a").first.click()
        page.locator(".field-dosing_since").get_by_text("Today").click()
        for summary in page.locator("fieldset summary").all():
            summary.click()
        for adder in page.locator(".add-row a").all():
            adder.click()
        page.locator(".dynamic-names .inline-deletelink").last.click()
        page.keyboard.press("Escape")

        assert page.said == []


def test_windows_for_related_rows(site):
    with site.opened("superuser") as page:
        page.goto(f"{site.url}{FORMS}/drugclass/add/")
        page.locator("[name=name]").press_sequentially("Test class")
        assert page.locator("[name=slug]").input_value() == "test-class"
        with page.expect_popup() as opened:
            page.locator("#add_id_parent").click()
        window = opened.value
        window.locator("[name=name]").press_sequentially("Another class")
        with window.expect_event("close"):
            window.locator("[name=_save]").click()
        page.locator(".field-parent .select2-selection__rendered", has_text="Another class").wait_for()
        with page.expect_popup() as opened:
            page.locator("#change_id_parent").click()
        opened.value.locator("[name=_save]").wait_for()
        opened.value.close()

        assert page.said == []


def test_searching_filtering_sorting_and_choosing_in_a_list(site):
    with site.opened("superuser") as page:
        page.goto(f"{site.url}{FORMS}/crosslink/?wrong=all")
        page.locator("#searchbar").fill("xss")
        page.keyboard.press("Enter")
        page.locator("#changelist-filter .viewlink").click()
        page.locator("#changelist-filter details summary").first.dblclick()
        page.locator("#changelist-filter li a").nth(1).click()
        page.locator("th.sortable a").first.click()
        page.goto(f"{site.url}{FORMS}/crosslink/?wrong=all")
        page.locator("#action-toggle").click()
        page.locator(".actions .question a").click()
        page.select_option("[name=action]", "mark_checked")
        page.locator("[name=index]").click()
        page.locator(".messagelist li").first.wait_for()

        assert page.said == []


def test_the_bar_at_the_side_and_the_colours(site):
    with site.opened("lead") as page:
        page.goto(f"{site.url}{FORMS}/source/")
        page.locator("#toggle-nav-sidebar").click()
        page.locator("#toggle-nav-sidebar").click()
        page.locator("#nav-filter").fill("drug")
        for _ in range(3):
            page.locator(".theme-toggle").first.click()

        assert page.said == []


def test_a_role_its_permissions_and_an_account(site):
    with site.opened("superuser") as page:
        page.goto(change_of(site, "group"))
        page.locator("#id_permissions_input").fill("e")
        page.locator("#id_permissions_from option").first.dblclick()
        page.locator("#id_permissions_remove_all").click()
        page.goto(f"{site.url}/admin/accounts/user/")
        page.locator("#result_list a", has_text="stranger").first.click()
        page.locator("[name=groups]").first.check()
        page.locator("[name=full_name]").fill("<xss onclick=xss()>")
        page.locator("[name=email]").fill("stranger@hospital.example")
        page.get_by_role("button", name="Save").click()
        page.locator(".messagelist li", has_text="<xss").wait_for()

        assert page.said == []


def test_what_the_search_box_suggests(site):
    with site.opened("anonymous") as page:
        page.goto(site.url)
        page.locator("#q").press_sequentially("metfor")
        page.locator("[role=option]", has_text="<xss").first.wait_for()

        assert page.said == []
