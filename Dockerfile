# Obrolan's server, with `obrolan` for everything else. docs/cluster-runbook.md says how to run it. Debian's Node and not
# Alpine's, because the tests and the benchmark run on Debian.
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
# For a server that keeps its data itself; with a database nothing is written, and the image can be mounted read-only.
RUN install --directory --owner=node --group=node --mode=0700 /var/lib/obrolan \
  && ln -s /opt/obrolan/bin/obrolan.js /usr/local/bin/obrolan
ENV NODE_ENV=production OBROLAN_LISTEN=0.0.0.0:50051 OBROLAN_DATA=/var/lib/obrolan
USER node
EXPOSE 50051
# That the process is up. Whether it takes calls (`obrolan health`) is for whoever sends calls to it: a node whose database is away still
# serves those who are in the room, and is not to be replaced.
HEALTHCHECK --interval=30s --timeout=10s --start-period=40s --retries=3 CMD ["node", "bin/obrolan.js", "health", "--liveness"]
ENTRYPOINT ["node", "bin/obrolan.js"]
CMD ["serve"]
