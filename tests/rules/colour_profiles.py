"""Small ICC profiles of a matrix and a gamma, made here because those of vendors may not be copied."""

import struct

# Columns of the matrix to XYZ under D50, as the public specifications of the two spaces give them, and the gamma.
DISPLAY_P3 = (((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)), None)
ADOBE_RGB = (((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)), 2.19921875)
Space = tuple[tuple[tuple[float, float, float], ...], float | None]


def icc(space: Space) -> bytes:
    """The profile's bytes; a gamma of None stands for the curve of sRGB, which Display P3 shares."""
    columns, gamma = space
    parameters = [gamma] if gamma else [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]
    curve = b"para\0\0\0\0" + struct.pack(">HH", 0 if gamma else 3, 0) + b"".join(_fixed(value) for value in parameters)
    tags = {
        b"desc": _text("Test"),
        b"cprt": _text("Public domain"),
        b"wtpt": _xyz((0.96420, 1.0, 0.82491)),
        **{name + b"XYZ": _xyz(column) for name, column in zip((b"r", b"g", b"b"), columns, strict=True)},
        **{name + b"TRC": curve for name in (b"r", b"g", b"b")},
    }
    table, body, start = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content + b"\0" * (-len(content) % 4)
    header = struct.pack(
        ">I4sI4s4s4s12s4s", start + len(body), b"\0" * 4, 0x04300000, b"mntr", b"RGB ", b"XYZ ", b"\0" * 12, b"acsp"
    )
    header += b"\0" * 28 + _fixed(0.96420) + _fixed(1.0) + _fixed(0.82491)
    return header.ljust(128, b"\0") + table + body


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(_fixed(value) for value in values)


def _text(words: str) -> bytes:
    encoded = words.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(encoded), 28) + encoded
