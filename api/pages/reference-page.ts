import { problemCodes, type ProblemCode } from "#core/domain/problem/domain-error";
import { titles } from "../problem.ts";
import type { OpenApiDocument } from "../openapi/openapi-types.ts";
import { escapeHtml, renderInline, renderMarkdown } from "./markdown.ts";
import { renderMethod, renderOperation, type Route } from "./render-operation.ts";
import { renderFields } from "./render-schema.ts";

interface Group {
  readonly name: string;
  readonly description: string;
  readonly routes: readonly Route[];
}

/** The body of the reference: every route of the document by its tag, then the shapes and the problems that they name. */
export function renderReference(document: OpenApiDocument): string {
  const groups = groupByTag(document);
  const ways = groups.map(renderWays).join("") + otherWays;
  return `<div class="frame">
    <nav class="side" aria-label="Routes">${ways}</nav>
    <main class="main">
      <details class="small-menu"><summary>All routes</summary><nav aria-label="All routes">${ways}</nav></details>
      <div class="intro"><h1>API reference</h1><div class="prose">${renderMarkdown(document.info.description)}</div></div>
      ${groups.map((group) => renderGroup(document, group)).join("")}
      ${renderShapes(document)}
      ${renderProblems()}
    </main>
  </div>`;
}

const otherWays = `<h2>Beside the routes</h2><ul><li><a href="#shapes">Shapes</a></li><li><a href="#problems">Problems</a></li></ul>`;

/** By the order of the tags; tags without a route are left out. */
function groupByTag(document: OpenApiDocument): Group[] {
  const routes = Object.entries(document.paths).flatMap(([path, methods]) => {
    const all = Object.entries(methods).map(([method, operation]) => ({ method, path, operation }));
    // The proxy is one route that takes every method: it is told once, by the one that has a body.
    const isOne = path.startsWith("/proxy/");
    return isOne ? all.filter(({ method }) => method === "post").map((one) => ({ ...one, method: "any" })) : all;
  });
  return document.tags
    .map(({ name, description }) => ({
      name,
      description,
      routes: routes.filter(({ operation }) => operation.tags.includes(name)),
    }))
    .filter((group) => group.routes.length > 0);
}

function anchorOf(name: string): string {
  return `tag-${name.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;
}

function renderWays({ name, routes }: Group): string {
  const items = routes.map(
    ({ method, operation }) =>
      `<li><a href="#${escapeHtml(operation.operationId)}">${renderMethod(method)}<span>${escapeHtml(method === "any" ? "Call the provider" : labelOf(operation.operationId))}</span></a></li>`,
  );
  return `<h2>${escapeHtml(name)}</h2><ul>${items.join("")}</ul>`;
}

/** `listAccounts` as "List accounts": short and alike, where the summaries explain. */
function labelOf(operationId: string): string {
  const words = operationId.replaceAll(/([A-Z][a-z]*)/g, (word) => ` ${word.toLowerCase()}`);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

function renderGroup(document: OpenApiDocument, { name, description, routes }: Group): string {
  const anchor = anchorOf(name);
  return `<section class="tag" id="${anchor}" aria-labelledby="${anchor}-title">
    <h2 id="${anchor}-title">${escapeHtml(name)}</h2><p>${renderInline(description)}</p>
    ${routes.map((route) => renderOperation(document, route)).join("")}
  </section>`;
}

function renderShapes(document: OpenApiDocument): string {
  const items = Object.entries(document.components.schemas)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, schema]) => {
      const fields = renderFields(document, schema, [name]);
      return `<li id="shape-${escapeHtml(name)}"><h3><a class="anchor" href="#shape-${escapeHtml(name)}"><code>${escapeHtml(name)}</code></a></h3>
        <p>${renderInline(schema.description ?? "")}</p>${fields}</li>`;
    });
  return `<section class="tag" id="shapes" aria-labelledby="shapes-title"><h2 id="shapes-title">Shapes</h2>
    <p>What bodies and answers are made of.</p><ul class="shapes">${items.join("")}</ul></section>`;
}

function renderProblems(): string {
  const items = (Object.keys(problemCodes) as ProblemCode[]).map(
    (code) =>
      `<li><span class="status">${problemCodes[code]}</span><a href="/api/v1/problems/${code}">${code}</a><span>${escapeHtml(titles[code])}</span></li>`,
  );
  return `<section class="tag" id="problems" aria-labelledby="problems-title"><h2 id="problems-title">Problems</h2>
    <p>Every error is one of these. The page of each says what it means, whose move it is and what to do.</p>
    <ul class="codes-table">${items.join("")}</ul></section>`;
}
