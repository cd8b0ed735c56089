"""The browser starts, reaches a page with its style, and the content security policy refuses nothing of ours."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_person_signs_in_and_the_browser_refuses_nothing(page: Page, live_server) -> None:
    User.objects.create_user("ada", password="correct horse battery")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(f"{live_server.url}/accounts/login/")
    page.locator("[name=login]").fill("ada")
    page.locator("[name=password]").fill("correct horse battery")
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(f"{live_server.url}/")

    assert "sessionid" in {cookie["name"] for cookie in page.context.cookies()}
    assert complaints == []
