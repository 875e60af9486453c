"""The page of /proxy/inspect: the way of a request as a picture, and the form for one's own address."""

import re

import pytest
from playwright.sync_api import expect

from view import DESK, ENGLISH, LOOKS, PHONE, View, views

REAL, PROXY = "203.0.113.9", "198.51.100.7"


@pytest.fixture
def variables():
    """The tests' own connection is that of a proxy of the server's."""
    return {"trusted_proxies": "127.0.0.1"}


def came_through(context, **headers: str):
    """What proxies wrote into all requests from here on."""
    lines = {name.replace("_", "-"): value for name, value in headers.items()}
    context.set_extra_http_headers(lines)


def stations(page):
    return page.locator(".way > li")


@views(*LOOKS)
def test_the_way_is_drawn_from_the_client_to_the_server(page, context, inspect, view):
    languages = view.context()["extra_http_headers"]
    came_through(context, **languages, x_forwarded_for=f"{REAL}, {PROXY}", via="1.1 proxy.example (squid)")
    page.goto("/proxy/inspect")
    words = {"en": ["Client", "Proxy 1", "Proxy 2", "Server"], "zh-CN": ["客户端", "代理 1", "代理 2", "服务器"]}
    expect(stations(page).get_by_role("heading")).to_have_text(words[view.lang])
    expect(page.locator(".station-name")).to_have_text([REAL, PROXY, "127.0.0.1"])
    kinds = {"en": "Transparent or distorting", "zh-CN": "透明代理或混淆代理"}
    expect(page.locator(".kind")).to_have_text(kinds[view.lang])
    expect(page.locator(".ranks > [aria-current]")).to_have_count(2)
    inspect("proxies")


@views(View(PHONE, scripts=False), View(DESK, "zh-CN", "dark"))
def test_many_hops_and_garbage_fit_in_every_window(page, context, inspect, view):
    languages = view.context()["extra_http_headers"]
    hops = ["x" * 500, "<b>", *(f"2001:db8:1111:2222:3333:4444:5555:{n}" for n in range(48))]
    came_through(context, **languages, x_forwarded_for=", ".join(hops), via=", ".join(["1.1 " + "y" * 300] * 3))
    page.goto("/proxy/inspect")
    expect(stations(page)).to_have_count(9)
    expect(page.locator("td").filter(has_text="<b>").locator("li")).to_have_count(50)
    inspect("proxies-many")


@pytest.mark.smoke
@views(ENGLISH, View(PHONE, "zh-CN", scripts=False))
def test_ones_own_address_decides(page, context, view):
    kinds = {"en": ["Elite or no proxy", "Elite", "No proxy"], "zh-CN": ["高匿代理或没有代理", "高匿代理", "没有代理"]}
    either, elite, none = kinds[view.lang]
    page.goto("/proxy/inspect")
    expect(page.locator(".kind")).to_have_text(either)
    for address, kind in [(REAL, elite), ("127.0.0.1", none)]:
        page.locator("#real_ip").fill(address)
        page.locator("#real_ip").press("Enter")
        expect(page).to_have_url(re.compile(rf"real_ip={re.escape(address)}$"))
        expect(page.locator(".kind")).to_have_text(kind)
        expect(page.locator("#real_ip")).to_have_value(address)


@views(View(PHONE, "zh-CN"), View(DESK, scheme="dark", scripts=False))
def test_what_is_no_address_is_said_at_the_field(page, console, inspect, view):
    console.expect("status of 400")
    page.goto("/proxy/inspect?real_ip=203.0.113.9:80")
    expect(page.locator("#real_ip")).to_have_value("203.0.113.9:80")
    expect(page.locator("#real_ip")).to_be_focused()
    expect(page.locator(".field-error")).to_contain_text({"en": "without a port", "zh-CN": "不要带端口"}[view.lang])
    inspect("proxies-wrong")
