import { createHash } from "node:crypto";
import type { Agent } from "undici";
import type { ClientCertificate } from "#core/domain/integration/client-certificate";

/** Certificates that are in use at a time; the one that was not used for the longest gives way. */
const mostAgents = 50;

/** An agent for each client certificate, by its fingerprint. */
export function createAgentCache(
  create: (certificate: ClientCertificate) => Agent,
  most = mostAgents,
): { agentFor(certificate: ClientCertificate): Agent; close(): Promise<void> } {
  // In the order of their last use.
  const agents = new Map<string, Agent>();
  return {
    agentFor(certificate) {
      const id = createHash("sha256").update(`${certificate.certificate}\n${certificate.key}`).digest("base64");
      const agent = agents.get(id) ?? create(certificate);
      agents.delete(id);
      agents.set(id, agent);
      for (const [oldest, idle] of agents) {
        if (agents.size <= most) break;
        agents.delete(oldest);
        // Requests under way still end.
        void idle.close();
      }
      return agent;
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.close()));
    },
  };
}
