"""The pages of an account: to register, to log in, to change the password."""

import pytest
from playwright.sync_api import expect

from view import BOTH_WAYS, LOOKS, views

PASSWORD = "mood indigo"


def register(page, name: str, next: str = "/auth/me"):
    page.goto(f"/auth/register?next={next}")
    page.locator("#name").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("main button[type=submit]").click()


def log_in(page, name: str, password: str):
    page.goto("/auth/login?next=/auth/me")
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    page.locator("main button[type=submit]").click()


@views(*LOOKS)
def test_the_forms_and_the_page_of_an_account(page, console, inspect):
    console.expect("status of 422")
    page.goto("/auth/login")
    expect(page.locator("#name")).to_be_focused()
    inspect("log-in")
    page.goto("/auth/register")
    page.locator("#name").fill("a")
    page.locator("#password").fill("12345678")
    page.locator("main button[type=submit]").click()
    expect(page.locator(".field-error:not(:empty)")).to_have_count(2)
    expect(page.locator("#name")).to_be_focused()
    expect(page.locator("#name")).to_have_value("a")
    expect(page.locator("#password")).to_have_value("")
    inspect("register")
    register(page, "唤醒手腕 and a name that is long")
    expect(page.locator("h1")).to_have_text("唤醒手腕 and a name that is long")
    expect(page.locator("#visitor bdi")).to_have_text("唤醒手腕 and a name that is long")
    inspect("account")


TEXTS = {
    "en": {
        "change": "Change password",
        "changed": "Your password has been changed. You are logged out everywhere else.",
        "log out": "Log out",
        "log in": "Log in",
        "wrong": "The name or the password is wrong.",
    },
    "zh-CN": {
        "change": "修改密码",
        "changed": "密码已修改，其他地方已全部退出。",
        "log out": "退出登录",
        "log in": "登录",
        "wrong": "名字或密码不对。",
    },
}


@pytest.mark.smoke
@views(*BOTH_WAYS)
def test_the_whole_way_of_an_account(page, console, view):
    texts = TEXTS[view.lang]
    register(page, "duke")
    page.locator("#old").fill(PASSWORD)
    page.locator("#new").fill("take the a train")
    page.get_by_role("button", name=texts["change"]).click()
    expect(page.get_by_role("status")).to_have_text(texts["changed"])
    page.locator("#visitor").get_by_role("button", name=texts["log out"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(texts["log in"])
    log_in(page, "duke", PASSWORD)
    expect(page.get_by_role("alert")).to_have_text(texts["wrong"])
    log_in(page, "DUKE", "take the a train")
    expect(page.locator("h1")).to_have_text("duke")
    # The account's page after logging out, and the old password.
    console.expect("status of 401")


def test_the_account_is_behind_the_form_to_log_in(page, console):
    console.expect("status of 401")
    register(page, "duke")
    page.context.clear_cookies()
    page.goto("/auth/me")
    expect(page.get_by_role("alert")).to_have_text("Log in to see your account.")
    page.locator("#name").fill("duke")
    page.locator("#password").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    expect(page.locator("h1")).to_have_text("duke")
