"""The settings of a site in that language, for a server of its own: PSEUDO names its folder."""

import os
from pathlib import Path

from exchange.settings import *  # noqa: F403
from exchange.settings import CONTENT_DIRS
from tests.pseudo.catalogue import LANGUAGE

FOLDER = Path(os.environ["PSEUDO"])
LANGUAGE_CODE = LANGUAGE
LANGUAGES = [(LANGUAGE, "Other letters")]
LOCALE_PATHS = [FOLDER / "locale"]
CONTENT_DIRS = [*CONTENT_DIRS, FOLDER / "content"]
