import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { accountParameter } from "#core/domain/proxy/proxy-target";
import { needs, problems } from "../schemas/problem.ts";

const methods = ["get", "head", "post", "put", "patch", "delete", "options"] as const;

const pagesHeaders = z.object({
  "evergrant-pages": z.string().optional().describe("1 to 100, or all: so many pages of a list in one answer."),
  "evergrant-cursor": z.string().optional().describe("The next_cursor of the answer before."),
});

/** The route as the OpenAPI document shows it. It is answered outside of hono (ADR 0026), so that nothing touches its bytes. */
export function describeProxy(registry: OpenAPIHono["openAPIRegistry"]): void {
  for (const method of methods) {
    registry.registerPath({
      method,
      path: "/proxy/{path}",
      operationId: `proxy${method.charAt(0).toUpperCase()}${method.slice(1)}`,
      summary: "Call the provider's API with the account's credentials",
      description:
        "Any method but TRACE and CONNECT. The path may have slashes; it goes on as it is written, and so does the query without integrated_account_id. Bodies stream both ways, and the provider's status, headers and body come back as they are. A 401, or the sign of a dead token that the integration declares, causes one refresh and, where the request can be sent again, one replay.",
      tags: ["Proxy"],
      security: needs("proxy"),
      request: {
        params: z.object({
          path: z
            .string()
            .openapi({ description: "A path of the provider's API, slashes and all.", example: "contacts" }),
        }),
        query: z.object({
          [accountParameter]: z
            .string()
            .max(100)
            .openapi({ description: "The account to call it for.", example: "ia_2f8k3mzq0v7w1x9y4t6r5p8n" }),
        }),
        ...(method === "get" ? { headers: pagesHeaders } : {}),
        ...(method === "get" || method === "head" || method === "options"
          ? {}
          : { body: { required: false, content: { "*/*": { schema: z.any() } } } }),
      },
      responses: {
        default: { description: "What the provider answered", content: { "*/*": { schema: z.any() } } },
        ...problems(404, 405, 408, 409, 410, 413, 429, 502, 504),
      },
    });
  }
}
