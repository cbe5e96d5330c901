import type { RunLinkPage } from "#api/schemas/account-run";

/** RFC 4180, with what a spreadsheet would take for a formula made a text: names of tenants come from outside. */
export function linksAsCsv(links: RunLinkPage["data"]): string {
  const rows = [
    ["tenant_id", "integrated_account_id", "url", "expires_at"],
    ...links.map((link) => [link.tenant_id ?? "", link.integrated_account_id, link.url, link.expires_at]),
  ];
  return rows.map((row) => `${row.map(quote).join(",")}\r\n`).join("");
}

function quote(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
