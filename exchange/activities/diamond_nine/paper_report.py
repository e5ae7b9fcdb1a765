"""The result report as blocks: headings, sentences, lists, tables and diamonds, in the order of the
session's page. Takes what `see` gives the record, so it can show nothing else."""

from typing import Any

from exchange.activities.diamond_nine import paper_words as said
from exchange.live.plugin import Data

Block = dict[str, Any]


def blocks(seen: Data, about: Data) -> list[Block]:
    """Every block of the report. seen: the record; about: how the session was held."""
    figures = seen["figures"]
    agreed = seen["final"]["card"]["code"] if seen["final"] else ""
    return [
        *_findings(about),
        *_final(seen["final"]),
        *_figure(figures["consensus"], _consensus(figures["consensus"], agreed)),
        *_figure(figures["agreement"], _agreement(figures["agreement"])),
        *_figure(figures["common"], _most(figures["common"], said.OF_GROUPS)),
        *_figure(figures["alone"], _most(figures["alone"], said.OF_PEOPLE)),
        *_figure(figures["polarised"], _split(figures["polarised"])),
        *_figure(figures["vote"], _vote(figures["vote"])),
        *_figure(figures["movement"], _movement(figures["movement"])),
        *_groups(seen, agreed),
        *_own_cards(figures["own_cards"]),
        *_figure(figures["participation"], _participation(figures["participation"], about)),
        _heading(said.ALL_CARDS),
        _list([card["text"] for card in seen["cards"]]),
    ]


def _heading(text: str, level: int = 2) -> Block:
    return {"kind": "heading", "text": text, "level": level}


def _text(text: str) -> Block:
    return {"kind": "text", "text": text}


def _soft(text: str) -> Block:
    return {"kind": "soft", "text": text}


def _list(items: list[str]) -> Block:
    return {"kind": "list", "items": items} if items else _text(said.NO_CARD)


def _reading(figure: Data) -> Block:
    return _soft(f"{figure['how_to_read']} {said.NOT_SHOWN} {figure['does_not_show']}")


def _figure(figure: Data, inside: list[Block]) -> list[Block]:
    body = [_text(figure["why_not"])] if figure["why_not"] else inside
    return [_heading(figure["title"]), *body, _reading(figure)]


def _findings(about: Data) -> list[Block]:
    found: list[Block] = [_heading(said.FINDINGS_HEAD)]
    for finding in about["findings"]:
        found.append({"kind": "strong", "text": finding["text"]})
        if finding["dissent"]:
            found += [_text(said.SEEN_DIFFERENTLY), _list(finding["dissent"])]
    return found if about["findings"] else [*found, _text(said.NO_FINDINGS)]


def _final(final: Data | None) -> list[Block]:
    if not final:
        return []
    note = [_text(final["note"])] if final["note"] else []
    return [_heading(said.AGREED), {"kind": "strong", "text": final["card"]["text"]}, *note]


def _places(rows: list[Data], agreed: str) -> list[list[Data]]:
    return [
        [
            {"text": place["card"]["text"] if place["card"] else said.EMPTY,
             "agreed": bool(place["card"]) and place["card"]["code"] == agreed,
             "empty": not place["card"]}
            for place in row["places"]
        ]
        for row in rows
    ]  # fmt: skip


def _consensus(figure: Data, agreed: str) -> list[Block]:
    if figure["why_not"]:
        return []
    rows = []
    for row in figure["rows"]:
        places = [{"text": card["text"], "agreed": card["code"] == agreed, "empty": False}
                  for card in row["cards"]]  # fmt: skip
        for tie in row["tied"]:
            name = said.TIE.format(number=tie["number"])
            places += [{"text": name, "agreed": False, "empty": True} for _ in tie["spots"]]
        rows.append(places)
    ties = [f"{said.TIE.format(number=at)}: {one}" for at, one in enumerate(figure["ties"], 1)]
    return [
        _soft(said.FROM_SORTS.format(count=figure["sorters"])),
        {"kind": "diamond", "rows": rows},
        *([_list(ties)] if ties else []),
    ]


def _agreement(figure: Data) -> list[Block]:
    if figure["why_not"]:
        return []
    return [_text(" ".join(part for part in (figure["sentence"], figure["yet"]) if part))]


