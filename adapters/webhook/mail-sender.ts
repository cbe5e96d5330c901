import { createTransport, type Transporter } from "nodemailer";
import { extractOf } from "#core/domain/webhook/scrub-response";
import type { WebhookReceivers } from "#core/ports/webhook-receivers";
import type { SmtpConfig } from "../config/read-config.ts";

export interface MailSender extends Pick<WebhookReceivers, "mail"> {
  close(): void;
}

const deadlineMs = 15_000;

/** @param smtp the operator's own server, which is why its address is not judged; null: none */
export function createMailSender(smtp: SmtpConfig | null): MailSender {
  let transport: Transporter | null = null;
  const open = ({ url, from }: SmtpConfig): Transporter =>
    createTransport(
      {
        url,
        pool: true,
        maxConnections: 2,
        connectionTimeout: 5_000,
        greetingTimeout: 5_000,
        socketTimeout: deadlineMs,
        // Nothing of a mail is read from a file or fetched from an address.
        disableFileAccess: true,
        disableUrlAccess: true,
      } as object,
      { from },
    );
  return {
    async mail({ to, subject, text, messageId }) {
      const told = (error: string | null, response: string | null) => ({
        status: null,
        error,
        retryAfterSeconds: null,
        response,
      });
      if (smtp === null) return told("no mail server is configured (EVERGRANT_SMTP_URL)", null);
      transport ??= open(smtp);
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => late.reject(new Error("late")), deadlineMs);
      try {
        // An address and no text of headers: nodemailer takes it for one recipient, whatever stands in it.
        const sending = transport.sendMail({
          to: { name: "", address: to },
          subject,
          text,
          messageId: `<${messageId}>`,
        });
        // After its deadline nobody listens any more, and the attempt has been told as late.
        sending.catch(() => {});
        const { response } = (await Promise.race([sending, late.promise])) as { response: string };
        return told(null, extractOf(Buffer.from(response)));
      } catch (error) {
        return told(wordFailure(error), responseOf(error));
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => transport?.close(),
  };
}

/** The code and the server's status; its words are the response. */
function wordFailure(error: unknown): string {
  if (error instanceof Error && error.message === "late") return `no answer within ${deadlineMs / 1000} s`;
  const { code, responseCode } = error as { code?: string; responseCode?: number };
  return `the mail server did not take it: ${[code, responseCode].filter((one) => one !== undefined).join(" ") || "failed"}`;
}

function responseOf(error: unknown): string | null {
  const { response } = error as { response?: string };
  return typeof response === "string" ? extractOf(Buffer.from(response)) : null;
}
