"""The letters of the demonstration. These pages exist only there."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from exchange.site import demo_mail


def _letters() -> list[demo_mail.Letter]:
    """The letters; 404 outside the demonstration, whatever the addresses say."""
    if not settings.DEMO:
        raise Http404
    return demo_mail.letters(settings.EMAIL_FILE_PATH)


@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """All letters that were sent, the newest first."""
    return render(request, "site/demo_letters.html", {"letters": _letters()})


@require_safe
def letter(request: HttpRequest, key: str) -> HttpResponse:
    """One letter as text; its links lead nowhere but to this site."""
    found = next((one for one in _letters() if one.key == key), None)
    if found is None:
        raise Http404
    pieces = demo_mail.pieces(found.text, settings.BASE_URL)
    return render(request, "site/demo_letter.html", {"letter": found, "pieces": pieces})
