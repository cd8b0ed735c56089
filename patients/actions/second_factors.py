"""Second factors that somebody has lost, with every recovery code. At the console only."""

import pghistory
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.db import transaction


@transaction.atomic
def forget_second_factors(*, user: User) -> int:
    """How many there were. Their sessions end as well: whoever has found the device may be in one."""
    count: int = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).count()
    with pghistory.context(action="forget_second_factors"):  # by nobody: who is at the console is not signed in
        Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    return count
