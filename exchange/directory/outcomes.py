"""How a view tells what became of an action: the form again with its faults, or a page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

PER_PAGE = 50


def tried(form: Form, action: Callable[[], object]) -> bool:
    """Whether `form` is in order and `action` went through; if not, the form says why."""
    if not form.is_valid():
        return False
    try:
        action()
    except ObjectDoesNotExist:
        raise Http404 from None  # somebody took it away meanwhile
    except ValidationError as refused:
        fields = getattr(refused, "error_dict", {})
        if set(fields) <= set(form.fields):
            form.add_error(None, refused)
        else:
            form.add_error(None, refused.messages)
        return False
    return True


def status_of(form: Form) -> int:
    """200 for a form in order, 429 where somebody is too fast, else 422."""
    if not form.errors:
        return 200
    too_many = any(fault.code == "too_many" for fault in form.non_field_errors().as_data())
    return 429 if too_many else 422


def form_page(
    request: HttpRequest, template: str, form: Form, context: dict[str, Any]
) -> HttpResponse:
    """The page of a form, with the status that fits its faults."""
    response = render(request, template, {"form": form, **context}, status=status_of(form))
    if response.status_code == 429:
        response.headers["Retry-After"] = "3600"
    return response


def pressed(
    request: HttpRequest, action: Callable[[], object], *, said: str, to: str
) -> HttpResponse:
    """The answer to a button: back to the page with a message, or 409 with the sentence.

    `said=""` where the view says itself what came of it.
    """
    try:
        action()
    except ObjectDoesNotExist:
        raise Http404 from None
    except ValidationError as refused:
        too_many = getattr(refused, "code", "") == "too_many"
        words = {"sentence": " ".join(refused.messages), "back": to}
        return render(request, "directory/refused.html", words, status=429 if too_many else 409)
    if said:
        messages.success(request, said)
    return HttpResponseRedirect(to)


def page_of(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    """The page of a list that `?page=` names; a number that makes no sense is the first or last."""
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def done() -> str:
    return _("Saved.")
