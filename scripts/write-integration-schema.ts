// Writes integrations/schema.json from the zod schema, for `npm run format` to lay out; adapters/catalogue/load-catalogue.test.ts
// fails when the two differ.
import { writeFileSync } from "node:fs";
import { integrationJsonSchema } from "#core/domain/integration/integration-json-schema";

writeFileSync(
  new URL("../integrations/schema.json", import.meta.url),
  `${JSON.stringify(integrationJsonSchema(), null, 2)}\n`,
);
