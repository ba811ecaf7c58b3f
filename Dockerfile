# The image of the worker. It also contains the HTTP server (dist/http/main.js), ccectl and the simulator:
#   docker build --tag cce-orchestrator .
#   docker run --rm cce-orchestrator node dist/cli/main.js --help
# docs/deployment.md describes how to run it. The base is Debian because Temporal's native library needs glibc.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
# .dockerignore lists what is copied.
COPY . .
RUN npm run build

FROM node:24-bookworm-slim
# Temporal's native library reads the system's root certificates, which the base image lacks.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
# Git is not available here. To set the version: docker build --build-arg CCE_WORKER_BUILD_ID="$(git rev-parse --short HEAD)"
ARG CCE_WORKER_BUILD_ID=
# The worker keeps many small objects for a long time. These settings halve its memory (docs/scale.md).
ENV NODE_ENV=production \
  CCE_WORKER_BUILD_ID=$CCE_WORKER_BUILD_ID \
  NODE_OPTIONS="--max-semi-space-size=16 --max-old-space-size=512" \
  MALLOC_ARENA_MAX=1 \
  MALLOC_TRIM_THRESHOLD_=131072 \
  CCE_HTTP_PORT=9464
WORKDIR /app
COPY LICENSE package.json package-lock.json ./
# The package contains the native library for all systems. Those for other systems take 80 MB.
RUN npm ci --omit=dev --ignore-scripts \
  && npm cache clean --force \
  && rm -rf node_modules/@temporalio/core-bridge/releases/*-apple-* node_modules/@temporalio/core-bridge/releases/*-windows-*
COPY --from=build /app/dist ./dist
# The user `node`. Kubernetes can tell from a number that it is not root.
USER 1000:1000
EXPOSE 9464
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.CCE_HTTP_PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
# Runs as process 1 without an init: the worker handles SIGTERM itself, and starts nothing that an init would have to reap.
CMD ["node", "dist/worker/main.js"]
