"""From request to confirmation."""

from flask import Blueprint

blueprint = Blueprint("reservations", __name__)
