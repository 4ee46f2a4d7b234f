# Inspects photos: processor only, no TensorFlow, no root, on a read-only root (docs/container.md).
FROM python:3.13.5-slim-bookworm AS build

WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY src src
RUN python -m venv /opt/crackscope \
    && /opt/crackscope/bin/pip install --no-cache-dir -c constraints.txt ".[pdf]"

FROM python:3.13.5-slim-bookworm

COPY --from=build /opt/crackscope /opt/crackscope
# Nothing but /tmp and the mounted results is written, whoever runs it.
ENV PATH=/opt/crackscope/bin:$PATH \
    HOME=/tmp \
    TMPDIR=/tmp \
    XDG_CACHE_HOME=/tmp/cache \
    XDG_CONFIG_HOME=/tmp/config \
    PYTHONDONTWRITEBYTECODE=1 \
    ORT_DISABLE_TELEMETRY=1
RUN install -d -o 10001 -g 10001 /results
USER 10001:10001
WORKDIR /results
ENTRYPOINT ["crackscope"]
CMD ["--help"]
