"""What the session found: figures with their reading, suggested findings, tables for export.

Figures of what people sorted alone exist only from the room's floor upwards. Nothing here holds
a seat's key or a person's label.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from exchange.activities.diamond_nine import analysis, words
from exchange.activities.diamond_nine.diamond import ROW_OF, Sort, is_full
from exchange.activities.diamond_nine.play import board_of, given, letters, own_codes, text_of
from exchange.activities.diamond_nine.setup import OWN
from exchange.live.plugin import CLOSED, FINDINGS, Data, Room, State

OTHER = "other"


# --- what is counted ---


def counted_seats(state: State, room: Room) -> list[str]:
    """Seats whose locked sort counts: fixed when the groups begin, until then those here."""
    seats = state["counted"] if state["counted"] is not None else list(room.seats)
    return [seat for seat in seats if state["seats"].get(seat, {}).get("locked_at") is not None]


def counted_sorts(state: State, room: Room) -> list[Sort]:
    """The locked sorts made alone. A table captain's phone is one of them, not several."""
    return [state["seats"][seat]["sort"] for seat in counted_seats(state, room)]


def full_boards(state: State, room: Room) -> dict[str, Sort]:
    """Letter -> diamond, of the groups that placed nine cards."""
    boards = {letter: board_of(state, letter)["sort"] for letter in letters(state, room)}
    return {letter: sort for letter, sort in boards.items() if is_full(sort)}


def card(state: State, code: str) -> dict[str, str]:
    """A card as pages and tables show it."""
    return {"code": code, "text": text_of(state, code)}


def own_cards(state: State, room: Room) -> list[dict[str, str]]:
    """Cards that people wrote and locked into their diamond; their words go on the record.

    In a session closed before the groups they come from the sorts that count, in the order of
    the alphabet, so that nothing tells whose they are. There is no floor: it was announced that
    the words of each card locked are kept.
    """
    codes = own_codes(state)
    if codes or room.phase != CLOSED:
        return [card(state, code) for code in codes]
    seats = [state["seats"][seat] for seat in counted_seats(state, room)]
    texts = [seat["own"] for seat in seats if OWN in seat["sort"].values()]
    ordered = sorted(texts, key=lambda text: (text.casefold(), text))
    return [{"code": f"{OWN}-{n}", "text": text} for n, text in enumerate(ordered, 1)]


def _figure(key: str, why_not: str = "", **values: Any) -> dict[str, Any]:
    return {"key": key, **words.reading(key), "why_not": str(why_not), **values}


# --- figures ---


def consensus_figure(state: State, room: Room) -> dict[str, Any]:
    """Everyone's sorts as one diamond, ties shown as ties."""
    sorts = counted_sorts(state, room)
    if len(sorts) < room.floor:
        return _figure("consensus", words.TOO_FEW_SORTS.format(floor=room.floor))
    found = analysis.consensus(sorts, given(state))
    rows = [
        {
            "row": row["row"],
            "cards": [card(state, code) for code in row["cards"]],
            "tied": [
                {
                    "number": tied["tie"] + 1,
                    "spots": list(range(tied["places"])),
                    "cards": [card(state, code) for code in tied["cards"]],
                }
                for tied in row["tied"]
            ],
        }
        for row in found["rows"]
    ]
    ties = [_tie_sentence(state, tie) for tie in found["ties"]]
    tied = [[text_of(state, code) for code in tie["cards"]] for tie in found["ties"]]
    return _figure("consensus", rows=rows, ties=ties, tied=tied, sorters=len(sorts))


def _listed(parts: Sequence[str]) -> str:
    return words.AND.join([part for part in [", ".join(parts[:-1]), *parts[-1:]] if part])


