import { Building2, Link2, Plug, type LucideIcon } from "lucide-react";
import type { AccountView } from "#api/schemas/account";
import type { AccountPage } from "#api/schemas/account-list";
import type { IntegrationSummary } from "#api/schemas/integration";
import { sendToApi } from "../../_browser/send-to-api.ts";
import { navigation } from "../shell/navigation.tsx";
import { statuses } from "../status.ts";
import type { Command } from "./command.ts";

const most = 6;

/** Pages of single things, by the beginning of their ids. */
const pagesById: readonly { prefix: string; one: string; href: (id: string) => string }[] = [
  { prefix: "ia", one: "account", href: (id) => `/accounts/${id}` },
  { prefix: "evt", one: "event", href: (id) => `/webhooks/events/${id}` },
  { prefix: "whe", one: "webhook endpoint", href: (id) => `/webhooks/${id}` },
  { prefix: "apr", one: "approval", href: (id) => `/approvals/${id}` },
  { prefix: "usr", one: "administrator", href: (id) => `/administrators/${id}` },
  { prefix: "key", one: "API key", href: (id) => `/settings/api-keys/${id}` },
];

/** What an id or a customer's name leads to without asking anybody. */
export function directCommands(query: string): Command[] {
  const text = query.trim();
  const [, prefix] = /^([a-z]{2,3})_[0-9a-z]{24}$/.exec(text) ?? [];
  const page = pagesById.find((one) => one.prefix === prefix);
  if (page !== undefined) {
    return [{ ...go(page.href(text), Link2), title: `Open ${page.one} ${text}` }];
  }
  if (text === "") return [];
  return [
    {
      ...go(`/accounts?tenant_id=${encodeURIComponent(text)}`, Building2),
      title: `Accounts of customer ${text}`,
    },
  ];
}

/** Accounts that have a word which begins so: their customer, their owner at the provider, their id. */
export async function findAccounts(query: string): Promise<Command[]> {
  const text = query.trim();
  if (text.length < 2 || /^[a-z]{2,3}_[0-9a-z]{24}$/.test(text)) return [];
  const answer = await sendToApi<AccountPage>(
    "GET",
    `/integrated-accounts?search=${encodeURIComponent(text)}&limit=${most}`,
  );
  return answer.kind === "ok" ? answer.value.data.map(toCommand) : [];
}

function toCommand(account: AccountView): Command {
  const who = account.external_account?.label ?? null;
  return {
    ...go(`/accounts/${account.id}`, Link2),
    title: `${account.tenant_id} · ${account.integration_name}`,
    hint: [...(who === null ? [] : [who]), statuses[account.status].label].join(" · "),
  };
}

/** Read once for a browser's page, when something is typed first. */
let integrations: Promise<Command[]> | null = null;

export function forgetIntegrations(): void {
  integrations = null;
}

/** Every integration, with its page and its accounts. */
export function readIntegrationCommands(): Promise<Command[]> {
  integrations ??= sendToApi<{ data: IntegrationSummary[] }>("GET", "/integrations").then((answer) => {
    // What failed is asked again the next time.
    if (answer.kind === "problem") integrations = null;
    return answer.kind === "ok" ? answer.value.data.flatMap(commandsOf) : [];
  });
  return integrations;
}

function commandsOf({ name, label }: IntegrationSummary): Command[] {
  const hasPages = navigation.flat().some(({ href }) => href === "/integrations");
  return [
    ...(hasPages ? [{ ...go(`/integrations/${name}`, Plug), title: label, keywords: name, hint: "integration" }] : []),
    {
      ...go(`/accounts?integration_name=${encodeURIComponent(name)}`, Link2),
      title: hasPages ? `${label}: accounts` : label,
      keywords: name,
      hint: "accounts",
    },
  ];
}

function go(href: string, icon: LucideIcon): Omit<Command, "title"> {
  return { id: href, icon, does: { kind: "go", href } };
}
