"""Signing in as people do: by a password, a second factor, and the password once more."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import User
from django.test import Client

PASSWORD = "a correct horse and its battery"
SIGN_IN = "/accounts/login/"


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def with_app(user: User) -> str:
    """Gives an app that shows codes; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes from now: each code is good once."""
    left = 30 - time.time() % 30
    if left < 2:  # it would be an old one before it is looked at
        time.sleep(left + 0.1)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def wrong_code(secret: str) -> str:
    """None that the app shows about now."""
    right = {code(secret, steps=steps) for steps in (-1, 0, 1)}
    return next(number for number in ("000000", "111111", "222222", "333333") if number not in right)


def signed_in(user: User, password: str = PASSWORD, **headers: str) -> Client:
    """By the page, with a password only."""
    client = Client(headers=headers or None)
    client.post(SIGN_IN, {"login": user.username, "password": password})
    return client


def signed_in_with_app(user: User, secret: str) -> Client:
    client = signed_in(user)
    client.post("/accounts/2fa/authenticate/", {"code": code(secret)})
    return client


def recorded(client: Client, user: User) -> None:
    """As if this session had used a second factor, and confirmed it just now."""
    authenticator, _ = Authenticator.objects.get_or_create(
        user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": generate_totp_secret()}}
    )
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [
        {"method": "mfa", "at": time.time(), "id": authenticator.pk, "type": "totp", "reauthenticated": True}
    ]
    session.save()
