"""The page on which everybody sees their own sessions, and ends any of them."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from patients.templatetags.user_sessions import in_words
from tests import signing_in

pytestmark = pytest.mark.django_db


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("patient_list")).status_code == 200


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"


@pytest.fixture
def three() -> list[Client]:
    user = signing_in.with_password(User.objects.create_user("nora"))
    return [signing_in.signed_in(user, user_agent=agent) for agent in (FIREFOX, EDGE, IPHONE)]


def test_the_page_lists_ones_own_sessions_in_words(three: list[Client]) -> None:
    other = signing_in.with_password(User.objects.create_user("nils"))
    signing_in.signed_in(other, user_agent="curl/8")

    page = three[0].get(reverse("usersessions_list")).content.decode()

    assert [page.count(words) > 0 for words in ("Firefox on Linux", "Edge on Windows", "Safari on an iPhone")] == [
        True
    ] * 3
    assert page.count("This one") == 1
    assert "A program" not in page
    assert page.count("127.0.0.1") >= 3


def test_one_is_ended_and_the_others_go_on(three: list[Client]) -> None:
    lost = UserSession.objects.get(user_agent=EDGE)

    three[0].post(reverse("session_end", args=[lost.pk]))

    assert [is_signed_in(client) for client in three] == [True, False, True]


def test_all_others_are_ended_at_once(three: list[Client]) -> None:
    three[2].post(reverse("usersessions_list"))

    assert [is_signed_in(client) for client in three] == [False, False, True]


def test_this_one_is_ended_by_signing_out(three: list[Client]) -> None:
    this = UserSession.objects.get(user_agent=FIREFOX)

    answer = three[0].post(reverse("session_end", args=[this.pk]))

    assert answer["Location"] == reverse("account_logout")


def test_nobody_ends_somebody_elses(three: list[Client]) -> None:
    other = signing_in.signed_in(signing_in.with_password(User.objects.create_user("nils")))

    answer = other.post(reverse("session_end", args=[UserSession.objects.filter(user_agent=EDGE).get().pk]))

    assert answer.status_code == 404
    assert is_signed_in(three[1])


def test_a_new_password_ends_the_others_and_not_this_one(three: list[Client]) -> None:
    new = "another horse and another battery"
    answer = three[0].post(
        reverse("account_change_password"),
        {"oldpassword": signing_in.PASSWORD, "password1": new, "password2": new},
    )

    assert answer.status_code == 302
    assert [is_signed_in(client) for client in three] == [True, False, False]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (EDGE, "Edge on Windows"),
        (IPHONE, "Safari on an iPhone"),
        (EDGE.partition(" Edg")[0], "Chrome on Windows"),
        ("", "A program that does not say what it is"),
    ],
)
def test_a_browser_in_words(agent: str, words: str) -> None:
    assert in_words(agent) == words
