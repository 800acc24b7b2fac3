"""The WSGI application: `flask --app app …`, `gunicorn app:app`, `waitress-serve app:app`."""

from alliance import create_app

app = create_app()
