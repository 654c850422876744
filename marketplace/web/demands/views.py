"""What is sought."""

from flask import Blueprint

blueprint = Blueprint("demands", __name__)
