"""The WSGI application: `flask --app app …`, `gunicorn app:app`, `waitress-serve app:app`."""

import gc

# What is loaded now stays as long as the process does. It is not looked through for garbage while it comes in, and set
# aside afterwards: each full collection would walk through all of it, a fifth of a second, while somebody waits.
gc.disable()

from alliance import create_app  # noqa: E402 - loading it is what takes long

app = create_app()

gc.freeze()
gc.enable()
