"""The shape of what people type about themselves, invitations and roles. Nothing here saves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exchange.directory.models import (
    Affiliation,
    Membership,
    Network,
    Person,
    Question,
    Role,
    School,
)
from exchange.directory.models.people import NETWORK_ROLES
from exchange.directory.network_forms import DateInput
from exchange.directory.words import AddressField, LineField, TextField

ROLES = [(role.value, role.label) for role in Role if role in NETWORK_ROLES]


class AddressForm(forms.Form):
    """Another e-mail address for one's account."""

    email = AddressField(
        label=_("New e-mail address"),
        help_text=_("A letter goes there. The address counts once you have opened its link."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class InviteForm(forms.Form):
    """A letter to one address, into a role or a school or both."""

    email = AddressField(label=_("E-mail address"), max_length=254)
    name = LineField(label=_("Name"), max_length=120, required=False)
    role = forms.ChoiceField(
        label=_("Role in the network"),
        choices=[("", _("None: one of a school's people")), *ROLES],
        required=False,
    )
    school = forms.ModelChoiceField(
        label=_("Their school"),
        queryset=School.objects.none(),
        empty_label=_("None: from outside the schools"),
        required=False,
    )
    job = forms.ChoiceField(
        label=_("Job at the school"), choices=Affiliation.Job.choices, required=False,
        initial=Affiliation.Job.TEACHER,
    )  # fmt: skip
    is_link = forms.BooleanField(
        label=_("Link person of the school"),
        help_text=_("The school is reached through them; they may agree releases for it."),
        required=False,
    )

    def __init__(self, *args: Any, network: Network, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.current().filter(network=network)
        self.fields["school"].queryset = School.objects.filter(memberships__in=members)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("role") and not cleaned.get("school"):
            self.add_error("role", _("Choose a role, a school, or both."))
        return cleaned


class ErasureForm(forms.Form):
    """A word typed on purpose; and that a network may stay without a co-leader, where it would."""

    word = LineField(
        label=_("Write ERASE to go on"), max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip
    leaving = forms.BooleanField(
        label=_("The networks named above may stay without a co-leader"), required=False
    )

    def __init__(self, *args: Any, alone: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not alone:
            del self.fields["leaving"]

    def clean_word(self) -> str:
        word = str(self.cleaned_data["word"])
        if word.upper() != "ERASE":
            raise forms.ValidationError(_("Write the word ERASE, or leave this page."))
        return word


class QuestionForm(forms.Form):
    """What somebody asks about data; a stranger says where the answer should go."""

    kind = forms.ChoiceField(label=_("What is it?"), choices=Question.Kind.choices)
    text = TextField(label=_("In your words"), max_length=4000)
    address = AddressField(label=_("E-mail address for the answer"), max_length=254)

    def __init__(self, *args: Any, person: Person | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if person:
            del self.fields["address"]

    def too_many(self) -> forms.ValidationError:
        """What is said to somebody who asks too often."""
        return forms.ValidationError(
            _("Many questions came from where you are. Please try again in an hour."), "too_many"
        )


class AppointForm(forms.Form):
    """A role for somebody of the network."""

    person = forms.ModelChoiceField(
        label=_("Person"),
        queryset=Person.objects.none(),
        empty_label=_("Choose somebody"),
        help_text=_("Somebody who is not in the network yet is invited instead."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=ROLES)
    until = forms.DateField(
        label=_("Until"),
        help_text=_("Only if the end is agreed now."),
        widget=DateInput(),
        required=False,
    )

    def __init__(self, *args: Any, network: Network, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.of_network(network)  # type: ignore[attr-defined]


class NameForm(forms.Form):
    """One's own name."""

    name = LineField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class NewcomerForm(NameForm):
    """Name and first password of somebody who takes up an invitation."""

    password = forms.CharField(
        label=_("Choose a password"),
        help_text=_("At least 12 characters. Three or four plain words are easy to keep in mind."),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class TieForm(forms.Form):
    """Where somebody says they work; `schools` are the ones the search found."""

    school = forms.TypedChoiceField(label=_("School"), coerce=int, widget=forms.RadioSelect)
    job = forms.ChoiceField(
        label=_("Your job there"), choices=Affiliation.Job.choices, initial=Affiliation.Job.TEACHER
    )

    def __init__(self, *args: Any, schools: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].choices = schools  # type: ignore[attr-defined]


class RefusalForm(forms.Form):
    """Why a school says no, if it wants to say it."""

    reason = TextField(
        label=_("Why not"),
        help_text=_("The co-leaders see it."),
        max_length=1000,
        required=False,
    )
