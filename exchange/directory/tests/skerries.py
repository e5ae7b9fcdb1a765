"""An invented country, written as docs/register.md says: nothing of the product knows it."""

from collections.abc import Mapping

from exchange.directory.register.rows import (
    Country,
    FileKind,
    GroupRow,
    LinkRow,
    RowLeftOut,
    RowRefused,
    SchoolRow,
)


def school(values: Mapping[str, str]) -> SchoolRow:
    if not values["scoil"]:
        raise RowRefused("The school has no number.")
    if values["staid"] == "beartaithe":
        raise RowLeftOut("The school is planned and has not opened yet.")
    place = values["x;y"].split("/")
    return SchoolRow(
        number=values["scoil"],
        name=values["ainm"],
        town=values["baile"],
        postcode=values["cod"],
        easting=int(place[0]),
        northing=int(place[1]),
        says_open=values["staid"] == "oscailte",
    )


COUNTRY = Country(
    key="skerries",
    title="The Skerries: list of schools",
    number_name="Island number",
    attribution="List of schools of the Skerries, free to use by anybody.",
    kinds=(
        FileKind(
            "islands' unions and their schools", frozenset({"aontas", "scoil"}),
            frozenset({"aontas", "scoil"}), lambda row: LinkRow(row["aontas"], row["scoil"]),
        ),
        FileKind(
            "islands' unions", frozenset({"aontas", "teideal"}), frozenset({"aontas", "teideal"}),
            lambda row: GroupRow(row["aontas"], row["teideal"], "Union"),
        ),
        FileKind(
            "list of schools", frozenset({"scoil", "ainm", "cod"}),
            frozenset({"scoil", "ainm", "baile", "cod", "x;y", "staid"}), school,
        ),
    ),
)  # fmt: skip
