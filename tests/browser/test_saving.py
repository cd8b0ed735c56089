"""What is pressed while the page is still saving is what is sent."""

from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, Route

from tests.browser.conftest import READY, open_consultation

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

TWO_OFFERS = """
<form id="step-form" method="post" action="" hx-post="" hx-trigger="change" hx-vals='{"live": "1"}'
      hx-target="#questions" hx-select="#questions" hx-swap="outerHTML">
  <div id="questions">
    <input name="fact-weight_kg">
    <button name="use" value="wbc">Use this result</button>
    <button name="use" value="platelets">Use this result</button>
  </div>
</form>
"""


def test_the_button_that_was_pressed_is_the_one_that_is_sent(signed_in: Page) -> None:
    page, asked = signed_in, list[Route]()
    page.goto(f"/consultations/{open_consultation(READY).pk}/facts/")
    page.evaluate(
        "(html) => { const main = document.querySelector('#main'); main.innerHTML = html; htmx.process(main); }",
        TWO_OFFERS,
    )
    page.route("**/facts/", lambda route: asked.append(route))

    # When a button is pressed before what was typed is saved
    page.locator("input[name=fact-weight_kg]").fill("62")
    page.locator("button[value=platelets]").click(no_wait_after=True)
    wait_for(page, asked, 1)
    asked[0].fulfill(body=TWO_OFFERS, content_type="text/html")
    wait_for(page, asked, 2)

    # Then it is sent behind that, and no other
    assert [parse_qs(route.request.post_data or "").get("use") for route in asked] == [None, ["platelets"]]


def wait_for(page: Page, asked: list[Route], count: int) -> None:
    for _ in range(50):
        if len(asked) >= count:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{len(asked)} requests were sent, not {count}")
