"""What a person gets as a copy of their data: all that is theirs, nothing of others."""

import io
import zipfile

from exchange.directory import actions as directory
from exchange.directory.models import Person
from tests.test_canaries import IN_RUNS, plant
from tests.world import World, secret


def test_a_copy_of_ones_data_holds_ones_own_and_nothing_of_others(world: World) -> None:
    """D-31: also nothing that one may read of others; what a session was called may be told."""
    canaries = plant(world)
    of_sessions = {secret("title", where) for where in IN_RUNS["title"]}
    own = {
        "cy": {secret("label-cy", "open-harbour"), secret("own-cy", "open-harbour")},
        "ben": {secret(what, where) for what in ("title", "criterion", "card", "note")
                for where in ("open-harbour", "closed-harbour", "released-harbour")},
    }  # fmt: skip
    people = world.people()
    for who in ("ada", "ben", "cy", "hana", "dot", "eve"):
        person = Person.objects.get(pk=people[who].pk)
        with zipfile.ZipFile(io.BytesIO(directory.export_person(person, by=person))) as archive:
            words = "".join(archive.read(name).decode() for name in archive.namelist())
        found = {one.token for one in canaries if one.token in words}
        others = found - own.get(who, set())
        illegal = [one.where for one in canaries if one.token in others and who not in one.allowed]
        emails = {token for token in found if "@canary" in token}
        own_addresses = {person.email, *person.address_changes.values_list("email", flat=True)}
        assert (who, illegal, emails) == (who, [], own_addresses)
        assert own.get(who, set()) - found == set()
        assert [token for token in found if "label" in token] == [
            token for token in own.get(who, ()) if "label" in token
        ]
        if who == "cy":
            rest = {token.rsplit("-", 1)[0] for token in found - of_sessions - own["cy"] - emails}
            assert rest == {"~point-text", "~answer-note", "~meeting-title"}
