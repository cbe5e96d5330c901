import type { FaultServer } from "#lab/start-fault-server";
import type { Stack } from "./start-stack.ts";

/** Defines an integration whose token endpoint is the fault server, with an OAuth client of its own. */
export async function defineFaulty(
  stack: Stack,
  name: string,
  server: FaultServer,
  config: Record<string, unknown> = {},
  format = "oauth2",
): Promise<void> {
  const document = {
    name,
    credentials: {
      format,
      config: { auth: { tokenHost: server.origin, tokenPath: `/${name}/token` }, ...config },
    },
  };
  const put = await stack.call("PUT", `/integrations/${name}`, document);
  if (put.status > 201) throw new Error(JSON.stringify(put.body));
  const patched = await stack.call("PATCH", "/environment-integration", {
    integration_name: name,
    credentials: { oauth2: { config: { client_id: `client-of-${name}`, client_secret: "a-secret-of-the-test" } } },
  });
  if (patched.status !== 200) throw new Error(JSON.stringify(patched.body));
}

/** Token answers, each with tokens of its own: `at-1` and `rt-1`, `at-2` and so on. */
export function numberedAnswers() {
  let issued = 0;
  const answer = () => {
    issued += 1;
    const tokens = {
      access_token: `at-${issued}`,
      refresh_token: `rt-${issued}`,
      token_type: "Bearer",
      expires_in: 3600,
    };
    return { kind: "json", status: 200, body: tokens } as const;
  };
  return { answer, issued: () => issued };
}

/** Imports accounts through the API, a few at a time. @returns their ids */
export async function importAccounts(
  stack: Stack,
  name: string,
  count: number,
  options: { expiresIn?: number; tenant?: (index: number) => string } = {},
): Promise<string[]> {
  const ids: string[] = [];
  let next = 0;
  const importSome = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      const answer = await stack.call("POST", "/integrated-accounts", {
        integration_name: name,
        tenant_id: options.tenant?.(index) ?? `tenant-${index}`,
        credentials: {
          oauth2: {
            access_token: `access-${name}-${index}`,
            refresh_token: `refresh-${name}-${index}`,
            expires_in: options.expiresIn ?? 3600,
          },
        },
      });
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
      ids[index] = answer.body.id;
    }
  };
  await Promise.all(Array.from({ length: 10 }, importSome));
  return ids;
}

/** Makes accounts due now, as if their time had come. */
export async function makeDue(stack: Stack, name: string, options: { expired?: boolean } = {}): Promise<void> {
  const expiry =
    options.expired === true ? ", issued_at = now() - interval '1 hour', expires_at = now() - interval '1 second'" : "";
  await stack.database.pool.query(
    `UPDATE integrated_account SET refresh_due_at = now()${expiry} WHERE integration_name = $1 AND status = 'active'`,
    [name],
  );
}

/** Looks until it holds; the test's own deadline ends it otherwise. */
export async function until(holds: () => Promise<boolean>, pauseMs = 100): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, pauseMs));
}

export async function count(stack: Stack, where: string, values: unknown[] = []): Promise<number> {
  const { rows } = await stack.database.pool.query(
    `SELECT count(*)::int AS n FROM integrated_account WHERE ${where}`,
    values,
  );
  return rows[0].n;
}
