# Obrolan's server, with `obrolan` for all other commands. docs/cluster-runbook.md says how to run it. The image uses
# Debian and not Alpine, because the tests and the benchmark run on Debian.
FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json tsconfig.client.json ./
COPY scripts/build.ts scripts/declarations.ts scripts/run.ts scripts/
COPY src src
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
WORKDIR /opt/obrolan
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY bin bin
COPY LICENSE ./
# The data folder of a server with SQLite. With PostgreSQL the server writes no file, and the container can be
# read-only.
RUN install --directory --owner=node --group=node --mode=0700 /var/lib/obrolan \
  && ln -s /opt/obrolan/bin/obrolan.js /usr/local/bin/obrolan
ENV NODE_ENV=production OBROLAN_LISTEN=0.0.0.0:50051 OBROLAN_DATA=/var/lib/obrolan
USER node
EXPOSE 50051
# This checks only that the process is alive. The proxy checks whether the node accepts calls (`obrolan health`). A node
# that cannot reach its database still serves its connected clients, so nothing should replace it.
HEALTHCHECK --interval=30s --timeout=10s --start-period=40s --retries=3 \
  CMD ["node", "bin/obrolan.js", "health", "--liveness"]
ENTRYPOINT ["node", "bin/obrolan.js"]
CMD ["serve"]
