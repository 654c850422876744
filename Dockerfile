# The bank in production: gunicorn behind a buffering proxy, PostgreSQL beside it (compose.yaml), migrations by their own command,
# and from the same image the worker: python -m marketplace.cli.command jobs work
FROM python:3.13-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 APP_ENV=production INSTANCE_PATH=/srv/var
WORKDIR /srv/app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt
COPY . .
RUN python -m compileall -q marketplace && useradd --system bank && install -d -o bank /srv/var
USER bank
VOLUME /srv/var
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=5)"]
CMD ["gunicorn", "wsgi:app", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "3", "--threads", "8", \
     "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
