"""Sign-in for people an administrator has added. Nobody can register themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import User
from django.http import HttpRequest

from patients.context import somebody


class ClosedAccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class Backend(AuthenticationBackend):
    """allauth's own, but for how the person behind a session is read."""

    def get_user(self, user_id: int) -> User | None:
        user = somebody(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None
