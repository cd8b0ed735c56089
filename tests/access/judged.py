"""What the registry says about a trial, and what was otherwise."""

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.urls import reverse

from config.access import ACCESS, ANYONE, Held, Rule, registry
from tests.access.installation import (
    ARCHIVED,
    CANARY,
    HERE,
    OF_A_CLINIC,
    OF_ITS_PEOPLE,
    THERE,
    Installation,
    Person,
)
from tests.access.trials import BY_ALLAUTH, CLINICAL, OF_A_VERSION, Answer, Trial, tried

AT_WORK = {Held.EDITOR, Held.REVIEWER, Held.ADMINISTRATOR}
ENDS = ("feed", "invitation link")  # of which nothing is left to be seen
# What can be done with something that is over, on purpose.
BEGUN_AGAIN = {
    "comment_reopen", "comment_reply", "question_reopen", "question_draft", "member_detail", "person_detail", "draft_create",
}  # fmt: skip


@dataclass(frozen=True)
class Expected:
    """`word` says which of the answers it is; `statuses` are those it may have."""

    word: str
    statuses: frozenset[int]


SIGN_IN = Expected("asked to sign in", frozenset({302}))
NOT_ALLOWED = Expected("no such method", frozenset({405}))
NOT_FOR_THEM = Expected("not for them", frozenset({403}))
NOT_THERE = Expected("not there", frozenset({404}))
NO_SECOND_FACTOR = Expected("asked for a second factor", frozenset({403, 422}))
TO_CONFIRM = Expected("asked for the password once more", frozenset({302, 422}))
REFUSED_BY_ACTION = Expected("refused by the action", frozenset({400, 403, 409, 422}))
BEFORE_THE_VIEW = (SIGN_IN, NOT_ALLOWED, NOT_FOR_THEM, NO_SECOND_FACTOR, TO_CONFIRM)
REFUSED = (*BEFORE_THE_VIEW, NOT_THERE, REFUSED_BY_ACTION)
WORDS = {
    NO_SECOND_FACTOR: (b"Set up a second factor",),
    TO_CONFIRM: (b"Confirm that it is you", b"/accounts/2fa/reauthenticate/"),
}


def expected(trial: Trial, who: Person) -> Expected:
    """What the registry says, and for single rows what it says they are found by."""
    known, rule = registry(), registry().rules[trial.route].get(trial.method)
    if not who.is_signed_in and not known.is_for_strangers(trial.route):
        return SIGN_IN
    if rule is None:
        return NOT_ALLOWED
    if not who.is_signed_in and rule.who != ANYONE:
        return SIGN_IN
    if rule.roles and not rule.roles & who.held:
        return Expected("explained", frozenset({rule.explained})) if rule.explained else NOT_FOR_THEM
    if rule.second_factor and not who.has_second_factor:
        return NO_SECOND_FACTOR
    if rule.reauthenticate and not who.has_confirmed:
        return TO_CONFIRM
    return of_the_object(trial, rule, who)


def of_the_object(trial: Trial, rule: Rule, who: Person) -> Expected:
    kind = rule.object
    if kind in OF_A_CLINIC:
        roles = who.in_clinic(HERE if trial.object in ("own", ARCHIVED) else THERE)
        if trial.object == "missing" or roles.isdisjoint(seen_by(rule)):
            return NOT_THERE
        if not roles & rule.roles:
            return over(rule) if trial.object == ARCHIVED else REFUSED_BY_ACTION
    elif kind in OF_ITS_PEOPLE:
        # An administrator of the installation gives a clinic its administrator, and takes back only that invitation.
        is_founding = kind == "clinic" and Held.ADMINISTRATOR in who.held
        is_keeper = Held.CLINIC_ADMINISTRATOR in who.in_clinic(HERE if trial.object in ("own", ARCHIVED) else THERE)
        if trial.object == "missing" or not (is_founding or is_keeper):
            return NOT_THERE
    elif kind in (*OF_A_VERSION, "guideline") and not trial.route.startswith(BY_ALLAUTH):
        if not who.is_signed_in:
            return SIGN_IN  # nothing is published for everybody here: for strangers all of it is the same
        if trial.object == "missing" or (trial.object == "foreign" and not who.held & AT_WORK):
            return NOT_THERE
    elif kind and not trial.route.startswith(BY_ALLAUTH) and is_nowhere(trial, kind):
        return NOT_THERE
    return over(rule) if trial.object == ARCHIVED else admitted(trial.route, rule)


