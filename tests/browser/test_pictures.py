"""The list of the pictures: how it looks, its pages, and how one's own are deleted."""

import re

import pytest
from playwright.sync_api import expect

from checks import sticking_out
from keeper import ACCOUNT
from pictures import GIF, JPG, PNG, expect_all_shown, names, pictures, upload
from view import DESK, ENGLISH, LOOKS, NO_SCRIPTS, PHONE, View, views


@views(*LOOKS)
@pytest.mark.usefixtures("keeper")
def test_the_page_is_fit_for_every_window(page, inspect, view):
    upload(page, PNG, "唤醒" * 40)
    upload(page, JPG)
    upload(page, GIF, "unbroken" * 40, name="n" * 250 + ".gif")
    page.goto("/uploads")
    expect(pictures(page)).to_have_count(3)
    expect(page.get_by_role("heading", level=1)).to_contain_text({"en": "Pictures", "zh-CN": "图片"}[view.lang])
    expect_all_shown(page)
    page.locator(".delete summary").first.click()
    inspect("uploads")


@views(View(PHONE), View(DESK, "zh-CN", "dark", scripts=False))
def test_an_empty_page_says_so(page, inspect):
    page.goto("/uploads")
    expect(page.locator(".empty")).to_be_visible()
    inspect("uploads-empty")


@views(ENGLISH, NO_SCRIPTS)
def test_ones_own_picture_is_deleted_and_others_are_not(page, server, view):
    upload(page, JPG)
    server.log_in(page.context, ACCOUNT)
    upload(page, PNG)
    page.goto("/uploads")
    expect(pictures(page)).to_have_count(2)
    expect(page.locator(".delete")).to_have_count(1)
    page.locator(".delete summary").click()
    page.get_by_role("button", name="Delete permanently").click()
    expect(names(page)).to_have_text(["strand.jpg"])
    assert page.request.get("/uploads/strand.png").status == 404
    if view.scripts:
        expect(page.locator("#announcer")).to_have_text("strand.png was deleted.")
        expect(page.locator("#pictures")).to_be_focused()


@views(View(PHONE, "zh-CN"), ENGLISH)
@pytest.mark.usefixtures("keeper")
def test_a_deletion_after_the_login_ended_says_where_to_log_in(page, console, inspect, view):
    console.expect("status of 401")
    upload(page, PNG)
    page.goto("/uploads")
    page.request.post("/auth/logout")
    page.locator(".delete summary").click()
    page.locator(".delete button").click()
    alert = page.locator(".gallery").get_by_role("alert")
    expect(alert).to_contain_text({"en": "Log in to delete pictures.", "zh-CN": "登录后才能删除图片。"}[view.lang])
    expect(page.locator(".delete button")).to_be_focused()
    inspect("uploads-not-deleted")
    alert.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/auth/login\?next=%2Fuploads$"))


@pytest.mark.usefixtures("keeper")
def test_a_deletion_that_did_not_arrive_is_done_again(page, console, context):
    console.expect("ERR_FAILED")
    upload(page, PNG)
    answers = [lambda route: route.abort(), lambda route: route.continue_()]
    page.goto("/uploads")
    context.route("**/uploads/strand.png", lambda route: answers.pop(0)(route))
    page.locator(".delete summary").click()
    sure = page.get_by_role("button", name="Delete permanently")
    sure.click()
    expect(page.locator(".gallery").get_by_role("alert")).to_have_text("The server could not be reached.")
    sure.click()
    expect(page.locator(".empty")).to_be_visible()


def test_more_pictures_are_on_the_next_page(page):
    for n in range(3):
        upload(page, GIF, name=f"{n}.gif")
    page.goto("/uploads?limit=2")
    expect(names(page)).to_have_text(["0.gif", "1.gif"])
    page.get_by_role("link", name="More pictures").click()
    expect(names(page)).to_have_text(["2.gif"])
    page.get_by_role("link", name="中文").click()
    expect(names(page)).to_have_text(["2.gif"])
    page.get_by_role("link", name="回到开头").click()
    expect(names(page)).to_have_count(3)


def all_pages(page) -> list[str]:
    """The names on this page and on all that follow, none of which scrolls sideways."""
    more = page.locator('a[rel="next"]')
    seen = names(page).all_inner_texts()
    assert sticking_out(page) == []
    while more.count():
        first = names(page).first.inner_text()
        more.click()
        expect(names(page).first).not_to_have_text(first)
        assert sticking_out(page) == []
        seen += names(page).all_inner_texts()
    return seen


@views(View(PHONE))
def test_many_pictures_are_pages_by_name_and_by_age(page, inspect):
    # By age they are in another order than by name.
    by_age = [f"{n * 3 % 70:02}.gif" for n in range(70)]
    for name in by_age:
        upload(page, GIF, "many", name)
    page.goto("/uploads")
    inspect("uploads-many")
    assert all_pages(page) == sorted(by_age)
    page.set_viewport_size({"width": DESK, "height": 800})
    page.get_by_role("link", name="Show the newest first").click()
    expect(names(page).first).to_have_text(by_age[-1])
    assert all_pages(page) == by_age[::-1]


def test_a_picture_of_each_format_opens_by_itself(page):
    for path in (PNG, JPG, GIF):
        upload(page, path)
        page.goto(f"/uploads/{path.name}")
        expect(page.locator("img")).to_be_visible()
        assert page.evaluate("document.images[0].naturalWidth") > 0, path.name
