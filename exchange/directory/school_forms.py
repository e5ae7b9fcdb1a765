"""What may be asked of the school search."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SchoolSearchForm(forms.Form):
    """A question in free words, and a place to begin from. Both may be blank."""

    q = forms.CharField(
        label=_("School"),
        help_text=_("Its name, town, postcode or register number, as well as you remember it."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    near = forms.CharField(
        label=_("Near"),
        help_text=_("A postcode or a town. Schools close to it come first."),
        max_length=80,
        required=False,
    )
