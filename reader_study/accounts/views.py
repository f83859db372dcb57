"""The pages Django renders: signing in, and accepting an invitation."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from reader_study.accounts import actions
from reader_study.accounts.middleware import LANGUAGE_COOKIE
from reader_study.accounts.models import WrongPassword
from reader_study.accounts.wrong_passwords import count_wrong_password, refuse_guessing
from reader_study.problems import NotFound, Problem, TooMany


class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            refuse_guessing(email=request.POST.get("username", ""), door=WrongPassword.Door.SIGN_IN)
        except TooMany as problem:
            form = self.get_form_class()(request, initial={"username": request.POST["username"]})
            context = self.get_context_data(form=form, problem=problem.message)
            headers = {"Retry-After": str(problem.retry_after)}
            return self.render_to_response(context, status=problem.status, headers=headers)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        if form.non_field_errors():  # not where a field was left empty
            count_wrong_password(email=form.cleaned_data["username"], door=WrongPassword.Door.SIGN_IN)
        return super().form_invalid(form)


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """The language of the pages before sign-in; afterwards a person's own language counts."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}):
        target = settings.LOGIN_URL
    response = HttpResponseRedirect(target)
    if request.POST.get("language") in dict(settings.LANGUAGES):
        response.set_cookie(
            LANGUAGE_COOKIE,
            request.POST["language"],
            max_age=365 * 24 * 3600,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


@never_cache
def invitation(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    context: dict[str, Any] = {}
    try:
        context["person"] = actions.invited(uid=uid, token=token)
        if request.method == "POST":
            if request.POST.get("password") != request.POST.get("again"):
                context["error"] = _("The two passwords differ.")
            else:
                user = actions.accept_invitation(
                    uid=uid, token=token, password=request.POST.get("password", "")
                )
                login(request, user)
                return HttpResponseRedirect("/")
    except NotFound:
        return render(request, "accounts/invitation_spent.html", status=404)
    except Problem as problem:
        context["error"] = problem.message
    return render(request, "accounts/invitation.html", context, status=400 if "error" in context else 200)
