"""Figures and goals."""

from flask import Blueprint

blueprint = Blueprint("figures", __name__)
