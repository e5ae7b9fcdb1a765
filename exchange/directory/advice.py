"""What a network is told about its own shape. Advice, never a block. Plain values in and
out; of Django it knows the translations only.

Two or more co-leaders from different schools, at least three schools and a link person in each
are what the field recommends (domain.md, A1 row 13, A4 row 112, C2 stages 0 and 1).
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

ENOUGH_SCHOOLS = 3


@dataclass(frozen=True)
class Shape:
    """What advice looks at. `without_link` names member schools nobody here speaks for."""

    schools: int
    co_leaders: int
    invited_co_leaders: int = 0
    without_link: Collection[str] = ()


def advice(shape: Shape) -> list[str]:
    """Sentences, the weightiest first; an empty list when there is nothing to say."""
    said = []
    if shape.co_leaders < 2:
        if shape.invited_co_leaders:
            said.append(_("The second co-leader has been invited and has not answered yet."))
        else:
            said.append(
                _("Find a second co-leader, best from another school: two carry it further.")
            )
    if shape.schools < ENOUGH_SCHOOLS:
        said.append(_("A network learns best with three schools or more."))
    count = len(shape.without_link)
    if count and count <= 3:
        said.append(
            _("Nobody speaks yet for %(schools)s: invite the head or a link person.")
            % {"schools": ", ".join(shape.without_link)}
        )
    elif count:
        said.append(
            ngettext(
                "Nobody speaks yet for %(count)d school: invite its head or a link person.",
                "Nobody speaks yet for %(count)d schools: invite their heads or link people.",
                count,
            )
            % {"count": count}
        )
    return said
