# One image for api, web and worker: the command says which process a container is.
FROM node:24-slim AS build
WORKDIR /app
# For pkcs11js, which is compiled. They stay behind in this stage.
RUN apt-get update && apt-get install -y --no-install-recommends g++ make python3 && rm -rf /var/lib/apt/lists/*
# What `npm ci` needs: its postinstall script generates the database client from the schema.
COPY package.json package-lock.json .npmrc prisma.config.ts ./
COPY scripts/generate-prisma.mjs scripts/
COPY prisma prisma
RUN npm ci
COPY tsconfig.json next.config.ts postcss.config.mjs LICENSE ./
COPY adapters adapters
COPY api api
COPY app app
COPY cli cli
COPY core core
COPY integrations integrations
COPY scripts scripts
# api serves it to pages that embed connect.
COPY sdk/connect.js sdk/
COPY web web
COPY worker worker
# api serves these pages: the `type` of a problem opens one.
COPY docs/problems docs/problems
RUN npm run build && rm -rf .next/cache && npm prune --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production NEXT_TELEMETRY_DISABLED=1 EVERGRANT_SPOOL_DIR=/var/lib/evergrant/spool
WORKDIR /app
COPY --from=build /app /app
# The spool holds sealed answers while the database is away: mount a volume that outlives the container.
RUN mkdir -p /var/lib/evergrant/spool && chown -R node:node /var/lib/evergrant
VOLUME /var/lib/evergrant/spool
USER node
EXPOSE 3000 3200
# api. The others: node web/main.ts, node worker/main.ts, node scripts/db-migrate.ts
CMD ["node", "api/main.ts"]