def _most(figure: Data, sentence: str) -> list[Block]:
    heads = {
        said.OF_GROUPS: (said.HIGH_GROUPS, said.LOW_GROUPS),
        said.OF_PEOPLE: (said.HIGH_PEOPLE, said.LOW_PEOPLE),
    }[sentence]
    found: list[Block] = []
    for head, key in zip(heads, ("high", "rejected"), strict=True):
        counts = [
            sentence.format(card=one["card"]["text"], count=one[key], of=one["of"])
            for one in figure[key]
        ]
        found += [_heading(head, 3), _list(counts)]
    return found


def _split(figure: Data) -> list[Block]:
    if not figure["cards"]:
        return [_text(figure.get("none", ""))]
    return [
        _list(
            [
                said.SPLIT.format(
                    card=one["card"]["text"], high=one["high"], low=one["low"], of=one["of"]
                )
                for one in figure["cards"]
            ]
        )
    ]


def _vote(figure: Data) -> list[Block]:
    if figure["why_not"]:
        return []
    votes = [said.VOTES.format(card=o["card"]["text"], votes=o["votes"]) for o in figure["cards"]]
    return [_list(votes), _soft(said.VOTED.format(count=figure["cast"]))]


def _movement(figure: Data) -> list[Block]:
    if figure["why_not"]:
        return []
    rows = [
        [one["card"]["text"], *(f"{one[key]:.1f}" for key in ("alone", "group", "moved"))]
        for one in figure["cards"]
    ]
    table = {"kind": "table", "columns": said.MOVED_HEAD, "rows": rows, "numbers": [1, 2, 3]}
    return [_soft(said.MOVED.format(count=figure["sorters"])), table]


def _groups(seen: Data, agreed: str) -> list[Block]:
    if not seen["boards"]:
        return []
    found: list[Block] = [_heading(seen["reading"]["title"]), _reading(seen["reading"])]
    for board in seen["boards"]:
        found += [
            _heading(said.GROUP.format(letter=board["group"]), 3),
            {"kind": "diamond", "rows": _places(board["rows"], agreed)},
            *([] if board["full"] else [_soft(said.NOT_FULL)]),
            *_talk(board, seen["challenges"]),
        ]
    return found


def _talk(board: Data, challenges: list[Data]) -> list[Block]:
    """What a group said of its diamond, and what it was asked."""
    found: list[Block] = []
    if board["argued"]:
        names = "; ".join(card["text"] for card in board["argued"])
        found.append(_text(said.ARGUED_OVER.format(cards=names)))
    reasons = [f"{one['card']['text']}: {line['text']}" for one in board["reasons"]
               for line in one["lines"]]  # fmt: skip
    if reasons:
        found += [_text(said.REASONS), _list(reasons)]
    if board["dissent"]:
        found += [_text(said.SEEN_DIFFERENTLY), _list([line["text"] for line in board["dissent"]])]
    for line in challenges:
        if line["group"] == board["group"]:
            card = line["card"]["text"] if line["card"] else ""
            sentence = said.ASKED if card else said.ASKED_ALL
            found.append(_soft(sentence.format(card=card, text=line["text"])))
    return found


def _own_cards(figure: Data) -> list[Block]:
    if not figure["cards"]:
        return []
    texts = [one["card"]["text"] for one in figure["cards"]]
    return [_heading(figure["title"]), _list(texts), _reading(figure)]


def _participation(figure: Data, about: Data) -> list[Block]:
    names = {one["key"]: about["school_names"].get(one["key"], said.OTHERS)
             for one in figure["schools"]["shown"]}  # fmt: skip
    counts = [(names[one["key"]], one["count"]) for one in figure["schools"]["shown"]]
    counts += [(said.OTHERS, n) for n in [figure["schools"]["others"]] if n]
    roles = [(one["name"], one["count"]) for one in figure["roles"]["shown"]]
    roles += [(said.OTHERS, n) for n in [figure["roles"]["others"]] if n]
    lists = [
        block
        for head, rows in ((said.SCHOOLS, counts), (said.ROLES, roles))
        if rows
        for block in (
            _heading(head, 3),
            _list([said.COUNT.format(name=name, count=count) for name, count in rows]),
        )
    ]
    return [_text(said.TOOK_PART.format(**{k: figure[k] for k in ("people", "phones", "groups")})),
            *lists]  # fmt: skip
