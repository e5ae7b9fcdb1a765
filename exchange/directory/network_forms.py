"""The shape of what people type about networks and their schools. Nothing here saves."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.directory.models import Membership, Network, School
from exchange.directory.words import AddressField, LineField, TextField


def choice_of(school: School) -> tuple[int, str]:
    """A school as a line to tick or choose."""
    return school.pk, ", ".join(filter(None, (school.name, school.town, school.postcode)))


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class NetworkForm(forms.Form):
    """What a network says about itself."""

    name = LineField(label=_("Name of the network"), max_length=120)
    purpose = TextField(
        label=_("Purpose"),
        help_text=_("Why do these schools learn together? One to three sentences, for everyone."),
        max_length=2000,
    )
    learning_focus = TextField(
        label=_("Learning focus"),
        help_text=_("What should pupils do differently or better? You can sharpen it later."),
        max_length=1000,
        required=False,
    )
    kind = forms.ChoiceField(label=_("Kind of network"), choices=Network.Kind.choices)


class SecondCoLeaderForm(forms.Form):
    """Whom the founder wants beside them; `draft` says which draft this page showed."""

    second_co_leader = AddressField(
        label=_("E-mail address of a second co-leader"),
        help_text=_("They get an invitation. Best is somebody from another school."),
        max_length=254,
        required=False,
    )
    draft = forms.CharField(widget=forms.HiddenInput, required=False)

    def words(self) -> dict[str, Any]:
        """What `found_network` takes of it."""
        return {"second_co_leader": self.cleaned_data["second_co_leader"]}


class SchoolsForm(forms.Form):
    """Schools chosen from a list, and how they come to the network."""

    schools = forms.TypedMultipleChoiceField(
        label=_("Found schools"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one school.")},
    )
    route = forms.ChoiceField(
        label=_("How do they join?"),
        choices=Membership.Route.choices,
        initial=Membership.Route.VOLUNTARY,
        widget=forms.RadioSelect,
    )
    brokered_by = LineField(
        label=_("Brokered by"),
        help_text=_("Only if somebody brought them in, such as a local authority."),
        max_length=120,
        required=False,
    )
    joined_on = forms.DateField(label=_("Since"), widget=DateInput(), initial=timezone.localdate)

    def offer(self, schools: list[School]) -> None:
        """The schools that can be ticked."""
        self.fields["schools"].choices = list(map(choice_of, schools))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("route") == Membership.Route.BROKERED and not cleaned.get("brokered_by"):
            self.add_error("brokered_by", _("Say who brokered it."))
        return cleaned


class MembershipForm(forms.Form):
    """How and when a school joined, and whether it pauses."""

    joined_on = forms.DateField(label=_("Joined on"), widget=DateInput())
    route = forms.ChoiceField(
        label=_("How it joined"), choices=Membership.Route.choices, widget=forms.RadioSelect
    )
    brokered_by = LineField(label=_("Brokered by"), max_length=120, required=False)
    paused = forms.BooleanField(
        label=_("It pauses for now"),
        help_text=_("Its people still read along."),
        required=False,
    )


class CommitmentForm(forms.Form):
    """What the head commits the school to."""

    commitment = TextField(
        label=_("The head's commitment"),
        help_text=_("In the head's own words: time, people, what the school will try."),
        max_length=1000,
        required=False,
    )
