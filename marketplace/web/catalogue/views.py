"""The catalogue and the page of a lot."""

from flask import Blueprint

blueprint = Blueprint("catalogue", __name__)
