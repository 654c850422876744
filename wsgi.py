"""What a WSGI server imports: the app with the settings of the environment, and nothing else."""

from config import Config
from marketplace.app import create_app
from marketplace.kernel.collecting import collect_less

app = create_app(Config())
collect_less()
