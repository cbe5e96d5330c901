import { randomBytes } from "node:crypto";
import { cookieOf, makeAdministrator, signInAs, tryToSignIn } from "../sign-in-as.ts";
import { startStack, type Stack } from "../start-stack.ts";
import { callAs } from "../two-owners.ts";
import type { World } from "./make-things.ts";

/** The real processes with what the inputs of routes are made of. */
export async function openWorld(): Promise<{ stack: Stack; world: World }> {
  // An old key beside the current one, so that there is one to disable.
  const key = (): string => randomBytes(32).toString("base64");
  const stack = await startStack({
    env: {
      EVERGRANT_KEYRING: `t1:${key()},t0:${key()}`,
      // These tests take long; what happens when it is over has tests of its own.
      EVERGRANT_CONFIRM_MINUTES: "600",
      // No worker takes them up here.
      EVERGRANT_LAB_CHECKS: "on",
    },
  });
  const [account, session, otherSession, spare] = await Promise.all([
    stack.connect("tenant-a", "ada"),
    signInAs(stack, "owner@example.com", "owner"),
    signInAs(stack, "other@example.com", "owner"),
    makeAdministrator(stack, "spare@example.com", "owner"),
  ]);
  const world: World = {
    stack,
    accountId: account.id,
    session,
    otherSession,
    async spareSession() {
      const { session: header } = await tryToSignIn(stack, "spare@example.com", spare.password);
      const cookie = cookieOf(header);
      const { body } = await callAs(stack, cookie, "GET", "/session");
      return { cookie, id: body.session_id, password: spare.password };
    },
    async importAccount() {
      const credentials = { oauth2: { access_token: "an-access-token", expires_in: 3600 } };
      const body = { integration_name: "acme-crm", tenant_id: "tenant-i", credentials };
      return (await stack.call("POST", "/integrated-accounts", body)).body.id;
    },
  };
  return { stack, world };
}
