# syntax=docker/dockerfile:1
# Node 24 is the long-term support release; CI runs the demo and the unit tests on it.
# Build: everything, compiled.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY scripts ./scripts
COPY src ./src
RUN npm run build

# The dependencies of the running program. The embedded PostgreSQL is among them, so `docker run dunlin` works without any other server.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    NODE_OPTIONS="--enable-source-maps --max-semi-space-size=32" \
    HOST=0.0.0.0 \
    PORT=8025 \
    DUNLIN_DATA_DIR=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY drizzle ./drizzle
COPY templates ./templates
RUN ln -s /app/dist/main.js /usr/local/bin/dunlin && chmod +x dist/main.js \
 && mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8025
# The API answers on /healthz; a worker has no port: its container is healthy as long as its process runs (override with `healthcheck: { disable: true }`).
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1: it handles SIGTERM itself and drains.
ENTRYPOINT ["dunlin"]
CMD ["start"]
