"""Sign-in for people an administrator has added. Nobody can register themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import User
from django.http import HttpRequest

from config.written_once import WrittenOnce


class ClosedAccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


NOBODY = -1
COLUMNS = [field.attname for field in User._meta.concrete_fields]
read_user = WrittenOnce(
    lambda: User.objects.filter(pk=NOBODY).values_list(*COLUMNS).query.sql_with_params(), NOBODY, is_of_clinics=False
)


class Backend(AuthenticationBackend):
    """allauth's own, but for how the person behind a session is read."""

    def get_user(self, user_id: int) -> User | None:
        row = read_user.row(user_id)
        user = User.from_db("default", COLUMNS, row) if row is not None else None
        return user if user is not None and self.user_can_authenticate(user) else None
