"""The WSGI application: `flask --app app …`, `gunicorn app:app`, `waitress-serve app:app`."""

import gc

from alliance import create_app

app = create_app()

# The program itself stays as long as the process does. Set aside, it is not walked through again and again while
# somebody waits: a full collection took a fifth of a second.
gc.collect()
gc.freeze()
