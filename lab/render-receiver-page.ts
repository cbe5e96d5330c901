import { html } from "hono/html";
import { mostReceived, type ReceivedWebhook, type Receiver, type ReceiverAnswer } from "./create-receiver.ts";
import { type Html, renderPage } from "./render-page.ts";

const answerWords: Record<ReceiverAnswer, { choice: string; said: string }> = {
  accept: { choice: "204, as it should", said: "answered 204" },
  fail: { choice: "500, something is broken", said: "answered 500" },
  gone: { choice: "410, it wants no more", said: "answered 410" },
  busy: { choice: "429, come back in 10 seconds", said: "answered 429" },
  hang: { choice: "never", said: "not answered" },
};

const refreshSeconds = 3;

type Input = {
  address: string;
  receiver: Receiver;
  /** Whether the page asks for itself again and again. */
  isLive: boolean;
  /** Why what was typed is no secret. */
  wrong: string | null;
  now: Date;
};

export function renderReceiverPage({ address, receiver, isLive, wrong, now }: Input): Html {
  const received = receiver.received();
  const { secrets, answer } = receiver.settings();
  return renderPage({
    title: "Webhook receiver",
    refreshSeconds: isLive ? refreshSeconds : null,
    body: html`
      <h1>Webhook receiver</h1>
      <p class="lead">
        What a product’s backend would get. Send events to <code>${address}</code>: each is verified with the reference
        library of Standard Webhooks, and the last ${mostReceived} stand here.
      </p>
      <div class="settings">
        <form class="card setting" method="post" action="/receiver/secrets">
          <label for="secret">Signing secret</label>
          <input
            id="secret"
            name="secret"
            type="text"
            autocomplete="off"
            spellcheck="false"
            placeholder="whsec_…"
            aria-describedby="secret-help"
            ${wrong === null ? "" : html`aria-invalid="true"`}
          />
          <p id="secret-help" class="help">
            ${wrong === null ? "" : html`<strong class="wrong">${wrong}</strong>`} ${describeSecrets(secrets)}
          </p>
          <button class="button">Save secret</button>
        </form>
        <form class="card setting" method="post" action="/receiver/answer">
          <label for="answer">It answers</label>
          <select id="answer" name="answer" aria-describedby="answer-help">
            ${Object.entries(answerWords).map(([value, { choice }]) =>
              value === answer
                ? html`<option value="${value}" selected>${choice}</option>`
                : html`<option value="${value}">${choice}</option>`,
            )}
          </select>
          <p id="answer-help" class="help">
            What is not signed as it should be gets 401. An endpoint that was answered 410 is disabled at once.
          </p>
          <button class="button">Save answer</button>
        </form>
      </div>
      <div class="bar">
        <h2 id="received">Received</h2>
        <a class="button" href="${isLive ? "/receiver" : "/receiver?live"}"
          >${isLive ? "Stop updating" : "Update by itself"}</a
        >
        ${
          received.length === 0
            ? ""
            : html`<form method="post" action="/receiver/clear"><button class="button">Clear</button></form>`
        }
      </div>
      ${
        received.length === 0
          ? html`<div class="card empty">
              <strong>Nothing yet</strong>
              <p>Add an endpoint with this address, enter its secret here, and send it a test event.</p>
            </div>`
          : html`<ul class="card list" aria-labelledby="received">
              ${received.map((one) => renderReceived(one, now))}
            </ul>`
      }
    `,
  });
}

function describeSecrets(secrets: readonly string[]): string {
  const [newest] = secrets;
  if (newest === undefined)
    return "None is known, so no signature can be verified. Shown once, where the endpoint is added.";
  const last = newest.slice(-5);
  return secrets.length === 1
    ? `One is known; it ends in ${last}. Another one takes its place; two, parted by a space, are both known.`
    : `${secrets.length} are known; the first ends in ${last}.`;
}

function renderReceived(one: ReceivedWebhook, now: Date): Html {
  const verdict = describeVerdict(one);
  const exact = `${one.at.slice(0, 23).replace("T", " ")} UTC`;
  return html`<li>
    <details class="received">
      <summary>
        <span class="what"><strong>${breakable(typeOf(one))}</strong> <span class="muted">${idOf(one)}</span></span>
        <span class="status ${verdict.tone}">${verdict.words}</span>
        <span class="when"
          ><time datetime="${one.at}" title="${exact}">${describeAge(new Date(one.at), now)}</time
          >${one.repetition === 0 ? "" : html` · <strong>came ${one.repetition + 1} times</strong>`} ·
          ${verdict.isBelieved ? answerWords[one.answer].said : "answered 401"}</span
        >
      </summary>
      <div class="inside">
        <h3>Headers</h3>
        <table>
          <tbody>
            ${one.headers.map(
              ([name, value]) =>
                html`<tr>
                  <th scope="row"><code>${name}</code></th>
                  <td><code>${value}</code></td>
                </tr>`,
            )}
          </tbody>
        </table>
        <h3>Body</h3>
        <pre tabindex="0" role="region" aria-label="Body"><code>${pretty(one.body)}</code></pre>
      </div>
    </details>
  </li>`;
}

function describeVerdict({ verdict, answer }: ReceivedWebhook): {
  words: string;
  tone: "live" | "off" | "warn";
  isBelieved: boolean;
} {
  switch (verdict.kind) {
    case "verified":
      return { words: "Verified", tone: "live", isBelieved: true };
    case "refused":
      return { words: `Refused: ${verdict.reason}`, tone: "warn", isBelieved: answer !== "accept" };
    case "unsigned":
      return { words: "Not signed", tone: "off", isBelieved: true };
    case "unknown":
      return { words: "No secret to verify with", tone: "off", isBelieved: true };
  }
}

function parsed(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function typeOf({ body }: ReceivedWebhook): string {
  const value = parsed(body);
  const type = value?.["event_type"];
  if (typeof type === "string") return type;
  const text = value?.["text"];
  return typeof text === "string" ? (text.split("\n")[0] ?? "A message") : "Something else";
}

/** On a phone a type breaks between its words. */
function breakable(type: string): Html[] {
  return type.split(/(?<=[:_])/).map((part) => html`${part}<wbr />`);
}

function idOf({ headers }: ReceivedWebhook): string {
  return headers.find(([name]) => name === "webhook-id")?.[1] ?? "without an id";
}

function pretty(body: string): string {
  const value = parsed(body);
  return value === null ? body : JSON.stringify(value, null, 2);
}

function describeAge(instant: Date, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - instant.getTime()) / 1_000));
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  return seconds < 3_600 ? `${Math.floor(seconds / 60)} min ago` : `${Math.floor(seconds / 3_600)} h ago`;
}
