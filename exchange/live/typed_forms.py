"""The forms for typing in a session held on paper. What is typed is kept as it is; the faults that
`typed.read` finds are shown at their fields."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.live.models import Seat
from exchange.live.plugin import Field, Typing
from exchange.live.typed import MOST_AT_TABLE, OTHER, Fault

PLAIN = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


def control(field: Field, rows: int = 4) -> forms.Field:
    """A box for one declared field; nothing is required, a sheet may be half written."""
    shared: dict[str, Any] = {"label": field.label, "help_text": field.hint, "required": False}
    if field.kind == "lines":
        widget = forms.Textarea(attrs={"rows": rows, **PLAIN})
        return forms.CharField(max_length=6_000, widget=widget, **shared)
    return forms.CharField(max_length=600, widget=forms.TextInput(attrs=PLAIN), **shared)


class FaultsForm(forms.Form):
    """A form whose faults come from reading what was kept."""

    def show(self, faults: list[Fault]) -> None:
        """Put each sentence to its field, or above all."""
        self.full_clean()
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, fault.sentence)


class TableForm(FaultsForm):
    """One table: its single sheets, how many people, its diamond and the like."""

    def __init__(
        self, *args: Any, typing: Typing, schools: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sheet"] = forms.CharField(
            widget=forms.HiddenInput, required=False, max_length=40, initial=lambda: uuid4().hex
        )
        if typing.person:
            self.fields["lines"] = control(typing.person, 5)
        self.fields["people"] = forms.CharField(
            label=_("How many people sat here"), max_length=4, required=False,
            help_text=_("Nothing, if all of them handed in a sheet."),
            widget=forms.TextInput(attrs={"inputmode": "numeric", "max": MOST_AT_TABLE, **PLAIN}),
        )  # fmt: skip
        for field in typing.table:
            self.fields[field.name] = control(field)
        self.fields["school"] = forms.ChoiceField(
            label=_("School, if those without a sheet are all of one"), required=False,
            choices=[("", _("not said")), *schools],
        )  # fmt: skip
        roles = [row for row in Seat.Role.choices if row[0] != OTHER]
        self.fields["role"] = forms.ChoiceField(
            label=_("Role, if those without a sheet all have it"), required=False,
            choices=[("", _("not said")), *roles],
        )  # fmt: skip
        first = self.visible_fields()[0].field
        first.widget.attrs["autofocus"] = True


class RoomForm(FaultsForm):
    """What the whole room agreed, its findings, and the day."""

    def __init__(self, *args: Any, typing: Typing, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in typing.room:
            self.fields[field.name] = control(field)
        self.fields["findings"] = control(
            Field(
                "findings", "lines", label=str(_("Findings")),
                hint=str(_("One to a line. What somebody sees differently comes on the line below, "
                           "after a dash.")),
            )
        )  # fmt: skip
        self.fields["held_on"] = forms.DateField(
            label=_("Held on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
        )
        next(iter(self.fields.values())).widget.attrs["autofocus"] = True

    def clean_held_on(self) -> Any:
        day = self.cleaned_data["held_on"]
        if day and (day > timezone.localdate() or day.year < 2000):
            raise forms.ValidationError(_("Give the day on which it was held, not one to come."))
        return day
