"""How a Django form becomes our HTML."""

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.template import loader


class HouseForms(DjangoTemplates):
    """`{{ form }}` gives the error summary and every field, `{{ form.x.as_field_group }}` one field.

    Widgets stay Django's own. The parts come through the ordinary loader, so that they may use
    the tags every page may use.
    """

    form_template_name = "parts/_form.html"
    field_template_name = "parts/_field.html"

    def get_template(self, template_name: str) -> Any:
        """The template of that name; TemplateDoesNotExist if there is none."""
        if template_name.startswith("parts/"):
            return loader.get_template(template_name)
        return super().get_template(template_name)
