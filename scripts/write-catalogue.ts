// Writes docs/catalogue.md from integrations/*.json; test/catalogue fails when the two differ.
import { writeFileSync } from "node:fs";
import { describeCatalogue } from "#test/catalogue/describe-catalogue";
import { readCatalogueEntries } from "#test/catalogue/sample-answers";

writeFileSync(new URL("../docs/catalogue.md", import.meta.url), describeCatalogue(readCatalogueEntries()));
