import type { ReactNode } from "react";
import { readConnectOutcome } from "../../_queries/connect.ts";
import { TellOpener } from "../embed/tell-opener.tsx";

/** Around the outcome of a trip that a page of the product embeds. */
export default async function ConnectOutcomeLayout({ children }: { children: ReactNode }) {
  const outcome = await readConnectOutcome();
  const view = outcome.kind === "ok" ? outcome.value : null;
  return (
    <>
      {children}
      {view?.opener != null && (
        <TellOpener opener={view.opener} isDone={view.status === "connected" && view.scopes_missing.length === 0} />
      )}
    </>
  );
}
