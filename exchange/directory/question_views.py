"""Questions and complaints about data: asking, and the list of who answers them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exchange.core.limits import address_of, take
from exchange.directory import actions, rules
from exchange.directory.models import Person, Question
from exchange.directory.outcomes import form_page, page_of, pressed, tried
from exchange.directory.people_forms import QuestionForm
from exchange.directory.requests import SignedIn

PER_HOUR = 20


@require_http_methods(["GET", "POST"])
def question_new(request: HttpRequest) -> HttpResponse:
    """The form: for anybody, also without an account."""
    person = request.user if isinstance(request.user, Person) else None
    form = QuestionForm(request.POST if request.method == "POST" else None, person=person)
    made: list[Question] = []
    if (
        form.is_bound
        and form.is_valid()
        and not take("ask of", address_of(request), PER_HOUR, 3600)
    ):
        form.add_error(None, form.too_many())
    elif form.is_bound and tried(
        form, lambda: made.append(actions.ask_question(by=person, **form.cleaned_data))
    ):
        day = date_format(made[0].due_on, "j F Y")
        messages.success(request, _("It is on its way. You get an answer by %s.") % day)
        return redirect("question_new")
    return form_page(request, "directory/question_new.html", form, {})


@login_required
@require_safe
def questions(request: SignedIn) -> HttpResponse:
    """What was asked, the most pressing first; only for who answers."""
    if not rules.answers_questions(request.user):
        raise Http404
    rows = Question.objects.visible_to(request.user).select_related("person", "answered_by")
    waiting_first = rows.order_by(F("answered_at").asc(nulls_first=True), "due_on", "pk")
    return render(
        request, "directory/questions.html", {"page_obj": page_of(request, waiting_first)}
    )


@login_required
@require_POST
def question_answer(request: SignedIn, pk: int) -> HttpResponse:
    """It was answered, by letter."""
    question = get_object_or_404(Question.objects.visible_to(request.user), pk=pk)
    return pressed(
        request,
        lambda: actions.answer_question(question, by=request.user),
        said=_("Noted as answered."),
        to=reverse("questions"),
    )
