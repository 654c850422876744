"""Everything that a process of its own begins by reading. Imported by the process that the others are forked from (`apart.py`)."""

from sqlalchemy.orm import configure_mappers

import marketplace.app  # noqa: F401 - to have read it
import tests.factories  # noqa: F401

configure_mappers()
