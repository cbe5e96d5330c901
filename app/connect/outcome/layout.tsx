import type { ReactNode } from "react";
import { readConnectOutcome } from "../../_queries/connect.ts";
import { outcomeScript } from "../embed/outcome-script.ts";
import { OwnScript } from "../own-script.tsx";

/** Around the outcome of a trip that a page of the product embeds. */
export default async function ConnectOutcomeLayout({ children }: { children: ReactNode }) {
  const outcome = await readConnectOutcome();
  const view = outcome.kind === "ok" ? outcome.value : null;
  if (view?.opener == null) return children;
  const isDone = view.status === "connected" && view.scopes_missing.length === 0;
  return (
    <>
      {children}
      <OwnScript run={outcomeScript} given={[view.opener, isDone]} />
    </>
  );
}
