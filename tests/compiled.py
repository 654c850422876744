"""Compiled templates, shared by all apps of one process, and by all processes of a run where TEST_BUILT names a folder."""

import os
from pathlib import Path
from types import CodeType

from jinja2.bccache import Bucket, BytecodeCache, FileSystemBytecodeCache


class Compiled(BytecodeCache):
    """Templates compiled by an earlier app of this process: each test has an app of its own, and compiling takes longer than most tests."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code
        self.codes[bucket.key, bucket.checksum] = bucket.code


def shared() -> BytecodeCache:
    if not os.environ.get("TEST_BUILT"):
        return Compiled()
    folder = Path(os.environ["TEST_BUILT"]).with_name("templates")
    folder.mkdir(parents=True, exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


COMPILED = shared()
