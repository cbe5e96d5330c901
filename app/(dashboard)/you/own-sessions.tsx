"use client";

import { useRouter } from "next/navigation";
import { sendToApi } from "../../_browser/send-to-api.ts";
import { ConfirmDialog } from "../../_components/confirm-dialog.tsx";
import type { AdminSessionView } from "../../_queries/administrators.ts";
import { SessionsTable } from "../administrators/_parts/sessions-table.tsx";
import { nameBrowser } from "../administrators/_parts/name-browser.ts";

/** One's own sessions: each other one can be ended, or all at once. */
export function OwnSessions({ sessions }: { sessions: AdminSessionView[] }) {
  const router = useRouter();
  const update = () => router.refresh();
  const others = sessions.filter(({ current }) => !current).length;
  return (
    <>
      <SessionsTable
        name="Your sessions"
        sessions={sessions}
        actions={Object.fromEntries(
          sessions.map((session) => [session.id, session.current ? null : <EndSession session={session} />]),
        )}
      />
      {others > 0 && (
        <div className="no-print mt-3">
          <ConfirmDialog
            trigger={{ label: "End all others…", variant: "secondary" }}
            title="End all your other sessions?"
            description={others === 1 ? "There is one besides this one." : `There are ${others} besides this one.`}
            effects={["Those browsers are signed out with their next request. This one stays."]}
            words={{
              action: "End all others",
              doing: "Ending…",
              keep: "Cancel",
              failed: "They were not ended. Try again.",
            }}
            act={() => sendToApi("POST", "/session/end-others")}
            onDone={update}
            onGivenUp={update}
          />
        </div>
      )}
    </>
  );
}

function EndSession({ session: { id, user_agent: userAgent } }: { session: AdminSessionView }) {
  const router = useRouter();
  const update = () => router.refresh();
  return (
    <ConfirmDialog
      trigger={{ label: "End…", variant: "danger-quiet" }}
      title="End this session?"
      description={nameBrowser(userAgent)}
      effects={["That browser is signed out with its next request."]}
      words={{ action: "End it", doing: "Ending…", keep: "Keep it", failed: "It was not ended. Try again." }}
      act={() => sendToApi<undefined>("DELETE", `/sessions/${encodeURIComponent(id)}`)}
      onDone={update}
      onGivenUp={update}
    />
  );
}
