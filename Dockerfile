# One image for web, worker, beat and migrate; docker-compose.yml says which is which.

# What is needed to make the portal's environment stays behind in here: uv, pip, caches.
FROM python:3.12-slim AS builder
ENV PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /opt/portal

# The requirements change seldom: a layer of their own. The environment has no pip.
COPY requirements/uv.txt requirements/production.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
    && python -m venv --without-pip .venv \
    && uv pip install --python .venv/bin/python --no-cache --compile-bytecode --require-hashes -r requirements/production.txt

# What the portal would otherwise make at each start: bytecode, the Russian catalogue, static files with their hashes.
COPY . .
ENV PATH=/opt/portal/.venv/bin:$PATH
RUN python -m courseportal.translations locale \
    && PORTAL_DATA_DIR=/tmp/build PORTAL_STATIC_ROOT=/opt/portal/staticfiles SECRET_KEY=only-for-collectstatic \
       python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q courseportal people schedule perks grading manage.py

FROM python:3.12-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PATH=/opt/portal/.venv/bin:$PATH \
    PORTAL_DATA_DIR=/data PORTAL_STATIC_ROOT=/opt/portal/staticfiles
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin portal \
    && install -d -o portal -g portal -m 0700 /data
WORKDIR /opt/portal
COPY --from=builder /opt/portal /opt/portal
USER portal
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "courseportal.processes", "web"]
