"""Mails to people: plain text in their language, from templates whose first line is the subject."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string


def is_sent() -> bool:
    """Whether this server has a way to send mails."""
    return settings.EMAIL_BACKEND != settings.NO_MAIL


def link_to(path: str) -> str:
    """The address under which people reach a page from outside."""
    if settings.PUBLIC_URL:
        return f"{settings.PUBLIC_URL}{path}"
    scheme = "http" if settings.PLAIN_HTTP else "https"
    return f"{scheme}://{settings.ALLOWED_HOSTS[0] if settings.ALLOWED_HOSTS else 'localhost'}{path}"


def send(*, to: str, language: str, template: str, context: dict[str, Any]) -> None:
    """Send `template`.`language`.txt; raises what the mail server's refusal raises.

    Whoever calls it says in the journal that it was sent, and never what it said.
    """
    text = render_to_string(f"{template}.{language}.txt", context)
    subject, _newline, body = text.partition("\n")
    # A title may hold a line break, which would end the subject's header.
    send_mail(" ".join(subject.split()), body.lstrip("\n"), None, [to])
