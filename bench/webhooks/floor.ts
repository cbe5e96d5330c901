// The floor: a loop that signs each body with the reference library and posts it with undici, so many at once as the product does.
// No database, no schedule, no look at addresses, nothing remembered.
import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { Agent } from "undici";
import { servePart } from "../part.ts";

const origin = process.env["RECEIVER_ORIGIN"] ?? "";
const concurrency = 16;
const agent = new Agent({ connections: 64, keepAliveTimeout: 4_000 });
const signer = new Webhook(`whsec_${randomBytes(32).toString("base64")}`);

async function post(body: string, id: string): Promise<void> {
  const at = new Date();
  const answer = await agent.request({
    origin,
    path: "/fast",
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": signer.sign(id, at, body),
    },
    body,
  });
  await answer.body.dump();
}

servePart(
  async (question) => {
    const { count, body } = question as { count: number; body: string };
    const startedMs = performance.now();
    let left = count;
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        while ((left -= 1) >= 0) await post(body, `evt_${left}`);
      }),
    );
    return (performance.now() - startedMs) / 1000;
  },
  { onStop: () => agent.close() },
);
