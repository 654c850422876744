"""People, depots and material use."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__)
