"""Where a photo was taken, as far as its EXIF tells: read before the picture is encoded anew, only to be offered to the sender."""

from typing import Any

from PIL import Image

from marketplace.kernel.geo import Point

_GPS_IFD = 0x8825
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 1, 2, 3, 4


def position_of(image: Image.Image) -> Point | None:
    """The camera's position; None when it is absent, broken, or outside the area where a lot may lie."""
    try:
        gps = image.getexif().get_ifd(_GPS_IFD)
        lat = _degrees(gps[_LATITUDE], gps[_LATITUDE_REF], "S")
        lon = _degrees(gps[_LONGITUDE], gps[_LONGITUDE_REF], "W")
        return Point(round(lat, 6), round(lon, 6))
    except Exception:
        return None


def _degrees(parts: Any, reference: str, negative: str) -> float:
    """Degrees, minutes and seconds to decimal degrees."""
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if str(reference).strip().upper().startswith(negative) else value
