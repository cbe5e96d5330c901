"use client";

import { Dialog } from "@base-ui/react/dialog";
import { useRouter } from "next/navigation";
import { useId, useState, type FormEvent } from "react";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { Button, buttonClass } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { CopyButton } from "../../../_components/copy-button.tsx";
import { usePausedUpdates } from "../../../_components/live-updates.tsx";
import type { InvitationView } from "../../../_queries/administrators.ts";
import type { ApiProblem } from "../../../_queries/problem.ts";
import { RoleChoice } from "../_parts/role-choice.tsx";
import { roleWords, type RoleName } from "../_parts/role-words.ts";

type Made = InvitationView & { url: string; mailed: boolean };

/** Invites somebody, and shows the link once. */
export function InviteDialog() {
  const router = useRouter();
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [role, setRole] = useState<RoleName>("operator");
  const [made, setMade] = useState<Made | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  usePausedUpdates(isOpen);

  const change = (open: boolean) => {
    if (isBusy) return;
    setOpen(open);
    if (open) return;
    if (made !== null) router.refresh();
    setMade(null);
    setProblem(null);
    setRole("operator");
  };

  const invite = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = new FormData(event.currentTarget).get("email");
    setBusy(true);
    setProblem(null);
    const answer = await sendToApi<Made>("POST", "/invitations", { email, role });
    setBusy(false);
    if (answer.kind === "ok") setMade(answer.value);
    else setProblem(answer.problem);
  };

  return (
    <Dialog.Root open={isOpen} onOpenChange={change}>
      <Dialog.Trigger className={buttonClass("primary")}>Invite…</Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop z-40" />
        <Dialog.Viewport className="fixed inset-0 z-40 grid place-items-center overflow-y-auto p-4">
          <Dialog.Popup className="popup w-full max-w-[480px] p-5 outline-none">
            {made === null ? (
              <form onSubmit={(event) => void invite(event)} className="flex flex-col gap-4">
                <div>
                  <Dialog.Title className="text-lg font-semibold">Invite an administrator</Dialog.Title>
                  <Dialog.Description className="mt-1 text-muted">
                    You get a link for them. It works once, for three days.
                  </Dialog.Description>
                </div>
                <div className="flex flex-col gap-1.5">
                  <label htmlFor={id} className="text-sm font-medium">
                    Email
                  </label>
                  <input
                    id={id}
                    name="email"
                    type="email"
                    required
                    maxLength={300}
                    autoComplete="off"
                    placeholder="grace@example.com"
                    className="control w-full"
                  />
                </div>
                <RoleChoice value={role} onChange={setRole} />
                {problem !== null && (
                  <div role="alert">
                    <Callout tone="bad" title={problem.title} code={problem.code}>
                      {problem.detail ?? "Nobody was invited. Try again."}
                    </Callout>
                  </div>
                )}
                <div className="flex flex-wrap justify-end gap-2">
                  <Dialog.Close className={buttonClass("secondary")} disabled={isBusy}>
                    Cancel
                  </Dialog.Close>
                  <Button type="submit" variant="primary" disabled={isBusy}>
                    {isBusy ? "Inviting…" : "Invite"}
                  </Button>
                </div>
              </form>
            ) : (
              <div className="flex flex-col gap-4">
                <div>
                  <Dialog.Title className="text-lg font-semibold wrap-anywhere">
                    {made.email} is invited as {roleWords[made.role].label.toLowerCase()}
                  </Dialog.Title>
                  <Dialog.Description className="mt-1 text-muted">
                    {made.mailed
                      ? "The link was mailed to them. Here it is too, this once:"
                      : "Hand them this link, and nobody else. It is shown this once:"}
                  </Dialog.Description>
                </div>
                <div className="flex items-center gap-2">
                  <input
                    aria-label="Invitation link"
                    readOnly
                    value={made.url}
                    onFocus={(event) => event.target.select()}
                    className="control min-w-0 flex-1 font-mono text-xs"
                  />
                  <CopyButton text={made.url} label="Copy the invitation link" showLabel />
                </div>
                <Callout tone="warn" title="Whoever opens the link becomes the administrator">
                  For approvals they count as a second person only after the waiting time.
                </Callout>
                <div className="flex justify-end">
                  <Dialog.Close className={buttonClass("primary")}>Done</Dialog.Close>
                </div>
              </div>
            )}
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
