"""Messages of a network, and how much mail one wants from it."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from exchange.directory import actions, post
from exchange.directory.account_views import private
from exchange.directory.models import MailChoice, Message, Network
from exchange.directory.network_views import visible
from exchange.directory.outcomes import form_page, page_of, pressed, tried
from exchange.directory.requests import SignedIn
from exchange.directory.words import LineField, TextField


class MessageForm(forms.Form):
    """A message; `once` lets a second press find the first."""

    to = forms.ChoiceField(label=gettext_lazy("To"), choices=Message.To.choices)
    subject = LineField(label=gettext_lazy("Subject"), max_length=120)
    text = TextField(
        label=gettext_lazy("Message"),
        help_text=gettext_lazy("Do not write a pupil's name."),
        max_length=4000,
    )
    once = forms.RegexField(r"\A[a-zA-Z0-9]{22}\Z", widget=forms.HiddenInput, required=False)


class MailForm(forms.Form):
    """How much mail."""

    wish = forms.ChoiceField(
        label=gettext_lazy("Mail from this network"),
        choices=MailChoice.Wish.choices,
        widget=forms.RadioSelect,
    )


@login_required
@require_http_methods(["GET", "POST"])
def network_messages(request: SignedIn, pk: int) -> HttpResponse:
    """What was written to one in a network, and a form to write."""
    network = visible(request, pk)
    initial = {"once": get_random_string(22)}
    form = MessageForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and tried(
        form, lambda: actions.send_message(network, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("Sent. It stands here, and goes out by mail to who wants it."))
        return redirect("network_messages", pk)
    found = Message.objects.visible_to(request.user).filter(network=network)
    context = {"network": network, "page_obj": page_of(request, found.select_related("author"))}
    return form_page(request, "directory/messages.html", form, context)


@login_required
@require_GET
def message(request: SignedIn, pk: int, message: int) -> HttpResponse:
    """One message, where letters and digests lead."""
    network = visible(request, pk)
    found = Message.objects.visible_to(request.user).filter(network=network)
    context = {"network": network, "message": get_object_or_404(found, pk=message)}
    return render(request, "directory/message.html", context)


@login_required
@require_POST
def message_retraction(request: SignedIn, pk: int, message: int) -> HttpResponse:
    network = visible(request, pk)
    found = Message.objects.visible_to(request.user).filter(network=network)
    one = get_object_or_404(found, pk=message)
    return pressed(
        request,
        lambda: actions.take_back_message(one, by=request.user),
        said=_("Taken back. Who got it by mail still has it."),
        to=resolve_url("network_messages", pk),
    )


@login_required
@require_http_methods(["GET", "POST"])
def network_mail(request: SignedIn, pk: int) -> HttpResponse:
    """How much mail one wants from a network."""
    network = visible(request, pk)
    now = MailChoice.wishes(network, [request.user])[request.user.pk]
    form = MailForm(request.POST if request.method == "POST" else None, initial={"wish": now})
    if form.is_bound and tried(
        form, lambda: actions.choose_mail(network, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("Saved. It holds from now on."))
        return redirect("network", pk)
    return form_page(request, "directory/mail_choice.html", form, {"network": network})


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the token is all that counts
@require_http_methods(["GET", "POST"])
def mail_choice(request: HttpRequest, token: str) -> HttpResponse:
    """The link at the foot of a letter: choose how much mail, without signing in.

    Opening it changes nothing. A post without a choice is a mail program's "unsubscribe".
    """
    choice = post.choice_of(token)
    if choice is None:
        old = post.had_its_time(token)
        words = {"old": old}
        page = render(request, "directory/mail_link_over.html", words, status=410 if old else 404)
        return private(page)
    now = MailChoice.wishes(choice.network, [choice.person])[choice.person.pk]
    asked = {"wish": request.POST.get("wish", MailChoice.Wish.NOTHING)}
    form = MailForm(asked if request.method == "POST" else None, initial={"wish": now})
    saved = form.is_bound and tried(
        form,
        lambda: actions.choose_mail(choice.network, by=choice.person, **form.cleaned_data),
    )
    context: dict[str, object] = {"network": _named(choice), "by_link": True, "saved": saved}
    return private(form_page(request, "directory/mail_choice.html", form, context))


def _named(choice: post.Choice) -> Network | None:
    """The network, for whoever still belongs to it; others need not learn its present name."""
    return choice.network if choice.network.pk in choice.person.network_ids else None
