import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { createRoute } from "../openapi/create-route.ts";
import { describeApi } from "../openapi/describe-api.ts";
import type { OpenApiDocument } from "../openapi/openapi-types.ts";
import { answerPage } from "../pages/documentation-page.ts";
import { renderReference } from "../pages/reference-page.ts";
import { referenceStyle } from "../pages/reference-style.ts";
import { problemPage } from "../problem-pages.ts";
import { answer, problemSchema, unsecured } from "../schemas/problem.ts";

const tags = ["Documentation"];
const documentSchema = z
  .record(z.string(), z.unknown())
  .openapi("OpenApiDocument", { description: "An OpenAPI 3.1 document.", example: { openapi: "3.1.0" } });
const text = (description: string) => z.string().openapi({ description });

/** The API about itself. Registered last: the document is of everything that came before, made when it is first asked for. */
export function documentationRoutes(api: OpenAPIHono<ApiEnvironment>, ports: Pick<ApiPorts, "publicUrl">): void {
  let made: OpenApiDocument | null = null;
  const document = (): OpenApiDocument => (made ??= describeApi(api, ports.publicUrl));

  api.openapi(
    createRoute({
      method: "get",
      path: "/openapi.json",
      operationId: "getOpenApiDocument",
      summary: "This API as an OpenAPI 3.1 document",
      description: "Made from the routes themselves, so it says what they do.",
      tags,
      security: unsecured,
      responses: { 200: answer(documentSchema, "The document") },
    }),
    (context) => context.json({ ...document() } as Record<string, unknown>, 200),
  );

  api.openAPIRegistry.registerPath({
    method: "get",
    path: "/problems/{code}",
    operationId: "getProblemPage",
    summary: "The page that the type of a problem opens",
    description: "What the problem means, whose move it is and what to do.",
    tags,
    security: unsecured,
    request: {
      params: z.object({
        code: z.string().openapi({ description: "The code of a problem.", example: "needs_reauth" }),
      }),
    },
    responses: {
      200: {
        description: "The page: Markdown, or HTML for browsers",
        content: {
          "text/markdown": { schema: text("Markdown."), example: "# `needs_reauth`: The customer must re-authorize" },
          "text/html": { schema: text("The same as a page."), example: "<!doctype html>…" },
        },
      },
      404: { description: "", content: { "application/problem+json": { schema: problemSchema } } },
    },
  });
  api.get("/problems/:code", problemPage);

  api.openAPIRegistry.registerPath({
    method: "get",
    path: "/reference",
    operationId: "getReference",
    summary: "This API as a page to read",
    description: "Made from the OpenAPI document. Nothing of it comes from elsewhere, and it runs no script.",
    tags,
    security: unsecured,
    responses: {
      200: {
        description: "The page",
        content: { "text/html": { schema: text("The page."), example: "<!doctype html>…" } },
      },
    },
  });
  let body: string | null = null;
  api.get("/reference", async (context) => {
    body ??= renderReference(document());
    return await answerPage(context, {
      title: "API reference · Evergrant",
      where: "API reference",
      style: referenceStyle,
      body,
    });
  });
}
