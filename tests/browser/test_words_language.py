"""The language of the pages: the browser's, the one that was chosen, and the one of a link."""

import pytest
from playwright.sync_api import expect

from view import BOTH_WAYS, views

ELSEWHERE = "http://elsewhere.example/"


@pytest.mark.smoke
@views(*BOTH_WAYS)
def test_the_other_language_is_chosen_and_kept(page, view):
    page.goto("/")
    html = page.locator("html")
    expect(html).to_have_attribute("lang", view.lang)
    page.locator("#language a").click()
    other = {"en": "zh-CN", "zh-CN": "en"}[view.lang]
    expect(html).to_have_attribute("lang", other)
    # Firefox gives a page up that is asked for another one while it still loads.
    page.wait_for_load_state()
    page.goto("/?q=x")
    expect(html).to_have_attribute("lang", other)
    page.locator("#language a").click()
    expect(html).to_have_attribute("lang", view.lang)
    expect(page.locator("#q")).to_have_value("x")


@pytest.mark.parametrize("path", ["/", "/words/{id}"])
def test_a_link_of_another_site_chooses_for_one_page(context, keeper, page, site, path):
    word = keeper.add("wake", "唤醒")
    link = f'<a href="{site}{path.format(id=word["id"])}?lang=zh-CN">link</a>'
    favicon = '<link rel="icon" href="data:,">'
    context.route(
        ELSEWHERE, lambda route: route.fulfill(body=favicon + link, content_type="text/html")
    )
    page.goto(ELSEWHERE)
    page.get_by_role("link").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert [cookie for cookie in context.cookies() if cookie["name"] == "lang"] == []
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
