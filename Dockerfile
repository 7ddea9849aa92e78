# The app, its command line and PostgreSQL's driver. `docker build -t cnn-builder .`; see docs/how-to/deploy.md.
# The Python that the tests run on, and that constraints.txt was made with.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim-bookworm AS wheel
WORKDIR /source
COPY pyproject.toml requirements.txt requirements-export.txt requirements-cluster.txt requirements-accounts.txt README.md LICENSE .gitignore app.py ./
COPY .streamlit .streamlit
COPY pages pages
COPY docs/lessons.md docs/lessons.md
COPY cnn_builder cnn_builder
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheel .

FROM python:${PYTHON}-slim-bookworm
# The packages first: a layer that stays while the app changes.
COPY constraints.txt requirements.txt requirements-cluster.txt requirements-accounts.txt /tmp/
RUN pip install --no-cache-dir -c /tmp/constraints.txt -r /tmp/requirements.txt -r /tmp/requirements-cluster.txt \
    -r /tmp/requirements-accounts.txt
COPY --from=wheel /wheel /tmp/wheel
RUN pip install --no-cache-dir --no-deps /tmp/wheel/*.whl

# Nothing is written but to /data (and /tmp): the container can be started read-only.
RUN useradd --system --uid 10001 --create-home cnn-builder && install -d -o cnn-builder -g cnn-builder /data
ENV CNN_BUILDER_HOME=/data PORT=8501 PYTHONUNBUFFERED=1
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://localhost:{os.environ[\"PORT\"]}/_stcore/health', timeout=5)"]
# `docker run cnn-builder train L1 --dataset mnist_sample` works as well.
ENTRYPOINT ["cnn-builder"]
CMD ["run", "--address", "0.0.0.0", "--no-browser"]
