"""Log-in, invitations, passwords, sessions and tokens."""

from flask import Blueprint

blueprint = Blueprint("account", __name__)
