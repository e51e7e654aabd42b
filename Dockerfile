# The site as a container. Every step is also run, without an engine, by tools/exercise_container_steps.py.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1
WORKDIR /srv/clincalc
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY . .
# Collecting needs no secret: DEMO lets the settings load, and nothing of it stays in the image but static files.
RUN DEMO=1 SECRET_KEY=build python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q clincalc monographs \
    && useradd --system --no-create-home clincalc
USER clincalc
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
# A request says who it is within ten seconds and 16 KB, or is answered 431.
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--workers-kill-timeout", "10", "--http", "1", "--no-ws", "--http1-buffer-size", "16384", "--http1-header-read-timeout", "10000", "clincalc.wsgi:application"]
