"""The shape of what people type about meetings. Nothing here saves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exchange.directory.models import Message, Network, Person
from exchange.directory.network_forms import DateInput
from exchange.directory.words import LineField, TextField
from exchange.live.discovery import activities


class MomentInput(forms.DateTimeInput):
    """The browser's own field for a day and a time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class MeetingForm(forms.Form):
    """What, when, where, for whom."""

    title = LineField(label=_("What is it about?"), max_length=120)
    starts_at = forms.DateTimeField(
        label=_("Starts"),
        help_text=_("Day and time, for example 2027-03-04 15:30."),
        widget=MomentInput(),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    place = LineField(
        label=_("Place"), help_text=_("Or where to dial in."), max_length=200, required=False
    )
    note = TextField(label=_("What to bring or read"), max_length=2000, required=False)
    to = forms.ChoiceField(label=_("Who is invited"), choices=Message.To.choices)


def activity_choices() -> list[tuple[str, Any]]:
    """The activities there are, and none."""
    return [("", _("None: we talk")), *((one.key, one.title) for one in activities().values())]


class ItemForm(forms.Form):
    """A point of the agenda."""

    title = LineField(label=_("What do we do?"), max_length=200)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=480, initial=15)
    activity = forms.ChoiceField(label=_("Activity"), choices=activity_choices, required=False)


class AnswerForm(forms.Form):
    """Whether one comes."""

    comes = forms.TypedChoiceField(
        label=_("Do you come?"),
        choices=[("yes", _("Yes, I come")), ("no", _("Apologies, I cannot come"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    note = LineField(
        label=_("A word to who called it"),
        help_text=_("Only they and the co-leaders read it."),
        max_length=200,
        required=False,
    )


class PointForm(forms.Form):
    """What was agreed: who does what by when."""

    text = LineField(
        label=_("What is to be done"), help_text=_("Do not write a pupil's name."), max_length=300
    )
    owner = forms.ModelChoiceField(
        label=_("Who"), queryset=Person.objects.none(), required=False, empty_label=_("Nobody yet")
    )
    due_on = forms.DateField(label=_("By when"), widget=DateInput(), required=False)

    def __init__(self, *args: Any, network: Network, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.of_network(network).filter(is_active=True).distinct()
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]
