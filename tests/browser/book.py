"""The word book's page: what is on it, and what a person does there, in either language."""

import json

FIELDS = ("english", "chinese", "sentence_eng", "sentence_chi")


class Book:
    """The page in a tab. Parts of it are Playwright's locators, so they are waited for."""

    def __init__(self, page):
        self.page = page
        self.add_form = page.locator("#add")
        self.search = page.locator("#q")
        self.status = page.locator("#status")
        self.rows = page.locator("#words tr.word")
        self.headwords = self.rows.locator('[data-field="english"]')
        self.more = page.locator('[data-action="more"]')
        self.toast = page.locator(".toast")
        self.undo = page.locator('[data-action="undo"]')
        self.editor = page.locator("#words .editor form")
        self.announcer = page.locator("#announcer")
        self.import_form = page.locator("#import")
        self.result = page.locator("#import-result")

    def open(self, query: str = ""):
        self.page.goto(f"/{query}")

    def row(self, english: str):
        """The row of a word."""
        headword = self.page.locator(f'[data-field="english"]:text-is({json.dumps(english)})')
        return self.rows.filter(has=headword)

    def action(self, english: str, name: str):
        """The button or link `edit` or `delete` in a word's row."""
        return self.row(english).locator(f'[data-action="{name}"]')

    def find(self, q: str):
        """Searches with Enter, which does not wait for a pause as typing does."""
        self.search.fill(q)
        self.search.press("Enter")

    def edit(self, english: str):
        self.action(english, "edit").click()

    def delete(self, english: str):
        self.action(english, "delete").click()

    def send(self, form=None):
        """Sends a form, the one for a new word where none is given."""
        (form or self.add_form).locator('button[type="submit"]').first.click()


def field(form, name: str):
    """A field of a form."""
    return form.locator(f'[name="{name}"]')


def fill(form, **texts: str):
    """Types into the fields of a form."""
    for name, text in texts.items():
        field(form, name).fill(text)


def said(form, name: str):
    """What is said at a field."""
    return form.locator(f'[data-field="{name}"] .field-error')


def message(form):
    """What is said above the fields."""
    return form.locator(".message")
