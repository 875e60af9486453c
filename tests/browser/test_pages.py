"""The pages that keep nothing: each is fit for every window and both colour schemes."""

from playwright.sync_api import expect

from checks import sticking_out
from view import DESK, LOOKS, PHONE, View, views


TITLES = {
    "en": {"routes": "Routes 路由", "link": "The tutorial", "tutorial": "The tutorial 教程"},
    "zh-CN": {"routes": "路由 Routes", "link": "教程", "tutorial": "教程 The tutorial"},
}


@views(*LOOKS)
def test_the_routes_and_the_tutorial_that_the_foot_leads_to(page, inspect, view):
    titles = TITLES[view.lang]
    page.goto("/routes")
    expect(page.locator("h1")).to_have_text(titles["routes"])
    expect(page.get_by_role("link", name="/index")).to_be_visible()
    inspect("routes")
    page.get_by_role("contentinfo").get_by_role("link", name=titles["link"]).click()
    expect(page.locator("h1")).to_have_text(titles["tutorial"])
    inspect("tutorial")


def test_the_routes_that_are_links_are_those_that_answer_a_get(page):
    page.goto("/routes")
    links, paths = (page.locator(f"td {kind}").all_inner_texts() for kind in ("a", "code"))
    # The others are patterns of many paths.
    paths = [path for path in paths if ":" not in path and not path.endswith("...")]
    assert paths
    answers = {path: page.request.get(path).status for path in paths}
    # Behind 401 is something for those who are logged in.
    assert links == [path for path, status in answers.items() if status < 400 or status == 401], "see NOT_LINKED in crates/site/src/routes.rs"


def test_whatever_the_tutorial_links_is_there(page):
    page.goto("/tutorial")
    links = page.locator("main a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert len(links) > 11
    answers = {link: page.request.get(link).status for link in links}
    assert {link: status for link, status in answers.items() if status != 200} == {}


@views(*LOOKS)
def test_an_error_is_a_page(page, console, inspect, view):
    console.expect("status of 404")
    page.goto("/no/such/" + "page" * 100)
    texts = {"en": "404 Not Found", "zh-CN": "404 没有这个页面"}
    assert page.locator("h1").inner_text() == texts[view.lang]
    inspect("error")


@views(View(PHONE), View(DESK))
def test_the_tutorials_page_lacks_landmarks_and_nothing_else(page, screenshot, violations):
    page.goto("/index")
    screenshot("index")
    assert sticking_out(page) == []
    # It stays as the tutorial has it, without <main>.
    rules = {line.partition(":")[0] for line in violations()}
    assert rules == {"landmark-one-main", "region"}
