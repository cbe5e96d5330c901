"use client";

import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { ConfirmDialog } from "../../../_components/confirm-dialog.tsx";
import { saveEnvironment } from "../_parts/save-environment.ts";

const offered = {
  on: {
    trigger: "Put links into events…",
    title: "Put re-authorization links into events?",
    description: "Events of a dead grant then carry a link that your product can hand on as it is.",
    effects: [
      "integrated_account:authentication_error and :reauth_soon carry the link, for one account each.",
      "Whoever reads these events can open the link: check where they are sent, and who sees them.",
      "Chats and mails get no link.",
    ],
    words: {
      action: "Put links into events",
      doing: "Saving…",
      keep: "Leave events without links",
      failed: "Nothing was changed. Try again.",
    },
  },
  off: {
    trigger: "Leave links out…",
    title: "Leave re-authorization links out of events?",
    description: "Your product then asks for a link when it wants one.",
    effects: [
      "Events from now on carry no link. Those that were sent keep theirs.",
      "A product that hands on the event's link finds none: it has to make one with POST /link-tokens.",
    ],
    words: {
      action: "Leave links out",
      doing: "Saving…",
      keep: "Keep them in events",
      failed: "Nothing was changed. Try again.",
    },
  },
} as const;

/** Whether events carry links, and the other way. */
export function LinksInEvents({ isOn, mayWrite }: { isOn: boolean; mayWrite: boolean }) {
  const router = useRouter();
  const [isUpdating, startTransition] = useTransition();
  const update = () => startTransition(() => router.refresh());
  const { trigger, ...dialog } = offered[isOn ? "off" : "on"];
  return (
    <div className="card flex flex-wrap items-center justify-between gap-x-6 gap-y-3 p-4 text-sm">
      <p className="min-w-0 flex-[1_1_240px]">
        {isOn ? "Events of a dead grant carry a ready link." : "Events carry no link."}
      </p>
      {mayWrite && (
        <ConfirmDialog
          {...dialog}
          trigger={{ label: trigger, variant: "secondary", isDisabled: isUpdating }}
          variant="primary"
          act={() => saveEnvironment({ reauth_links_in_events: !isOn })}
          onDone={update}
          onGivenUp={update}
        />
      )}
    </div>
  );
}
