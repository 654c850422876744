"""Pages about the site itself."""

from flask import Blueprint

blueprint = Blueprint("site", __name__)
