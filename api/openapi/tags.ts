/** The parts of the API, in the order in which a product needs them. */
export const tags: readonly { readonly name: string; readonly description: string }[] = [
  { name: "Connect", description: "Links with which your customers connect their accounts, and re-authorize them." },
  { name: "Tokens", description: "What you call a provider with: always a token that is still valid." },
  {
    name: "Accounts",
    description: "Your customers' grants and credentials: import, list, inspect, change, refresh, disconnect.",
  },
  { name: "Proxy", description: "Any endpoint of a provider, with the account's credentials put in on the way." },
  {
    name: "Unified",
    description:
      "One schema for the same thing at many providers: contacts, companies, deals, tickets, employees. Guide: One API over many.",
  },
  {
    name: "Integrations",
    description: "Definitions of providers, your OAuth clients at them, and what an environment lays over both.",
  },
  { name: "Environment", description: "Settings of the environment that the key belongs to." },
  {
    name: "API keys",
    description: "Who may call: what each key may do, for whom, from where and until when. Guide: API keys.",
  },
  {
    name: "Mass failures",
    description:
      "What the mass-disconnect guard holds when many accounts of a client fail together, and your decision.",
  },
  {
    name: "Approvals",
    description:
      "What needs a second person: keys, exports, and hosts of integrations with live accounts. Guide: Two-person approval.",
  },
  {
    name: "Webhooks",
    description: "What happened, where it is sent, and whether it arrived. Guide: Receive webhooks.",
  },
  {
    name: "Keys",
    description:
      "What seals the values of the environment: keys, what each still seals, re-wraps. Guide: Rotate sealing keys.",
  },
  { name: "Tenants", description: "The end of a tenant: its accounts and its key." },
  {
    name: "Audit",
    description: "Who did what, with which key, and that nobody changed it since. Guide: Verify the audit log.",
  },
  {
    name: "Anomalies",
    description:
      "What callers do that they never did, and customers who leave; stopping a key. Guide: When an alarm rings.",
  },
  {
    name: "Administrators",
    description:
      "Who signs in to the dashboard, in which role, and their sessions. For sessions alone: no API key may. Guide: Administrators.",
  },
  { name: "Stats", description: "How integrations do." },
  { name: "Dashboard", description: "What only a signed-in browser asks." },
  { name: "Documentation", description: "This API about itself. No key is needed." },
];
