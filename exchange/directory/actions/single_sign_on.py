"""Untying an account from a sign-in elsewhere. Tying is allauth's; see `single_sign_on.py`."""

from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from exchange.core.permission import require
from exchange.directory.models import Person
from exchange.directory.models.events import record


@transaction.atomic
def untie_sign_on(tied: SocialAccount, *, by: Person) -> None:
    """That sign-in opens this account no more. ValidationError: there would be no way in left."""
    require(tied.user_id == by.pk, _("Only you untie your own."))
    if not by.has_usable_password():
        raise ValidationError(_("Choose a password first, or nothing opens your account any more."))
    if SocialAccount.objects.filter(pk=tied.pk).delete()[0]:
        record(by, "untie_sign_on", by, provider=tied.provider)
