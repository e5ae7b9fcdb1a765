"""Runs outlive the code they were started with: their state is brought up to the present version."""

from exchange.live.discovery import activity_of
from exchange.live.models import Run
from exchange.live.plugin import Activity


def brought_up(run: Run) -> Activity:
    """The run's activity; `run.state` is of its version from here on (kept with the next move)."""
    activity = activity_of(run.activity)
    if run.version < activity.version and run.state:
        run.state = activity.upgrade(run.state, run.version)
        run.version = activity.version
    return activity