def _tie_sentence(state: State, tie: dict[str, Any]) -> str:
    cards = _listed([f"“{text_of(state, code)}”" for code in tie["cards"]])
    count = tie["places"]
    places = words.ONE_PLACE if count == 1 else words.SOME_PLACES.format(count=count)
    rows = (
        words.ONE_ROW.format(row=tie["rows"][0])
        if len(tie["rows"]) == 1
        else words.SOME_ROWS.format(rows=_listed([str(row) for row in tie["rows"]]))
    )
    sentence = words.TIE_BEYOND if tie["beyond"] else words.TIE
    return sentence.format(cards=cards, places=places, rows=rows)


def agreement_figure(state: State, room: Room) -> dict[str, Any]:
    """Kendall's W in a figure and a word; "too few to say" under seven sorts."""
    sorts = counted_sorts(state, room)
    if len(sorts) < room.floor:
        return _figure("agreement", words.TOO_FEW_SORTS.format(floor=room.floor))
    found = analysis.agreement(sorts, given(state))
    if found["w"] is None:
        why_not = words.TOO_FEW_FOR_W.format(least=analysis.LEAST_FOR_W)
        return _figure("agreement", why_not, **found)
    sentence = words.AGREEMENT.format(
        w=f"{found['w']:.2f}", sorters=found["sorters"], words=found["words"]
    )
    split = bool(analysis.polarised(sorts, given(state)))
    return _figure(
        "agreement", sentence=sentence, yet=str(words.YET_SPLIT) if split else "", **found
    )


def common_figure(state: State, room: Room) -> dict[str, Any]:
    """What most groups put high, and what most put low or left out (step five of the method)."""
    boards = list(full_boards(state, room).values())
    if len(boards) < 2:
        return _figure("common", words.TOO_FEW_GROUPS, of=len(boards), high=[], rejected=[])
    counts = analysis.common(boards, given(state))
    return _figure(
        "common",
        of=len(boards),
        high=_counted(state, analysis.chosen_by_most(counts), "high"),
        rejected=_counted(state, analysis.rejected_by_most(counts), "rejected"),
    )


def alone_figure(state: State, room: Room) -> dict[str, Any]:
    """What people put high, and what they put low or left out, most often when sorting alone."""
    sorts = counted_sorts(state, room)
    if len(sorts) < room.floor:
        why_not = words.TOO_FEW_SORTS.format(floor=room.floor)
        return _figure("alone", why_not, high=[], rejected=[])
    counts = analysis.common(sorts, given(state))
    return _figure(
        "alone",
        high=_counted(state, analysis.foremost(counts, "high"), "high"),
        rejected=_counted(state, analysis.foremost(counts, "rejected"), "rejected"),
    )


def _with_card(state: State, one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "card": card(state, one["card"])}


