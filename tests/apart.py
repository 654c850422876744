"""Processes of their own, for tests of what several do at once: forked from one that has read the application and does nothing else.

None of them shares anything with the test or with another one, and none has to read the application again, which takes a second.
Where processes cannot be forked they begin from nothing.
"""

import multiprocessing
from multiprocessing.context import ForkServerContext, SpawnContext

APART: ForkServerContext | SpawnContext
if "forkserver" in multiprocessing.get_all_start_methods():
    APART = multiprocessing.get_context("forkserver")
    APART.set_forkserver_preload(["tests.awake"])
else:
    APART = multiprocessing.get_context("spawn")
