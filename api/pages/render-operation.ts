import { codesOf } from "../openapi/problem-answers.ts";
import { exampleOf } from "../openapi/example-of.ts";
import type { Answer, Media, OpenApiDocument, Operation, Reference } from "../openapi/openapi-types.ts";
import { escapeHtml, renderInline } from "./markdown.ts";
import { paintJson } from "./paint-json.ts";
import { renderField, renderFields, typeOf } from "./render-schema.ts";

export interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** One route: what it does, takes and answers on the left, and how that looks on the right. */
export function renderOperation(document: OpenApiDocument, route: Route): string {
  const { method, path, operation } = route;
  const id = escapeHtml(operation.operationId);
  return `<article class="route" id="${id}" aria-labelledby="${id}-title">
    <div class="said">
      <h3 id="${id}-title"><a class="anchor" href="#${id}">${escapeHtml(operation.summary)}</a></h3>
      <p class="address">${renderMethod(method)} <code>/api/v1${escapeHtml(path)}</code></p>
      ${operation.description === undefined ? "" : `<p class="lead">${renderInline(operation.description)}</p>`}
      <p class="needs">${renderNeeds(operation)}</p>
      ${renderParameters(document, operation)}
      ${renderBody(document, operation)}
      <h4>Answers</h4>
      ${renderAnswers(document, operation)}
    </div>
    <div class="shown">${renderExamples(document, route)}</div>
  </article>`;
}

export function renderMethod(method: string): string {
  return `<span class="method ${escapeHtml(method)}">${escapeHtml(method === "delete" ? "DEL" : method.toUpperCase())}</span>`;
}

function renderNeeds(operation: Operation): string {
  const permission = operation.security.find((one) => "apiKey" in one)?.["apiKey"]?.[0];
  if (permission !== undefined) return `Needs the permission <code>${escapeHtml(permission)}</code>.`;
  return operation.security.length === 0 ? "Needs no key." : "Needs the session of a signed-in browser.";
}

function renderParameters(document: OpenApiDocument, operation: Operation): string {
  const places = { path: "In the path", query: "In the query", header: "In a header", cookie: "In a cookie" } as const;
  return (Object.keys(places) as (keyof typeof places)[])
    .map((place) => {
      const fields = (operation.parameters ?? [])
        .filter((one) => one.in === place)
        .map((one) => {
          const { name, schema, required: isRequired = false, description = "" } = one;
          return renderField(document, { name, schema, isRequired, description });
        });
      return fields.length === 0 ? "" : `<h4>${places[place]}</h4><ul class="fields">${fields.join("")}</ul>`;
    })
    .join("");
}

function renderBody(document: OpenApiDocument, { requestBody }: Operation): string {
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (requestBody === undefined || media?.schema === undefined) return "";
  const note = requestBody.required === true ? type : `${type}, may be left out`;
  const fields = renderFields(document, media.schema);
  return `<h4>Body <span class="note">${escapeHtml(note ?? "")} · ${typeOf(media.schema)}</span></h4>${fields}`;
}

function renderAnswers(document: OpenApiDocument, operation: Operation): string {
  const all = Object.entries(operation.responses);
  const good = all.flatMap(([status, answer]) => {
    if ("$ref" in answer) return [];
    const types = Object.values(answer.content ?? {}).flatMap(({ schema }) =>
      schema === undefined ? [] : [typeOf(schema)],
    );
    const of = types.every((one) => !one.includes("<a")) ? "" : ` ${[...new Set(types)].join(" or ")}.`;
    return [
      `<li><span class="status ok">${status === "default" ? "any" : status}</span><span>${renderInline(answer.description)}.${of}</span></li>`,
    ];
  });
  const problems = all.filter((entry): entry is [string, Reference & Answer] => "$ref" in entry[1]);
  const statuses = problems.map(([status]) => status).join(", ");
  const rows = problems.map(([status]) => {
    const links = codesOf(Number(status)).map((code) => `<a href="/api/v1/problems/${code}">${code}</a>`);
    return `<li><span class="status">${status}</span><span class="codes">${links.join("")}</span></li>`;
  });
  return `<ul class="answers">${good.join("")}</ul>
    <details><summary>Problems: ${statuses}</summary><ul class="answers">${rows.join("")}</ul></details>`;
}

function renderExamples(document: OpenApiDocument, { method, path, operation }: Route): string {
  const media = Object.values(operation.requestBody?.content ?? {})[0];
  const bodies = media === undefined ? [] : examplesOf(media);
  const answers = Object.entries(operation.responses).flatMap(([status, answer]) => {
    if ("$ref" in answer) return [];
    return Object.values(answer.content ?? {}).flatMap((one) =>
      examplesOf(one).map(({ value }) =>
        block(
          `<span class="status ok">${status}</span> Answer`,
          paint(value),
          `Answer ${status} of ${operation.operationId}`,
        ),
      ),
    );
  });
  const calls = (bodies.length === 0 ? [{ summary: "Call", value: undefined }] : bodies).map(({ summary, value }) =>
    block(
      escapeHtml(summary),
      curlOf(document, { method, path, operation }, value),
      `${summary}: ${operation.operationId}`,
    ),
  );
  // The second of two equal answers (201 and 200, say) shows nothing new.
  return [...calls, ...answers.slice(0, 1)].join("");
}

function examplesOf(media: Media): { summary: string; value: unknown }[] {
  const named = Object.entries(media.examples ?? {}).map(([name, { value, summary = name }]) => ({ summary, value }));
  return media.example === undefined ? named : [{ summary: "Call", value: media.example }, ...named];
}

function block(title: string, code: string, label: string): string {
  return `<div><h4>${title}</h4><pre tabindex="0" role="region" aria-label="${escapeHtml(label)}"><code>${code}</code></pre></div>`;
}

function paint(value: unknown): string {
  return typeof value === "string" ? escapeHtml(value) : paintJson(JSON.stringify(value, null, 2));
}

function curlOf(document: OpenApiDocument, { method, path, operation }: Route, body: unknown): string {
  const parameters = operation.parameters ?? [];
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const found = parameters.find((one) => one.in === "path" && one.name === name);
    const example = found === undefined ? undefined : exampleOf(document, found.schema);
    return typeof example === "string" ? example : name;
  });
  const query = parameters
    .filter((one) => one.in === "query" && one.required === true)
    .map(({ name, schema }) => {
      const example = exampleOf(document, schema);
      return `${name}=${typeof example === "string" ? example : "…"}`;
    });
  const search = query.length === 0 ? "" : `?${query.join("&")}`;
  const needsKey = operation.security.some((one) => "apiKey" in one);
  const lines = [
    `curl ${method === "get" || method === "any" ? "" : `-X ${method.toUpperCase()} `}"${document.servers[0]?.url ?? ""}${filled}${search}"`,
    ...(needsKey ? [`  -H "Authorization: Bearer $EVERGRANT_API_KEY"`] : []),
    ...(body === undefined ? [] : [`  -H "Content-Type: application/json"`]),
  ].map(escapeHtml);
  if (body !== undefined) {
    const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''").replaceAll("\n", "\n  ");
    lines.push(`  -d &#39;${paintJson(json)}&#39;`);
  }
  return lines.join(" \\\n");
}
