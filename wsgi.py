"""What a web server loads: ``gunicorn wsgi:app``. The configuration comes from the environment."""

import gc
import os
import sys

import config
from kleinstadt_net import create_app
from kleinstadt_net.services import installation, reading_ahead

try:
    # There is no default on purpose: a server started without a word must not pretend to be one kind.
    app = create_app(config.load(os.environ.get("KLEINSTADT_CONFIG", "")))
    installation.refuse_demonstration_in_production(app)
except (ValueError, installation.DemonstrationInProduction) as error:
    sys.exit(f"Configuration: {error}")

# Commands load this file, too, and have no use for it; gunicorn says that it is one of its workers.
if "SERVER_SOFTWARE" in os.environ:
    with app.app_context():
        reading_ahead.read()

# What is loaded by now stays for good. Without this Python looks through all of it again and again, which costs
# a round of 2,300 towns a third of its time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
