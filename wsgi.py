"""What a WSGI server imports: the app with the settings of the environment, and nothing else."""

from config import Config
from marketplace.app import create_app

app = create_app(Config())
