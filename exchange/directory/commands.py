"""What the command line does with the directory."""

import sys
from collections.abc import Sequence
from typing import NoReturn

from tqdm import tqdm

from exchange.directory import audit
from exchange.directory.models import Event
from exchange.directory.register.importing import Report, import_register
from exchange.directory.register.reading import WrongFile

SHOWN = 20


class _Bars:
    """One progress bar after the other on the error stream; none where nobody watches."""

    def __init__(self) -> None:
        self.label = ""
        self.bar: tqdm[NoReturn] | None = None

    def __call__(self, label: str, amount: int, total: int) -> None:
        if label != self.label or self.bar is None:
            self.close()
            self.label = label
            self.bar = tqdm(total=total, desc=label, file=sys.stderr, disable=None, leave=False)
        self.bar.update(amount)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()


def register_import(files: list[str], *, dry_run: bool, register: str | None = None) -> int:
    """Read files of a public register into the directory and print what came of it.

    `register` is needed only where the columns of a file fit more than one register we read.
    Returns the exit status: 0 when the files were read (refused rows are listed), 2 when a file
    could not be read at all, in which case nothing was changed.
    """
    bars = _Bars()
    try:
        reports = import_register(paths=files, register=register, dry_run=dry_run, progress=bars)
    except WrongFile as wrong:
        print(f"{wrong}\nNothing was changed.", file=sys.stderr)
        return 2
    finally:
        bars.close()
    for report in reports:
        print("\n".join(_describe(report)))
    if dry_run:
        print("This was a dry run: nothing was changed.")
    return 0


def _describe(report: Report) -> list[str]:
    lines = [f"{report.name} ({report.kind})"]
    for word, numbers in (
        ("added", report.added),
        ("changed", report.changed),
        ("closed", report.closed),
    ):
        lines.append(f"  {word}: {len(numbers):,}" + _where(numbers))
    lines.append(f"  unchanged: {report.unchanged:,}")
    if report.ended:
        lines.append(f"  ended: {len(report.ended):,}")
        lines += [f"    {sentence}" for sentence in report.ended[:SHOWN]]
        if len(report.ended) > SHOWN:
            lines.append(f"    and {len(report.ended) - SHOWN:,} more")
    for word, refusals in (("left out", report.left_out), ("refused", report.refused)):
        lines.append(f"  {word}: {len(refusals):,}")
        lines += [f"    line {refusal.line}: {refusal.sentence}" for refusal in refusals[:SHOWN]]
        if len(refusals) > SHOWN:
            more = [refusal.line for refusal in refusals[SHOWN:]]
            lines.append(f"    and {len(more):,} more{_where(more)}")
    return lines + [f"  note: {sentence}" for sentence in report.notes]


def _where(numbers: Sequence[int]) -> str:
    """Line numbers in words: ", lines 2–40, 44", cut short after some twenty pieces."""
    pieces: list[list[int]] = []
    for number in numbers:
        if pieces and number == pieces[-1][1] + 1:
            pieces[-1][1] = number
        else:
            pieces.append([number, number])
    if not pieces:
        return ""
    told = [str(a) if a == b else f"{a}–{b}" for a, b in pieces[:SHOWN]]
    return ", lines " + ", ".join(told) + (" and others" if len(pieces) > SHOWN else "")


def audit_verify(head: str) -> int:
    """Walk the chain over the log of events and say what is wrong with it.

    Returns the exit status: 0 when it is whole, 1 when it is not.
    """
    report = audit.verify(head)
    for sentence in report.wrong:
        print(sentence, file=sys.stderr)
    whole = "whole" if not report.wrong else "NOT whole"
    print(f"{report.links:,} links; the log is {whole}. {report.waiting} events wait for a link.")
    if report.head:
        print(f"Last link: {report.head}\nKeep it elsewhere: --head compares with it.")
    return 1 if report.wrong else 0


def audit_show(last: int) -> int:
    """Print the last events, oldest first: when, who (by number), what, about which thing."""
    for event in reversed(Event.objects.order_by("-pk")[:last]):
        who = event.actor_id or "-"
        about = f"{event.subject_kind} {event.subject_id}"
        network = f" network {event.network_id}" if event.network_id else ""
        print(f"{event.at:%Y-%m-%d %H:%M:%S} person {who} {event.verb} {about}{network}")
    return 0
