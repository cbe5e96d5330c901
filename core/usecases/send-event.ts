import { mailAddressOf } from "../domain/webhook/endpoint-url.ts";
import type { SendResult } from "../domain/webhook/judge-answer.ts";
import { scrubSentOf } from "../domain/webhook/scrub-sent.ts";
import { renderEvent, wordEvent, type StoredEvent } from "../domain/webhook/render-event.ts";
import { assertNever } from "../domain/problem/domain-error.ts";
import type { ClaimedEndpoint } from "../ports/delivery-queue.ts";
import type { Log } from "../ports/log.ts";
import type { Sign, WebhookReceivers } from "../ports/webhook-receivers.ts";
import type { LinkPorts } from "./create-link.ts";
import { linkForEvent } from "./link-for-event.ts";

export interface SendPorts extends LinkPorts {
  readonly receivers: WebhookReceivers;
  readonly log: Log;
  /** Public base address, for links. */
  readonly publicUrl: string;
}

/** One attempt, in the endpoint's format. */
export async function sendEvent(
  ports: SendPorts,
  endpoint: ClaimedEndpoint,
  event: StoredEvent,
  sign: Sign,
): Promise<SendResult> {
  const { environment, format, url } = endpoint;
  switch (format) {
    case "standard": {
      const token = carriesLink(endpoint, event) ? await linkForEvent(ports, event, environment) : null;
      const body =
        token === null
          ? renderEvent(event, environment)
          : renderEvent(event, environment, { reauth_url: `${ports.publicUrl}/connect/${token}` });
      // Of each attempt its own, since receivers refuse an old one; the id is the event's, by which they know it again.
      const at = ports.clock.now();
      const sent = await ports.receivers.post(
        url,
        {
          "content-type": "application/json",
          "webhook-id": event.id,
          "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
          "webhook-signature": sign(event.id, at, body),
        },
        body,
      );
      return token === null ? sent : scrubSentOf([token])(sent);
    }
    case "chat": {
      const { text, link } = wordEvent(event, environment, ports.publicUrl);
      const body = JSON.stringify({ text: `${text}\n${link}` });
      return await ports.receivers.post(url, { "content-type": "application/json" }, body);
    }
    case "email": {
      const { subject, text, link } = wordEvent(event, environment, ports.publicUrl);
      const messageId = `${event.id}.${endpoint.id}@${new URL(ports.publicUrl).hostname}`;
      return await ports.receivers.mail({
        to: mailAddressOf(url) ?? "",
        subject,
        text: `${text}\n\n${link}\n`,
        messageId,
      });
    }
    default:
      return assertNever(format);
  }
}

/** A link reaches those alone who can be trusted to be the product: it is signed, and no chat's or mailbox's. */
function carriesLink({ reauthLinksInEvents }: ClaimedEndpoint, { eventType }: StoredEvent): boolean {
  return reauthLinksInEvents && eventType === "integrated_account:authentication_error";
}
