import { Webhook } from "standardwebhooks";
import { until } from "./faulty-integration.ts";
import type { Received, Receiver } from "./start-receiver.ts";
import type { Stack } from "./start-stack.ts";

export type Endpoint = { id: string; secret: string; path: string };

/** As a receiver does, with the reference library. @returns the body; throws when it is not signed with this secret */
export const verify = (secret: string, { raw, headers }: Received): unknown =>
  new Webhook(secret).verify(raw, headers as Record<string, string>);

/** What tests of webhooks do with a stack and a receiver, once there are any. */
export function webhookHelpers(stackOf: () => Stack, receiverOf: () => Receiver) {
  let names = 0;
  const call: Stack["call"] = (...given) => stackOf().call(...given);
  const query = async (text: string, values: unknown[]): Promise<any[]> =>
    (await stackOf().database.pool.query(text, values)).rows;

  return {
    /** An endpoint with a path of its own at the receiver. */
    async makeEndpoint(more: Record<string, unknown> = {}): Promise<Endpoint> {
      const path = `/hooks/${(names += 1)}`;
      const made = await call("POST", "/webhook-endpoints", { url: receiverOf().origin + path, ...more });
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      return { id: made.body.id, secret: made.body.secret, path };
    },
    deliveriesOf: async (endpoint: Endpoint, more = ""): Promise<any[]> =>
      (await call("GET", `/webhook-deliveries?endpoint=${endpoint.id}${more}`)).body.data,
    ping: async (endpoint: Endpoint): Promise<{ event_id: string; delivery_id: string }> =>
      (await call("POST", `/webhook-endpoints/${endpoint.id}/test`, {})).body,
    delivery: async (id: string): Promise<any> => (await call("GET", `/webhook-deliveries/${id}`)).body,
    untilReceived: (endpoint: Endpoint, count = 1): Promise<void> =>
      until(async () => receiverOf().at(endpoint.path).length >= count, 20),
    /** Next attempts come now. */
    async hasten(endpoint: Endpoint): Promise<void> {
      await query("UPDATE webhook_delivery SET next_attempt_at = now() WHERE endpoint_id = $1 AND status = 'pending'", [
        endpoint.id,
      ]);
      await query(
        "SELECT graphile_worker.add_job('deliver-webhooks', json_build_object('endpoint', $1::text), job_key => 'deliver:' || $1::text)",
        [endpoint.id],
      );
    },
    /** Events of nobody's account, as a transaction of ours writes them. */
    async writeEvents(count: number, type = "integration:recovered"): Promise<void> {
      await query(
        `INSERT INTO event (id, created_at, environment_id, event_type, payload)
         SELECT 'evt_' || left(md5(random()::text || n), 24), now(), e.id, $2, '{"integration_name": "acme-crm"}'
           FROM environment e, generate_series(1, $1::int) n WHERE e.name = 'production'`,
        [count, type],
      );
    },
  };
}
