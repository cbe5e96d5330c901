import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { isVisible } from "#core/domain/access/permission";
import { DomainError } from "#core/domain/problem/domain-error";
import type { ApiEnvironment, ApiPorts } from "../api-environment.ts";
import { demand } from "../auth/authenticate.ts";
import { passHeader } from "../auth/page-pass.ts";
import { decodeCursor } from "../cursor.ts";
import { createRoute } from "../openapi/create-route.ts";
import { requestOf } from "../request-of.ts";
import { eventListQuerySchema } from "../schemas/delivery.ts";
import { accountIdSchema } from "../schemas/primitives.ts";
import { needs, problems } from "../schemas/problem.ts";

/** A stream ends after this, and its reader comes again with what it has, seconds. */
const longestSeconds = 3_600;

const querySchema = eventListQuerySchema.pick({ event_type: true, account: true }).extend({
  watch: accountIdSchema
    .optional()
    .openapi({ param: { description: "An account of which every change is told, a refresh too." } }),
  seconds: z.coerce
    .number()
    .int()
    .min(0)
    .max(longestSeconds)
    .default(longestSeconds)
    .openapi({ description: "Ends after so many seconds; 0: with what was missed.", example: longestSeconds }),
});

/** Mounted before `/events/{id}`, which would take its name for an id. */
export function eventStreamRoutes(app: OpenAPIHono<ApiEnvironment>, ports: ApiPorts): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/events/stream",
      operationId: "streamEvents",
      summary: "Events as they happen",
      description:
        "Server-sent events. Each message is an event, as `GET /events` has it, with an id: sent back as `last-event-id`, it brings what was missed meanwhile, and maybe what came right before it once more. A message of the type `many` stands for more events than are told one by one (read again what you show), one of the type `changed` for a change of the account that is watched. Ends with the session or the key, and after an hour. At most eight for one session or key.",
      tags: ["Webhooks"],
      security: needs("webhooks:read"),
      request: {
        query: querySchema,
        headers: z.object({
          "last-event-id": z
            .string()
            .optional()
            .openapi({ description: "The id of the last message that was read; absent: from now on." }),
        }),
      },
      responses: {
        200: {
          description: "The stream",
          content: {
            "text/event-stream": {
              schema: z.string().openapi({
                description: "Messages, and a comment every few seconds.",
                example: 'id: WzE3…\ndata: {"id": "evt_…", "event_type": "integrated_account:created", …}\n\n',
              }),
            },
          },
        },
        ...problems(404, 422, 429),
      },
    }),
    async (context) => {
      const caller = context.get("caller");
      demand(caller, "webhooks:read");
      if (context.req.header(passHeader) !== undefined) {
        // It would read for an hour with what reads for a minute (ADR 0049).
        throw new DomainError("forbidden", {
          detail: "A page's pass reads no stream; browsers ask for it themselves.",
        });
      }
      const { event_type: eventType = null, account = null, watch = null, seconds } = context.req.valid("query");
      if (watch !== null) {
        const found = await ports.accounts.find(caller.environmentId, watch);
        if (found === null || !isVisible(caller, found)) {
          throw new DomainError("not_found", { detail: "There is no such account in this environment." });
        }
      }
      const request = requestOf(context);
      const body = await ports.eventStreams.open({
        caller,
        eventType,
        accountId: account,
        watch,
        after: decodeCursor(context.req.header("last-event-id") || undefined),
        seconds,
        isInForce: async () => await ports.authenticator.isInForce(caller, request),
      });
      return context.body(body, 200, {
        "content-type": "text/event-stream",
        "cache-control": "no-store, no-transform",
        // nginx would keep it back until it has a bufferful.
        "x-accel-buffering": "no",
      });
    },
  );
}
