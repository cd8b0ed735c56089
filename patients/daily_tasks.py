"""What the queue's workers do once a day. Nothing that is shown depends on it."""

import logging

from django.core.management import call_command
from django.utils import timezone
from procrastinate.contrib.django import app

from config.acting import acting_as_system
from patients import actions
from patients.audit import heads

logger = logging.getLogger("patients.audit")


@app.periodic(cron="40 3 * * *")
@app.task(name="forget_changes", queueing_lock="forget_changes")
def forget_changes(timestamp: int) -> None:
    with acting_as_system():
        actions.forget_changes(timezone.now())


@app.periodic(cron="50 3 * * *")
@app.task(name="note_ends_of_audit", queueing_lock="note_ends_of_audit")
def note_ends_of_audit(timestamp: int) -> None:
    """Outside of the database, where whoever can change its tables cannot change them: see `verify_audit --against`."""
    with acting_as_system():
        ends = heads()
    for head in ends:
        logger.info("%s", head)


@app.periodic(cron="55 3 * * *")
@app.task(name="forget_sessions", queueing_lock="forget_sessions")
def forget_sessions(timestamp: int) -> None:
    """Those that have ended: what was said in them may name a patient."""
    call_command("clearsessions")
