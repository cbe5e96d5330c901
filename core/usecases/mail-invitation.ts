import type { Invitation } from "../domain/access/invitation.ts";
import type { Log } from "../ports/log.ts";
import type { WebhookReceivers } from "../ports/webhook-receivers.ts";

/**
 * The link by mail, where a mail server is configured. A mail that does not leave is no failure: whoever invites has the link.
 *
 * @returns whether the mail server took it
 */
export async function mailInvitation(
  ports: {
    readonly receivers: WebhookReceivers;
    readonly sendsMail: boolean;
    readonly log: Log;
    readonly publicUrl: string;
  },
  { invitation, url }: { readonly invitation: Invitation; readonly url: string },
): Promise<boolean> {
  if (!ports.sendsMail) return false;
  const { error } = await ports.receivers.mail({
    to: invitation.email,
    subject: "You are invited to Evergrant",
    text: [
      `You are invited to become an administrator (${invitation.role}) of Evergrant at ${ports.publicUrl}.`,
      "",
      `Accept with this link. It works once, until ${invitation.expiresAt.toISOString()}:`,
      url,
      "",
      "If you did not expect this, do nothing: without the link nothing happens.",
    ].join("\n"),
    messageId: `${invitation.id}@${new URL(ports.publicUrl).hostname}`,
  });
  if (error !== null) ports.log.warn({ invitation: invitation.id, reason: error }, "an invitation was not mailed");
  return error === null;
}
