import type { TimelineEntryView } from "#api/schemas/account-history";
import { actorOf } from "../../../_components/audit-words.ts";
import { conditions, type Look } from "../../../_components/status.ts";
import { actionWords, type RunAction } from "../runs/_parts/run-words.ts";

export type TimelineKind = TimelineEntryView["kind"];

/** What may be shown by itself, in the order of the tabs. */
export const kindWords: Record<TimelineKind, { label: string; none: string }> = {
  attempt: { label: "Refresh attempts", none: "No refresh has been needed yet." },
  status: { label: "Status", none: "Its status has not changed." },
  change: { label: "Changes", none: "Nobody has changed anything." },
  event: { label: "Events", none: "Nothing was told in the last 30 days." },
};

export function isTimelineKind(text: string | undefined): text is TimelineKind {
  return text !== undefined && Object.hasOwn(kindWords, text);
}

type Record_ = NonNullable<TimelineEntryView["record"]>;

type Words = { look: Look; title: string; more: string | null };

const became: Readonly<Record<string, { look: Look; title: string }>> = {
  active: { look: conditions.active, title: "Became active" },
  needs_reauth: { look: conditions.needs_reauth, title: "Needs re-authorization" },
  connecting: { look: conditions.connecting, title: "Waits for the customer" },
  disconnected: { look: conditions.disconnected, title: "Disconnected" },
};

const changed: Look = { tone: "none", icon: "filled", label: "" };

/** A record of the audit log as operators speak of it. */
export function wordRecord({ action, actor, detail }: Record_): Words {
  const text = (name: string): string | null => (typeof detail[name] === "string" ? detail[name] : null);
  const by = `by ${wordActor(actor)}`;
  switch (action) {
    case "account.created":
      return { look: conditions.connecting, title: "Account made", more: by };
    case "account.transitioned": {
      const to = text("to") ?? "";
      const { look = changed, title = `Became ${to}` } = became[to] ?? {};
      const from = text("from");
      return { look, title, more: from === null ? by : `from ${from.replaceAll("_", " ")}, ${by}` };
    }
    case "account.updated": {
      const fields = Array.isArray(detail["fields"]) ? detail["fields"].filter((one) => typeof one === "string") : [];
      if (fields.includes("hold")) return { look: conditions.held, title: "Hold released", more: by };
      return {
        look: changed,
        title: fields.length === 0 ? "Changed" : `Changed: ${fields.join(", ").replaceAll("_", " ")}`,
        more: by,
      };
    }
    case "link_token.created":
      return { look: { tone: "info", icon: "dashed", label: "" }, title: "Re-authorization link made", more: by };
    case "account_run.acted": {
      const run = text("action");
      const outcome = text("outcome") ?? "";
      const code = text("code");
      const verb = run !== null && Object.hasOwn(actionWords, run) ? actionWords[run as RunAction].verb : "Run";
      const said = code === null ? outcome : `${outcome}, ${code.replaceAll("_", " ")}`;
      return {
        look: outcome === "failed" ? { ...conditions.no_valid_token, label: "" } : changed,
        title: `Bulk run: ${verb.toLowerCase()}`,
        more: `${said}, ${by}`,
      };
    }
    case "connect.approved":
      return { look: conditions.active, title: "The customer approved the connection", more: null };
    case "connect.declined":
      return { look: conditions.disconnected, title: "The customer declined the connection", more: null };
    case "connect.binding_failed":
      return { look: conditions.needs_reauth, title: "Refused: another user came back", more: by };
    default:
      return { look: changed, title: action, more: by };
  }
}

function wordActor(actor: string): string {
  const { words, id } = actorOf(actor);
  const lower =
    words === "API key" || words === "Administrator" ? words : words.charAt(0).toLowerCase() + words.slice(1);
  return id === null ? lower : `${lower} ${id}`;
}
