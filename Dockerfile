FROM python:3.13-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements/app.txt requirements/app.txt
RUN /venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements/app.txt

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 DATA_DIR=/data
RUN useradd --system --uid 1000 --home-dir /data --create-home gesso
WORKDIR /app
COPY --from=build /venv /venv
COPY manage.py ./
COPY requirements/app.txt requirements/app.txt
COPY providers providers
COPY studio studio
COPY static static
COPY templates templates
USER gesso
VOLUME /data
EXPOSE 8000
CMD ["sh", "-c", "python manage.py prepare && exec uvicorn studio.asgi:application --host 0.0.0.0 --port 8000 --no-access-log"]
