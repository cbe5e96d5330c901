import type { HttpBindings } from "@hono/node-server";
import type Provider from "oidc-provider";
import type { Ledger } from "./create-ledger.ts";
import type { Lab } from "./lab.ts";

/** What the lab's own routes need. */
export type LabContext = {
  lab: Lab;
  provider: Provider;
  ledger: Ledger;
  accessTokenSeconds: number;
  isRevealing: boolean;
};

export type LabHonoEnv = { Bindings: HttpBindings };
