"""Words about a session for whoever it belongs to: what it was begun with, and when it was last used."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django import template

from config.sessions import IDLE, SessionStore

register = template.Library()
# The first that is found: what calls itself Edge calls itself Chrome as well, and all call themselves Mozilla.
BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser/": "Samsung Internet", "Firefox/": "Firefox", "FxiOS/": "Firefox",
    "CriOS/": "Chrome", "Chrome/": "Chrome", "Safari/": "Safari",
}  # fmt: skip
SYSTEMS = {
    "iPhone": "an iPhone", "iPad": "an iPad", "Android": "Android", "CrOS": "ChromeOS", "Windows": "Windows",
    "Macintosh": "a Mac", "Linux": "Linux",
}  # fmt: skip


@register.filter
def in_words(user_agent: str) -> str:
    """Such as "Firefox on Windows"."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "A program")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return f"{browser} on {system}" if system else f"{browser} that does not say what it is"


@register.filter
def last_used(session: UserSession) -> datetime | None:
    """To half a minute: it ends so long after it was last used."""
    store = SessionStore(session.session_key)
    store.load()
    return store.ends_at - IDLE if store.ends_at else None
