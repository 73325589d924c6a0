# The dashboard in shared mode, without training. docker build -t ser-dashboard . && docker run -p 8501:8501 ser-dashboard
# The image holds PyAV, whose wheels carry FFmpeg with parts under the GPL: whoever passes the image on passes those on too.
# The digest is of Docker's own list (github.com/docker-library/repo-info, commit 9abea646); the image was not pulled where this was written.
FROM python:3.12.14-slim-trixie@sha256:e5c9fa26ffb76e11e0f054f30dc2523a2f9693f0c36c0cf1e39b27e152d899fc

# The user that Hugging Face Spaces runs containers as.
RUN useradd --create-home --uid 1000 ser
WORKDIR /app
COPY requirements-serve.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-serve.lock
COPY LICENSE streamlit_app.py ./
COPY .streamlit/config.toml .streamlit/config.toml
COPY ser_core ser_core
COPY pages pages
COPY artifacts artifacts
COPY docs/lessons docs/lessons
RUN mkdir /home/ser/ser-home && chown ser /home/ser/ser-home

USER ser
# Mount a volume at SER_HOME to keep what people who signed in make.
ENV SER_MODE=shared SER_TRAINING=off SER_HOME=/home/ser/ser-home PORT=8501 PYTHONUNBUFFERED=1 NUMBA_CACHE_DIR=/tmp/numba
EXPOSE 8501
HEALTHCHECK --start-period=60s CMD python -c "import os, urllib.request; urllib.request.urlopen(f'http://localhost:{os.environ[\"PORT\"]}/_stcore/health')"
CMD ["sh", "-c", "exec streamlit run streamlit_app.py --server.address 0.0.0.0 --server.port \"$PORT\" --server.headless true"]
