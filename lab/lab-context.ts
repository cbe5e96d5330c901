import type { HttpBindings } from "@hono/node-server";
import type Provider from "oidc-provider";
import type { Receiver } from "./create-receiver.ts";
import type { Ledger } from "./create-ledger.ts";
import type { Lab } from "./lab.ts";

/** What the lab's own routes need. */
export type LabContext = {
  lab: Lab;
  provider: Provider;
  ledger: Ledger;
  receiver: Receiver;
  accessTokenSeconds: number;
  isRevealing: boolean;
};

export type LabHonoEnv = { Bindings: HttpBindings };
