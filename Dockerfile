# One image for the server, the worker and every other command: `docker run tourbase serve`.
FROM python:3.13-slim-trixie AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /build

# Nothing without a hash, and nothing that would have to be compiled.
COPY requirements-runtime.lock requirements-build.lock ./
RUN python -m venv /opt/tourbase \
    && /opt/tourbase/bin/pip install --require-hashes --only-binary :all: -r requirements-runtime.lock \
    && pip install --require-hashes --only-binary :all: -r requirements-build.lock

COPY pyproject.toml README.md ./
COPY auth/ auth/
COPY bootstrap/ bootstrap/
COPY cli/ cli/
COPY db/ db/
COPY domain/ domain/
COPY integrations/ integrations/
COPY jobs/ jobs/
COPY migrations/ migrations/
COPY resolvers/ resolvers/
COPY schema/ schema/
COPY services/ services/
COPY web/ web/
RUN pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/tourbase/bin/pip install --no-deps --no-index dist/*.whl


FROM python:3.13-slim-trixie

RUN useradd --uid 10001 --no-log-init --no-create-home --shell /usr/sbin/nologin tourbase
COPY --from=build /opt/tourbase /opt/tourbase
ENV PATH=/opt/tourbase/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000
WORKDIR /srv
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/health/ready'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["tourbase"]
CMD ["serve"]
