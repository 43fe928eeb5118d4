# One image for web, worker, beat and migrate; docker-compose.yml says which is which.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PATH=/opt/portal/.venv/bin:$PATH \
    PORTAL_DATA_DIR=/data PORTAL_STATIC_ROOT=/opt/portal/staticfiles
WORKDIR /opt/portal

# The requirements change seldom: a layer of their own.
COPY requirements/uv.txt requirements/run.txt requirements/
RUN python -m venv .venv \
    && pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
    && uv pip install --no-cache --compile-bytecode --require-hashes -r requirements/run.txt

COPY . .
RUN useradd --system --uid 10001 --home-dir /data portal \
    && install -d -o portal -g portal /data \
    && python -m courseportal.translations locale \
    && PORTAL_DATA_DIR=/tmp/build SECRET_KEY=only-for-collectstatic python manage.py collectstatic --no-input --verbosity 0 \
    && rm -r /tmp/build

USER portal
VOLUME /data
EXPOSE 8000
CMD ["granian", "--interface=wsgi", "--host=0.0.0.0", "--port=8000", "courseportal.wsgi:application"]
