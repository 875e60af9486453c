"""The pages that keep nothing: each is fit for every window and both colour schemes."""

from checks import sticking_out
from view import DESK, LOOKS, PHONE, View, views


@views(*LOOKS)
def test_the_routes_are_a_page(page, inspect, view):
    page.goto("/routes")
    texts = {"en": "Routes 路由", "zh-CN": "路由 Routes"}
    assert page.locator("h1").inner_text() == texts[view.lang]
    assert page.get_by_role("link", name="/index").is_visible()
    inspect("routes")


def test_the_routes_that_are_links_are_those_that_know_get(page):
    page.goto("/routes")
    links, paths = (page.locator(f"td {kind}").all_inner_texts() for kind in ("a", "code"))
    # The others are patterns of many paths.
    paths = [path for path in paths if ":" not in path and not path.endswith("...")]
    assert paths
    allowed = {path: page.request.fetch(path, method="OPTIONS").headers["allow"] for path in paths}
    assert links == [path for path, methods in allowed.items() if "GET" in methods.split(", ")]


@views(*LOOKS)
def test_the_tutorial_is_a_page_that_others_lead_to(page, inspect, view):
    page.goto("/routes")
    link, title = {"en": ("The tutorial", "The tutorial 教程"), "zh-CN": ("教程", "教程 The tutorial")}[view.lang]
    page.get_by_role("contentinfo").get_by_role("link", name=link).click()
    assert page.locator("h1").inner_text() == title
    inspect("tutorial")


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
