"""Finding the activities: every folder with an activity.py in ACTIVITY_DIRS; nothing to register."""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from django.template import Origin, TemplateDoesNotExist
from django.template.loaders.base import Loader
from django.utils._os import safe_join

from exchange.live.plugin import Activity

SHOWN = (".js", ".css", ".svg", ".png")
LONGEST_NAME = 255  # file systems refuse to look for more


class UnknownActivity(LookupError):
    """No folder holds an activity of that key."""


def activities() -> dict[str, Activity]:
    """key -> activity, of every folder found, by title."""
    return _read(tuple(settings.ACTIVITY_DIRS))


def activity_of(key: str) -> Activity:
    """The activity of that key, or UnknownActivity."""
    try:
        return activities()[key]
    except KeyError:
        raise UnknownActivity(key) from None


def folder_of(key: str) -> Path:
    """Where the activity's files are."""
    for folder in map(Path, settings.ACTIVITY_DIRS):
        if (folder / key / "activity.py").is_file():
            return folder / key
    raise UnknownActivity(key)


@lru_cache(maxsize=8)
def _read(folders: tuple[Path | str, ...]) -> dict[str, Activity]:
    paths = [path for one in folders for path in sorted(Path(one).glob("*/activity.py"))]
    found = [_load(path) for path in paths]
    return {activity.key: activity for activity in sorted(found, key=lambda a: a.title)}


def _load(path: Path) -> Activity:
    """Import one activity.py. Outside the package it becomes a package of its own name, so that
    `from .play import ...` works there too."""
    folder = path.parent
    house = Path(__file__).resolve().parent.parent
    if folder.resolve().is_relative_to(house):
        name = "exchange." + ".".join(folder.resolve().relative_to(house).parts)
    else:
        name = f"exchange_activity_{folder.name}"
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        if not (folder / "__init__.py").is_file():
            spec = importlib.util.spec_from_loader(name, None, is_package=True)
        if spec is None:
            raise UnknownActivity(folder.name)
        package = importlib.util.module_from_spec(spec)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    module = importlib.import_module(f"{name}.activity")
    activity: Activity = module.ACTIVITY
    if activity.key != folder.name:
        raise ValueError(f"{path}: the key {activity.key!r} must be the folder's name")
    return activity


class ActivityTemplates(Loader):
    """`diamond_nine/board.html` -> board.html in the activity's folder; its pictures likewise."""

    def get_template_sources(self, template_name: str) -> Iterator[Origin]:
        key, _, rest = template_name.partition("/")
        if not rest.endswith((".html", ".svg")):
            return
        for folder in settings.ACTIVITY_DIRS:
            if (Path(folder) / key / "activity.py").is_file():
                yield Origin(str(safe_join(Path(folder) / key, rest)), template_name, self)

    def get_contents(self, origin: Origin) -> str:
        try:
            return Path(str(origin.name)).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise TemplateDoesNotExist(origin) from None


class ActivityStatic(BaseFinder):
    """Scripts, styles and pictures of the activity folders, under `activities/<key>/`; no source."""

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        root, _, rest = path.replace("\\", "/").partition("/")
        key, _, name = rest.partition("/")
        if key not in activities() or len(name) > LONGEST_NAME:
            return []
        found = [
            str(Path(folder) / key / name)
            for folder in settings.ACTIVITY_DIRS
            if root == "activities" and "/" not in name and name.endswith(SHOWN)
            if (Path(folder) / key / name).is_file()
        ]
        return found if find_all or not found else found[0]

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        for folder in map(Path, settings.ACTIVITY_DIRS):
            for path in sorted(folder.glob("*/*")):
                if path.suffix in SHOWN:
                    storage = FileSystemStorage(location=str(path.parent))
                    storage.prefix = f"activities/{path.parent.name}"  # type: ignore[attr-defined]
                    yield path.name, storage
