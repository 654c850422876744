"""Photos."""

from flask import Blueprint

blueprint = Blueprint("media", __name__)
