// What events carry besides ids (R84), in which forms they arrive, and where nothing of it may stand.
import { SMTPServer } from "smtp-server";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "./faulty-integration.ts";
import { startReceiver, type Received, type Receiver } from "./start-receiver.ts";
import { expireToken, startStack, type Stack } from "./start-stack.ts";
import { verify, webhookHelpers } from "./webhook-helpers.ts";

let stack: Stack;
let receiver: Receiver;
let smtp: { port: number; mails: string[]; refusal: string | null; close(): Promise<void> };
const { makeEndpoint, deliveriesOf, delivery, ping, untilReceived, hasten } = webhookHelpers(
  () => stack,
  () => receiver,
);

beforeAll(async () => {
  smtp = await startMailServer();
  [stack, receiver] = await Promise.all([
    startStack({
      worker: true,
      env: {
        EVERGRANT_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
        EVERGRANT_SMTP_FROM: "Evergrant <evergrant@example.com>",
      },
    }),
    startReceiver(),
  ]);
});
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
  await Promise.all([receiver.close(), smtp.close()]);
});

/** Keeps the mails that it takes. */
async function startMailServer(): Promise<typeof smtp> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo: (_address, _session, done) =>
      done(made.refusal === null ? null : Object.assign(new Error(made.refusal), { responseCode: 550 })),
    onData(stream, _session, done) {
      let text = "";
      stream.setEncoding("utf8").on("data", (part: string) => (text += part));
      stream.once("end", () => {
        made.mails.push(text);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const made: typeof smtp = {
    port: (server.server.address() as AddressInfo).port,
    mails: [],
    refusal: null,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
  return made;
}

/** Its grant is revoked, and a read of its token finds that out. */
async function loseGrant(tenant: string, person: string): Promise<any> {
  const account = await stack.connect(tenant, person);
  const grant = stack.lab.grants().find((one) => one.person === person);
  await stack.lab.revokeGrant(grant?.grant_id ?? "");
  await expireToken(stack.database, account.id);
  await stack.call("GET", `/integrated-accounts/${account.id}/token`);
  return account;
}

/** Everything that the database holds, as text. */
async function dumpDatabase(): Promise<string> {
  const { rows } = await stack.database.pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'graphile_worker')`,
  );
  const texts = await Promise.all(
    rows.map(({ name }) => stack.database.pool.query(`SELECT t::text AS row FROM ${name} t`)),
  );
  return texts.flatMap((one) => one.rows.map(({ row }) => row)).join("\n");
}

test("a failure carries a link that re-authorizes, the same in every attempt and to every endpoint, and its secret is stored nowhere (R84, R2)", async () => {
  await stack.call("PATCH", "/environment", { reauth_links_in_events: true });
  const filter = { events: ["integrated_account:authentication_error"] };
  const [one, other] = [await makeEndpoint(filter), await makeEndpoint(filter)];
  // A receiver that sends back what it got.
  receiver.answer = ({ raw, path }, response) => void response.writeHead(path === one.path ? 500 : 200).end(raw);
  const account = await loseGrant("tenant-link", "ada");
  await Promise.all([untilReceived(one), untilReceived(other)]);
  await hasten(one);
  await untilReceived(one, 2);
  const received = [...receiver.at(one.path), ...receiver.at(other.path)] as Received[];
  const [url] = received.map(({ body }) => body.payload.reauth_url) as [string];
  expect(url).toMatch(new RegExp(`^${stack.env["EVERGRANT_URL"]}/connect/lt_[\\w-]{43}$`));
  expect(new Set(received.map(({ body }) => body.payload.reauth_url))).toEqual(new Set([url]));
  expect(new Set(received.map(({ raw }) => raw)).size).toBe(1);
  expect(verify(one.secret, received[0] as Received)).toEqual(received[0]?.body);
  await until(async () => (await deliveriesOf(other, "&status=delivered")).length === 1);

  const { rows } = await stack.database.pool.query(
    "SELECT integrated_account_id FROM link_token WHERE integrated_account_id = $1",
    [account.id],
  );
  expect(rows).toHaveLength(1);
  const token = url.split("/").at(-1) ?? "";
  const everything = `${await dumpDatabase()}\n${stack.logs()}`;
  expect(everything).toContain(account.id);
  for (const secret of [token, token.slice(3), ...[one, other].flatMap(({ secret }) => [secret, secret.slice(6)])]) {
    expect(everything.includes(secret)).toBe(false);
  }
  const event = await stack.call("GET", `/events/${received[0]?.body.id}`);
  expect(JSON.stringify(event.body)).not.toContain(token);
  expect(event.body.deliveries[0].attempts[0].response).toContain("/connect/lt_…");

  expect(await stack.walk(url, "ada")).toMatchObject({ status: "connected" });
  expect((await stack.call("GET", `/integrated-accounts/${account.id}`)).body.status).toBe("active");
  receiver.answer = (_request, response) => void response.writeHead(204).end();
});

test("without the setting it carries none", async () => {
  await stack.call("PATCH", "/environment", { reauth_links_in_events: false });
  const endpoint = await makeEndpoint({ events: ["integrated_account:authentication_error"] });
  await loseGrant("tenant-plain", "grace");
  await untilReceived(endpoint);
  expect(receiver.at(endpoint.path)[0]?.body.payload).not.toHaveProperty("reauth_url");
});

test("a chat gets plain words with a link to the dashboard, and no link for customers", async () => {
  await stack.call("PATCH", "/environment", { reauth_links_in_events: true });
  const made = await makeEndpoint({ format: "chat", events: ["integrated_account:authentication_error"] });
  const endpoint = { ...made, path: "/hooks/T0001/B0002/verySecretPart9876" };
  expect(endpoint.secret).toBeNull();
  await stack.call("PATCH", `/webhook-endpoints/${endpoint.id}`, { url: receiver.origin + endpoint.path });
  const account = await loseGrant("tenant-chat", "edsger");
  await untilReceived(endpoint);
  const [{ body, headers }] = receiver.at(endpoint.path) as [Received];
  expect(Object.keys(body)).toEqual(["text"]);
  expect(body.text).toContain("[production] The grant is dead: the customer must re-authorize.");
  expect(body.text).toContain("Tenant: tenant-chat");
  expect(body.text).toContain(`${stack.env["EVERGRANT_URL"]}/accounts/${account.id}`);
  expect(body.text).not.toContain("/connect/");
  expect(headers["webhook-signature"]).toBeUndefined();
  const rotate = await stack.call("POST", `/webhook-endpoints/${endpoint.id}/rotate-secret`, {});
  expect(rotate.body).toMatchObject({ code: "conflict" });
});

test("the address of a chat is a secret: it is sealed, shown in part, changed and erased on the record, and stands nowhere", async () => {
  const part = (n: number): string => `capability${n}${"x".repeat(12)}${n}abc`;
  const urlOf = (n: number): string => `${receiver.origin}/services/T0/${part(n)}`;
  const path = (n: number): string => new URL(urlOf(n)).pathname;
  const masked = (n: number): string => `${receiver.origin}/…${n}abc`;
  // One that repeats what it was asked, and refuses it.
  receiver.answer = (request, response) => void response.writeHead(500).end(`no such hook: ${request.path}`);
  const made = await stack.call("POST", "/webhook-endpoints", { url: urlOf(1), format: "chat" });
  expect(made).toMatchObject({ status: 201, body: { url: masked(1), secret: null } });
  const { id } = made.body;
  const endpoint = { id, secret: "", path: path(1) };
  const { delivery_id: first } = await ping(endpoint);
  await until(async () => (await delivery(first)).attempts.length === 1);
  expect((await delivery(first)).attempts[0].response).toBe("no such hook: /[redacted]/T0/[redacted]");

  // What is shown is not taken for an address, and leaves the one that is there.
  const kept = await stack.call("PATCH", `/webhook-endpoints/${id}`, { url: masked(1), description: "ours" });
  expect(kept).toMatchObject({ status: 200, body: { url: masked(1), description: "ours" } });
  for (const url of [masked(2), encodeURI(masked(2))]) {
    const refused = await stack.call("PATCH", `/webhook-endpoints/${id}`, { url });
    expect(refused.body).toMatchObject({ code: "invalid_request", errors: [{ pointer: "/url" }] });
  }
  receiver.answer = (_request, response) => void response.writeHead(200).end("ok");
  const changed = await stack.call("PATCH", `/webhook-endpoints/${id}`, { url: urlOf(2) });
  expect(changed.body.url).toBe(masked(2));
  await ping(endpoint);
  await until(async () => receiver.at(path(2)).length >= 1);
  expect((await stack.call("GET", "/webhook-endpoints")).body.data.at(-1).url).toBe(masked(2));

  // One of the version before stands in the clear until its next turn.
  await stack.database.pool.query("DELETE FROM sealed_secret WHERE owner = $1", [id]);
  await stack.database.pool.query("UPDATE webhook_endpoint SET url = $2 WHERE id = $1", [id, urlOf(3)]);
  expect((await stack.call("GET", `/webhook-endpoints/${id}`)).body.url).toBe(masked(3));
  await ping(endpoint);
  await until(async () => receiver.at(path(3)).length >= 1);
  const rows = async (): Promise<unknown[]> =>
    (
      await stack.database.pool.query(
        "SELECT w.url, s.field, s.version FROM webhook_endpoint w JOIN sealed_secret s ON s.owner = w.id WHERE w.id = $1",
        [id],
      )
    ).rows;
  expect(await rows()).toEqual([{ url: masked(3), field: "webhook_address", version: 1 }]);

  const everything = `${await dumpDatabase()}\n${stack.logs()}`;
  for (const n of [1, 2, 3]) expect(everything.includes(part(n)), `part ${n}`).toBe(false);
  expect(everything).toContain(masked(3));
  expect((await stack.call("DELETE", `/webhook-endpoints/${id}`)).status).toBe(204);
  expect(await rows()).toEqual([]);
  const { rows: audit } = await stack.database.pool.query(
    "SELECT action, detail ->> 'field' AS field FROM audit_event WHERE target = $1 AND action LIKE 'secret.%' AND action <> 'secret.opened' ORDER BY at",
    [id],
  );
  expect(audit).toEqual(
    ["sealed", "sealed", "erased"].map((done) => ({ action: `secret.${done}`, field: "webhook_address" })),
  );
}, 60_000);

test("a mailbox gets the same words as a mail, with the same log and schedule", async () => {
  const made = await stack.call("POST", "/webhook-endpoints", { url: "mailto:ops@example.com" });
  expect(made).toMatchObject({ status: 201, body: { format: "email", secret: null } });
  const endpoint = { id: made.body.id, secret: "", path: "" };
  smtp.refusal = "5.7.1 not today";
  const { delivery_id: id, event_id: eventId } = await ping(endpoint);
  await until(async () => (await delivery(id)).attempts.length === 1);
  expect(await delivery(id)).toMatchObject({
    status: "pending",
    attempts: [
      { http_status: null, error: expect.stringContaining("550"), response: expect.stringContaining("5.7.1") },
    ],
  });
  smtp.refusal = null;
  await hasten(endpoint);
  await until(async () => (await delivery(id)).status === "delivered");
  // Long fields are folded.
  const mail = smtp.mails.join("").replaceAll(/\r\n\s+/g, " ");
  expect(mail).toContain("From: Evergrant <evergrant@example.com>");
  expect(mail).toContain("To: ops@example.com");
  expect(mail).toContain("Subject: [production] A test.");
  expect(mail).toContain(`Message-ID: <${eventId}.${endpoint.id}@127.0.0.1>`);
  expect(mail).toContain(`${stack.env["EVERGRANT_URL"]}/webhooks`);
});

test("operators hear of an integration in a chat and in a mailbox, and no provider's words make a header, a line, a link or a mention", async () => {
  const events = ["integration:mass_failure"];
  const chat = await makeEndpoint({ format: "chat", events });
  const mailbox = await stack.call("POST", "/webhook-endpoints", { url: "mailto:oncall@example.com", events });
  const mailOf = (): string | undefined => smtp.mails.find((one) => one.includes("To: oncall@example.com"));
  const nasty = "boom\r\nBcc: everybody@example.com\r\n\r\n<!channel> [sign in](https://evil.example)";
  await stack.database.pool.query(
    `INSERT INTO event (id, created_at, environment_id, event_type, payload)
     SELECT 'evt_hostilewords000000000000', now(), id, 'integration:mass_failure', $1 FROM environment WHERE name = 'production'`,
    [JSON.stringify({ integration_name: "acme-crm", held: 412, last_error: nasty })],
  );
  await untilReceived(chat);
  await until(async () => mailOf() !== undefined);
  await until(async () => (await deliveriesOf(mailbox.body, "&status=delivered")).length === 1);
  const [{ body }] = receiver.at(chat.path) as [Received];
  const link = `${stack.env["EVERGRANT_URL"]}/integrations/acme-crm`;
  expect(body.text.split("\n")).toEqual([
    expect.stringMatching(/^\[production\] /),
    "Integration: acme-crm",
    "Accounts held: 412",
    "Last error: boom Bcc: everybody example.com  !channel  [sign in] (https://evil.example)",
    link,
  ]);
  const [head = "", ...rest] = (mailOf() ?? "").split("\r\n\r\n");
  expect(head).toMatch(/^Subject: \[production\] /m);
  expect(head).not.toMatch(/^Bcc:/im);
  expect(rest.join("\r\n\r\n").replaceAll("=\r\n", "")).toContain(link);
});

test("without a mail server an endpoint for mails is refused, and says which variables are missing", async () => {
  await using without = await startStack();
  const made = await without.call("POST", "/webhook-endpoints", { url: "mailto:ops@example.com" });
  expect(made).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: "/url", detail: expect.stringContaining("EVERGRANT_SMTP_URL") }] },
  });
});

test("an endpoint of an inner address is refused when it is made, and there are fifty at most", async () => {
  await using strict = await startStack({ env: { EVERGRANT_EGRESS_ALLOW: "127.0.0.1/32" } });
  const make = (url: string, headers = {}) => strict.call("POST", "/webhook-endpoints", { url }, { headers });
  for (const url of ["https://10.0.0.1/", "http://169.254.169.254/latest", "https://user:pass@app.example.com/"]) {
    expect((await make(url)).body).toMatchObject({ code: "invalid_request", errors: [{ pointer: "/url" }] });
  }
  // The same request again makes the same endpoint, and shows the same secret.
  const key = { "idempotency-key": "an-endpoint" };
  const [first, again] = [await make("https://app.example.com/", key), await make("https://app.example.com/", key)];
  expect(again.body).toEqual(first.body);
  const many = await Promise.all(Array.from({ length: 60 }, () => make("https://app.example.com/")));
  expect(many.filter(({ status }) => status === 201)).toHaveLength(49);
  expect(many.find(({ status }) => status !== 201)?.body).toMatchObject({ code: "conflict" });
  expect((await strict.call("GET", "/webhook-endpoints")).body.data).toHaveLength(50);
});
