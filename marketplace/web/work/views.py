"""What a person must do today."""

from flask import Blueprint

blueprint = Blueprint("work", __name__)
