"""How a reader wants the portal: light, dark, or as the device says; in which language. Needs no scripts."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as django_set_language

from people.models import User

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
YEAR = 365 * 24 * 60 * 60


def chosen_theme(request: HttpRequest) -> str:
    """One of ``THEMES``; anything else in the cookie means "auto"."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else "auto"


def way_back(request: HttpRequest) -> str:
    """The page named by the form's ``next`` if it is one of ours, else the first page."""
    target = request.POST.get("next", "")
    hosts = {request.get_host()}
    ours = url_has_allowed_host_and_scheme(target, allowed_hosts=hosts, require_https=request.is_secure())
    return target if ours else "/"


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme for a year and go back to the reader's page; an unknown theme changes nothing."""
    response = HttpResponseRedirect(way_back(request))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE, theme, max_age=YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax"
        )
    return response


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The switch of the frame: this browser's language and, for whoever is signed in, theirs everywhere."""
    response = django_set_language(request)
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in User.Language.values and language:
        User.objects.filter(pk=request.user.pk).update(language=language)
    return response


def keep_language(response: HttpResponse, language: str) -> HttpResponse:
    """Let this browser ask for a language also when nobody is signed in; "" leaves it to the browser."""
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=settings.LANGUAGE_COOKIE_AGE, samesite="Lax"
        )
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    return response