def is_nowhere(trial: Trial, kind: str) -> bool:
    return trial.object == "missing" or (trial.object == ARCHIVED and kind in ENDS)


def over(rule: Rule) -> Expected:
    """It can be looked at. What is to be done with it may need another state, and is then refused, or was done already."""
    return Expected(
        "let in, though it is over", frozenset({200, 302, *({400, 403, 404, 409, 422} if rule.state else ())})
    )


def admitted(route: str, rule: Rule) -> Expected:
    """Let in. What was sent is mostly empty, and the state may be another: then it is refused with a sentence."""
    if route.startswith(BY_ALLAUTH):
        return Expected("let in", frozenset({200, 302, 400, 403, 404, 409, 422, 429}))
    by_state = {403} if rule.state else set()
    return Expected(
        "let in", frozenset({200, 302, *by_state, *({400, 409, 422} if "POST" in rule.methods or by_state else ())})
    )


def wrong(here: Installation, trial: Trial) -> str:
    """What is otherwise than the registry says, in a sentence; empty where nothing is."""
    who, answer = here.people[trial.person], tried(here, trial)
    wanted, rule = expected(trial, who), registry().rules[trial.route].get(trial.method)
    if answer.status not in wanted.statuses:
        return f"{trial}: {answer.status}, should be {wanted.word} {sorted(wanted.statuses)}"
    if any(words not in answer.body for words in WORDS.get(wanted, ())) and answer.status != 302:
        return f"{trial}: {answer.status}, and does not say what to do"
    is_ours = not trial.route.startswith(BY_ALLAUTH)
    if is_ours and answer.status == 302 and (wanted is TO_CONFIRM) != ("/reauthenticate/" in answer.location):
        return f"{trial}: sent to {answer.location}"
    to_sign_in = urlsplit(answer.location).path == reverse("account_login")
    if is_ours and to_sign_in != (wanted is SIGN_IN):
        return f"{trial}: sent to {answer.location}"
    if wanted is NOT_ALLOWED and answer.headers["Allow"] != ", ".join(registry().methods(trial.route)):
        return f"{trial}: says that {answer.headers['Allow']} are allowed"
    if told := canaries_told(here, who, wanted, answer, seen_by(rule)):
        return f"{trial}: names {told}"
    looks_only = {"patients_accessevent"} if rule and ACCESS in rule.events else set()
    if wanted is REFUSED_BY_ACTION or (wanted not in REFUSED and trial.method in ("GET", "HEAD")):
        written = set(answer.written) - looks_only
    else:
        is_over = trial.object == ARCHIVED and trial.route not in BEGUN_AGAIN
        written = set(answer.written) if wanted in REFUSED else set(answer.written) - looks_only if is_over else set()
    if written:
        return f"{trial}: {wanted.word}, and wrote to {sorted(written)}"
    return looks_wrong(trial, wanted, rule, answer)


def seen_by(rule: Rule | None) -> Collection[Held]:
    """The roles in a clinic that are told of its patients: who answers for a clinic is told who looked at them."""
    return rule.roles if rule and Held.CLINIC_ADMINISTRATOR in rule.roles and ACCESS in rule.events else CLINICAL


def canaries_told(
    here: Installation, who: Person, wanted: Expected, answer: Answer, told: Collection[Held]
) -> list[str]:
    """The patients whose name reaches somebody whom it is not for."""
    text = answer.body.lower() + str(answer.headers).lower().encode()
    hidden = [
        name for clinic, name in CANARY.items()
        if wanted in (*BEFORE_THE_VIEW, NOT_THERE) or who.in_clinic(clinic).isdisjoint(told)
    ]  # fmt: skip
    return [name for name in hidden if name.lower().encode() in text]


def looks_wrong(trial: Trial, wanted: Expected, rule: Rule | None, answer: Answer) -> str:
    """Who looked at a patient's page is on record under its name, and nothing else is."""
    if rule is None or wanted in (*BEFORE_THE_VIEW, NOT_THERE):
        return ""  # nothing was written
    if ACCESS not in rule.events:
        return f"{trial}: leaves {answer.looks}, registered is none" if answer.looks else ""
    if set(answer.looks) - {trial.route}:
        return f"{trial}: leaves {answer.looks} beside its own name"
    shows_one = rule.object in OF_A_CLINIC and rule.object not in ("import", "letters")
    if shows_one and answer.status < 500 and not answer.looks:
        return f"{trial}: {answer.status}, and no trace of who looked"
    return ""
