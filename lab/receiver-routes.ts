import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import { type ReceivedWebhook, receiverAnswers, type ReceiverSettings } from "./create-receiver.ts";
import type { LabContext, LabHonoEnv } from "./lab-context.ts";
import { renderReceiverPage } from "./render-receiver-page.ts";

const settingsBody = z.strictObject({
  secrets: z.array(z.string()).max(5).optional(),
  answer: z.enum(receiverAnswers).optional(),
});

/** Larger than any webhook is. */
const maxBodyBytes = 256 * 1024;
const retryAfterSeconds = 10;

/** A receiver of webhooks that one can look into: `POST /receiver` takes them, `GET /receiver` shows them. */
export function receiverRoutes({ lab, receiver }: LabContext): Hono<LabHonoEnv> {
  const routes = new Hono<LabHonoEnv>();
  const address = `${lab.origin}/receiver`;

  routes.get("/", (c) => {
    const isLive = c.req.query("live") !== undefined;
    return c.html(renderReceiverPage({ address, receiver, isLive, wrong: null, now: new Date() }));
  });

  routes.post("/", bodyLimit({ maxSize: maxBodyBytes, onError: (c) => c.text("too large", 413) }), async (c) => {
    const headers = [...c.req.raw.headers].map(([name, value]): [string, string] => [name, value]);
    const one = receiver.take({ headers, body: await c.req.text() }, new Date());
    return await answerOf(c, one);
  });

  // The page's forms.
  routes.post("/secrets", async (c) => {
    const { secret } = await c.req.parseBody();
    const given = typeof secret === "string" ? secret.split(/\s+/).filter((one) => one !== "") : [];
    try {
      receiver.change({ secrets: given });
    } catch {
      const wrong = "That is no signing secret: it begins with whsec_ and stands where the endpoint was added.";
      return c.html(renderReceiverPage({ address, receiver, isLive: false, wrong, now: new Date() }), 422);
    }
    return c.redirect("/receiver", 303);
  });
  routes.post("/answer", async (c) => {
    const { answer } = await c.req.parseBody();
    const parsed = z.enum(receiverAnswers).safeParse(answer);
    if (parsed.success) receiver.change({ answer: parsed.data });
    return c.redirect("/receiver", 303);
  });
  routes.post("/clear", (c) => {
    receiver.clear();
    return c.redirect("/receiver", 303);
  });

  // And the same for programs.
  routes.get("/received", (c) => c.json({ data: receiver.received() }));
  routes.get("/settings", (c) => c.json(shown(receiver.settings())));
  routes.patch("/settings", async (c) => {
    const parsed = settingsBody.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success) return c.json({ error: "invalid_request", issues: parsed.error.issues }, 400);
    const { secrets, answer } = parsed.data;
    try {
      const patch: Partial<ReceiverSettings> = {
        ...(secrets === undefined ? {} : { secrets }),
        ...(answer === undefined ? {} : { answer }),
      };
      return c.json(shown(receiver.change(patch)));
    } catch (error) {
      return c.json({ error: "invalid_request", error_description: (error as Error).message }, 400);
    }
  });
  return routes;
}

/** The secrets stay here. */
function shown({ secrets, answer }: ReceiverSettings) {
  return { secrets: secrets.length, answer };
}

async function answerOf(c: Context<LabHonoEnv>, { answer, verdict }: ReceivedWebhook): Promise<Response> {
  switch (answer) {
    case "accept":
      // As a receiver should: nothing that is not signed is believed.
      return verdict.kind === "refused" ? c.text(`not believed: ${verdict.reason}`, 401) : c.body(null, 204);
    case "fail":
      return c.text("the receiver was told to fail", 500);
    case "gone":
      return c.text("the receiver was told to be gone", 410);
    case "busy":
      c.header("Retry-After", String(retryAfterSeconds));
      return c.text("the receiver was told to be busy", 429);
    case "hang": {
      const { signal } = c.req.raw;
      // Until the sender has had enough.
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      return c.body(null, 408);
    }
  }
}
