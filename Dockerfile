# The service in a container: no root, no shell needed, a root file system that may be read-only.
#
#   docker build -t authsvc .
#   alias run='docker run --rm --read-only --tmpfs /tmp -e AUTHSVC_ISSUER=https://id.example -p 8000:8000 \
#     -v authsvc-data:/var/lib/authsvc/data -v authsvc-keys:/var/lib/authsvc/keys authsvc'
#   run keys init && run db upgrade && run
#
# BASE may be any image with Python 3.11 or newer and its venv module as `python3`.
ARG BASE=python:3.11-slim

# hadolint ignore=DL3006
FROM ${BASE} AS builder

WORKDIR /build
COPY requirements.txt requirements-build.txt ./
# Every archive is checked against its hash, the build backend's too.
RUN python3 -m venv tools \
 && tools/bin/python -m pip install --no-cache-dir --no-deps --require-hashes -r requirements-build.txt \
 && python3 -m venv --without-pip /opt/authsvc \
 && tools/bin/python -m pip --python /opt/authsvc/bin/python install \
      --no-cache-dir --no-deps --require-hashes -r requirements.txt

COPY pyproject.toml README.md LICENSE ./
COPY authsvc authsvc
RUN tools/bin/python -m hatchling build --target wheel --directory dist \
 && tools/bin/python -m pip --python /opt/authsvc/bin/python install \
      --no-cache-dir --no-deps --no-index dist/*.whl

# hadolint ignore=DL3006
FROM ${BASE}

RUN groupadd --gid 10001 authsvc \
 && useradd --uid 10001 --gid authsvc --no-create-home --home-dir /nonexistent \
      --shell /usr/sbin/nologin authsvc \
 && install -d -m 0700 -o authsvc -g authsvc /var/lib/authsvc/data /var/lib/authsvc/keys
COPY --from=builder /opt/authsvc /opt/authsvc

ENV PATH=/opt/authsvc/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    AUTHSVC_DATA_DIRECTORY=/var/lib/authsvc/data \
    AUTHSVC_KEY_DIRECTORY=/var/lib/authsvc/keys

USER 10001:10001
WORKDIR /var/lib/authsvc
VOLUME ["/var/lib/authsvc/data", "/var/lib/authsvc/keys"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python3", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["authsvc"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
