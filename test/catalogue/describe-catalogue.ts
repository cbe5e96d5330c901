import type { IntegrationDocument } from "#core/domain/integration/integration-document";
import { oauthConfigOf } from "#core/domain/integration/integration-document";
import type { CatalogueEntry } from "./sample-answers.ts";

/** docs/catalogue.md: what stands in integrations/, in a table that people read. */
export function describeCatalogue(entries: readonly CatalogueEntry[]): string {
  const rows = entries.map(({ document, answers }) =>
    [
      `[${document.label ?? document.name}](../integrations/${document.name}.json)`,
      `\`${document.name}\``,
      document.category ?? "",
      credentials(document),
      life(document),
      rotation(document),
      `${answers.samples.length}`,
      sources(document),
    ].join(" | "),
  );
  const head = ["Service", "Name", "Category", "Credentials", "Access token", "Refresh token", "Samples", "Sources"];
  return `# The catalogue

${entries.length} services that Evergrant knows without being told. Each is a JSON document in [integrations/](../integrations), made from the service's public documentation, with the pages that its facts come from; what could not be verified is said in its \`notes\`. [integrations/samples/](../integrations/samples) holds answers as those pages show them, and \`test/catalogue\` checks that each document makes of them what they mean: tokens, refusals, who was connected, limits, pages.

Each still wants an OAuth client of your own: register one with the service, with the redirect URI that \`GET /api/v1/environment-integrations/{name}\` names, and send it by \`PATCH /api/v1/environment-integration\`. A document that you put under the same name (\`PUT /api/v1/integrations/{name}\`) takes the catalogue's place in your environment.

This page is written by \`node scripts/write-catalogue.ts\`.

| ${head.join(" | ")} |
|${head.map(() => "---").join("|")}|
${rows.map((row) => `| ${row} |`).join("\n")}
`;
}

function credentials({ credentials }: IntegrationDocument): string {
  switch (credentials.format) {
    case "oauth2":
      return credentials.config.pkce.method === "S256" ? "code grant, PKCE" : "code grant";
    case "oauth2_client_credentials":
      return credentials.config.assertion === undefined ? "client credentials" : "JWT bearer";
    case "api_key":
      return "API key";
    case "basic":
      return "basic";
    case "custom":
      return "custom";
  }
}

function life(document: IntegrationDocument): string {
  const config = oauthConfigOf(document);
  if (config === null) return "no end";
  return config.tokenExpiryDuration === undefined ? "as told" : `as told, else ${inWords(config.tokenExpiryDuration)}`;
}

function rotation(document: IntegrationDocument): string {
  const config = oauthConfigOf(document);
  if (config === null || document.credentials.format === "oauth2_client_credentials") return "";
  const { rotation: rule, idleLifetimeSeconds: idle, absoluteLifetimeSeconds: absolute } = config.refresh;
  const words = {
    none: "stays",
    grace: `new each time, old one honoured for ${inWords(rule.graceSeconds)}`,
    single_use: "single use",
    family_revocation: "single use, reuse ends the grant",
  }[rule.rule];
  return [
    words,
    ...(idle === null ? [] : [`${inWords(idle)} unused`]),
    ...(absolute === null ? [] : [`${inWords(absolute)} at most`]),
  ].join("; ");
}

function sources({ sources: pages }: IntegrationDocument): string {
  return (pages ?? []).map((page, index) => `[${index + 1}](${page})`).join(" ");
}

function inWords(seconds: number): string {
  const units: [number, string][] = [
    [86_400, "days"],
    [3_600, "h"],
    [60, "min"],
  ];
  const [size, unit] = units.find(([one]) => seconds >= one && seconds % one === 0) ?? [1, "s"];
  return `${seconds / size} ${unit}`;
}
