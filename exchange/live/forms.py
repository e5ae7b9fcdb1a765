"""The shape of input for runs: joining, setting up. They never save."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exchange.directory.models import Membership, Network, Person
from exchange.directory.words import LineField, TextField
from exchange.live import engine
from exchange.live.codes import read_code
from exchange.live.models import Run, Seat
from exchange.live.plugin import FINDINGS, Activity, Field
from exchange.live.seating import new_once, read_once

OTHER_SCHOOL = "other"
SIZES = range(1, 7)


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        help_text=_("Six letters from the screen, for example KTR‑MWX."),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Type the six letters from the screen.")},
    )


class OneTimeForm(forms.Form):
    """The letters of a one-time code; `words` times six of them."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("Six letters, for example KTR-MWX."),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Type the letters of the code.")},
    )
    words = 1

    def clean_code(self) -> str:
        letters = read_code(self.cleaned_data["code"], words=self.words)
        if letters is None:
            raise forms.ValidationError(_("This is no such code. Check each letter."))
        return letters


class ClaimForm(OneTimeForm):
    """The longer code that lives for days."""

    words = 2

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = _("Twelve letters, for example KTR-MWX-BCD-FGH.")


class FacilitatorForm(forms.Form):
    """Somebody of the run's network who does not hold its desk yet."""

    person = forms.ModelChoiceField(
        label=_("Who holds the desk with you?"), queryset=Person.objects.none(),
        empty_label=_("Choose a person"),
    )  # fmt: skip

    def __init__(self, *args: Any, run: Run, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if run.network_id:
            people = Person.objects.of_network(run.network_id).filter(is_active=True)
            people = people.exclude(pk__in=[one.pk for one in run.held_by])
            self.fields["person"].queryset = people.order_by("name", "pk")  # type: ignore[attr-defined]


class JoinForm(forms.Form):
    label = LineField(
        label=_("Name or initials"),
        help_text=_("Optional. Only your group and whoever holds the session see it."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    school = forms.ChoiceField(label=_("Your school"))
    role = forms.ChoiceField(label=_("Your role"), choices=Seat.Role.choices)
    people = forms.TypedChoiceField(
        label=_("Who is this phone for?"), choices=[(n, n) for n in SIZES], coerce=int,
        initial=1, required=False,
        help_text=_("One phone for a table is fine: it counts as one answer."),
    )  # fmt: skip

    once = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, run: Run, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run, self.schools = run, {}
        tables = [(n, _("A table of %d") % n) for n in SIZES[1:]]
        self.fields["people"].choices = [(1, _("Just me")), *tables]  # type: ignore[attr-defined]
        self.fields["once"].initial = new_once(run)
        if run.network_id:
            members = Membership.objects.current().filter(network=run.network_id)
            self.schools = {str(m.school_id): m.school for m in members.select_related("school")}
        choices = [(key, school.name) for key, school in self.schools.items()]
        self.fields["school"].choices = [*choices, (OTHER_SCHOOL, _("Another school, or none"))]  # type: ignore[attr-defined]

    def seat(self) -> dict[str, Any]:
        """What `join_run` takes."""
        data = self.cleaned_data
        return {
            "label": data["label"],
            "school": self.schools.get(data["school"]),
            "role": data["role"],
            "people": data["people"] or 1,
            "once": read_once(self.run, data["once"]),
        }


class LabelForm(forms.Form):
    label = LineField(label=_("Name or initials"), max_length=40, required=False)


class NoteForm(forms.Form):
    text = TextField(label=_("My notes"), max_length=10_000, required=False)


class LearningForm(forms.Form):
    text = TextField(label=_("What I take from it"), max_length=2000, required=False)


def _control(field: Field, context: dict[str, Any]) -> forms.Field:
    """A form field for one declared set-up field."""
    shared: dict[str, Any] = {
        "label": field.label,
        "help_text": field.hint,
        "required": field.required,
    }
    if field.kind == "choice":
        choices = field.choices(context) if callable(field.choices) else field.choices
        return forms.ChoiceField(choices=list(choices), widget=forms.RadioSelect, **shared)
    if field.kind == "yes":
        return forms.BooleanField(**{**shared, "required": False})
    if field.kind == "integer":
        return forms.IntegerField(**shared)
    if field.kind == "lines":
        return forms.CharField(
            widget=forms.Textarea(attrs={"rows": 8}), max_length=10_000, **shared
        )
    return forms.CharField(max_length=field.longest, **shared)


class SetupForm(forms.Form):
    """Title, network, the activity's own fields and the minutes of each phase."""

    title = LineField(
        label=_("The question for the room"),
        help_text=_(
            "It stands at the top of every screen, for example: What matters most for our first year?"
        ),
        max_length=200,
    )
    network = forms.ModelChoiceField(
        label=_("Network"), queryset=Network.objects.none(), required=False,
        empty_label=_("None: a session of my own"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, activity: Activity, networks: Any, context: dict[str, Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.activity, self.context = activity, context
        self.fields["network"].queryset = networks  # type: ignore[attr-defined]
        for field in activity.setup_fields:
            self.fields[field.name] = _control(field, context)
            self.fields[field.name].initial = field.initial
        for phase in activity.phases:
            self._minutes(phase.key, phase.title, phase.minutes)
        self._minutes(FINDINGS, engine.title_of(activity, FINDINGS), 10)

    def make_trial(self) -> None:
        """A trial asks for no network, and everything else is filled in: the first of each choice,
        the activity's name where a word is missing."""
        del self.fields["network"]
        self.fields["title"].initial = _("Trying %s") % self.activity.title
        for declared in self.activity.setup_fields:
            field = self.fields[declared.name]
            if isinstance(field, forms.ChoiceField):
                firsts: list[Any] = list(field.choices)[:1]  # type: ignore[arg-type]
                field.initial = field.initial or (firsts[0][0] if firsts else "")
            elif declared.kind == "text" and field.required and not field.initial:
                field.initial = str(self.activity.title)

    def _minutes(self, key: str, title: str, initial: int) -> None:
        self.fields[f"minutes_{key}"] = forms.IntegerField(
            label=_("Minutes for “%s”") % title, min_value=1, max_value=180, initial=initial
        )

    def minutes(self) -> dict[str, int]:
        """phase key -> planned minutes."""
        data = self.cleaned_data
        return {
            name.removeprefix("minutes_"): data[name]
            for name in self.fields
            if name.startswith("minutes_")
        }

    def values(self) -> dict[str, Any]:
        """The activity's own inputs, checked as the engine checks moves; may raise Refused."""
        return engine.clean(self.activity.setup_fields, self.cleaned_data)

    def setup_initial(self, run: Run) -> None:
        """Show the set-up of a run, to change it or to make another like it.

        The minutes are those first planned; a cancelled run's are erased.
        """
        given = {k: v for k, v in run.setup.get("form", {}).items() if k in self.fields}
        self.initial = {
            "title": run.title,
            "network": run.network_id,
            **{k: "\n".join(v) if isinstance(v, list) else v for k, v in given.items()},
            **{f"minutes_{k}": v for k, v in run.room.get("clock", {}).get("first", {}).items()},
        }
