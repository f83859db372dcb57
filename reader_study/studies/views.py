"""The page of an invitation into a study, as Django renders it: its visitor may have no account yet."""

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from reader_study.accounts.actions import waits_for_its_owner
from reader_study.problems import NotFound, Problem
from reader_study.studies import invitations, queries


@never_cache
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Take a role: with a first password, or as the person who is signed in. Only POST changes anything."""
    context: dict[str, Any] = {}
    try:
        invitation = invitations.invitation_for(secret)
        account = invitations.account_of(invitation)
        context = {
            "invitation": invitation,
            "title": queries.protocol_of(invitation.study).reader_title,
            "account": account,
            "is_theirs": account is not None and request.user == account,
        }
        context["is_waiting"] = invitations.waits_for_its_owner(invitation)
        if context["is_waiting"]:
            raise waits_for_its_owner()
        if request.method == "POST" and (account is None or context["is_theirs"]):
            if account is not None:
                invitations.accept(secret=secret, user=account)
                return HttpResponseRedirect("/")
            if request.POST.get("password") == request.POST.get("again"):
                user = invitations.accept_with_password(
                    secret=secret, password=request.POST.get("password", "")
                )
                login(request, user)
                return HttpResponseRedirect("/")
            context["error"] = _("The two passwords differ.")
    except NotFound:
        return render(request, "accounts/invitation_spent.html", status=404)
    except Problem as problem:
        context["error"] = problem.message
    return render(request, "studies/join.html", context, status=400 if "error" in context else 200)