def _counted(state: State, cards: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    return [{**_with_card(state, one), "count": one[key]} for one in cards]


def polarised_figure(state: State, room: Room) -> dict[str, Any]:
    """Cards that many put high and many put low when sorting alone."""
    sorts = counted_sorts(state, room)
    if len(sorts) < room.floor:
        return _figure("polarised", words.TOO_FEW_SORTS.format(floor=room.floor), cards=[])
    cards = [_with_card(state, one) for one in analysis.polarised(sorts, given(state))]
    return _figure("polarised", cards=cards, none=str(words.NO_SPLIT))


def movement_figure(state: State, room: Room) -> dict[str, Any]:
    """Over the whole room only: how the groups' ranks differ from their members' own.

    Also withheld where one to four of the sorts that count stand outside it: the means over all
    and over these, subtracted, would give the few away.
    """
    boards = full_boards(state, room)
    sat = state["sat"] if state["left"] is None else state["left"]
    counted = counted_seats(state, room)
    pairs = [
        (state["seats"][seat]["sort"], boards[sat[seat]])
        for seat in counted
        if sat.get(seat) in boards
    ]
    outside = len(counted) - len(pairs)
    if 0 < outside < room.floor <= len(pairs):
        return _figure("movement", words.FEW_NOT_MOVED.format(floor=room.floor), cards=[])
    if len(pairs) < room.floor:
        return _figure("movement", words.TOO_FEW_MOVED.format(floor=room.floor), cards=[])
    cards = [_with_card(state, one) for one in analysis.movement(pairs, given(state))]
    return _figure("movement", cards=cards, sorters=len(pairs))


def vote_figure(state: State, room: Room) -> dict[str, Any]:
    """The secret vote's count, which the engine lays into the room when the vote is over."""
    tally = room.tallies.get("final") or {}
    if not tally.get("cast"):
        return _figure("vote", words.NO_VOTE, cards=[])
    if not tally.get("counts"):
        return _figure("vote", words.NOBODY_VOTED.format(floor=room.floor), cards=[])
    cards = [
        {"card": card(state, code), "votes": votes}
        for code, votes in sorted(tally["counts"].items(), key=lambda item: (-item[1], item[0]))
    ]
    return _figure("vote", cards=cards, cast=tally["cast"])


def own_cards_figure(state: State, room: Room) -> dict[str, Any]:
    """Cards that people wrote themselves, with the groups that placed them."""
    boards = full_boards(state, room)
    cards = [
        {
            "card": own,
            "placed": [
                {"group": letter, "row": ROW_OF[slot]}
                for letter, sort in boards.items()
                for slot, there in sort.items()
                if there == own["code"]
            ],
        }
        for own in own_cards(state, room)
    ]
    return _figure("own_cards", cards=cards)


def participation_figure(state: State, room: Room) -> dict[str, Any]:
    """Counts by school and by role; few are added up as others."""
    seats = room.seats.values()
    schools = Counter(str(seat.get("school") or OTHER) for seat in seats)
    roles = Counter(str(seat.get("role") or OTHER) for seat in seats)
    by_role = analysis.told_apart(roles, room.floor)
    for one in by_role["shown"]:
        one["name"] = str(words.ROLES.get(one["key"], one["key"]))
    return _figure(
        "participation",
        phones=len(room.seats),
        people=sum(int(seat.get("people") or 1) for seat in seats),
        groups=len(letters(state, room)),
        schools=analysis.told_apart(schools, room.floor),
        roles=by_role,
    )


def figures(state: State, room: Room) -> dict[str, Any]:
    """All figures by name. While the room still agrees, those it needs; afterwards all."""
    found = {
        "consensus": consensus_figure(state, room),
        "agreement": agreement_figure(state, room),
        "common": common_figure(state, room),
        "alone": alone_figure(state, room),
        "polarised": polarised_figure(state, room),
    }
    if room.phase in ("agree", FINDINGS, CLOSED):
        found["vote"] = vote_figure(state, room)
    if room.phase in (FINDINGS, CLOSED):
        found["movement"] = movement_figure(state, room)
        found["own_cards"] = own_cards_figure(state, room)
        found["participation"] = participation_figure(state, room)
    return found


def final(state: State) -> dict[str, Any] | None:
    """The one item the room agreed, or None."""
    settled: Data | None = state["final"]
    return {"card": card(state, settled["card"]), "note": settled["note"]} if settled else None


# --- suggested findings ---


def findings(state: State, room: Room) -> list[str]:
    """Wordings the room may agree, change or drop."""
    found = []
    settled = final(state)
    if settled:
        sentence = words.FOUND_FINAL_NOTE if settled["note"] else words.FOUND_FINAL
        found.append(sentence.format(card=settled["card"]["text"], note=settled["note"]))
    shared = common_figure(state, room)
    for sentence, key, count in (
        (words.FOUND_HIGH, "high", "high"),
        (words.FOUND_LOW, "rejected", "rejected"),
    ):
        named = [
            words.COUNTED.format(card=one["card"]["text"], count=one[count], of=one["of"])
            for one in shared[key][:3]
        ]
        if named:
            found.append(sentence.format(cards=_listed(named)))
    for one in polarised_figure(state, room)["cards"][:2]:
        found.append(
            words.FOUND_SPLIT.format(
                card=one["card"]["text"], high=one["high"], low=one["low"], of=one["of"]
            )
        )
    return found
