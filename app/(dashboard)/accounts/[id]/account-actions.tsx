"use client";

import { assertNever } from "../../../_components/assert-never.ts";
import { RotateCw, Send } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState, useTransition, type ReactNode } from "react";
import type { AccountView } from "#api/schemas/account";
import type { LinkTokenView } from "#api/schemas/link-token";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { Button } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { ConfirmDialog } from "../../../_components/confirm-dialog.tsx";
import { typedWords, type CredentialKind } from "../../../_components/credential-kind.ts";
import { formatDuration } from "../../../_components/duration.ts";
import type { ApiProblem } from "../../../_queries/problem.ts";
import { DisconnectDialog } from "./disconnect-dialog.tsx";
import { ReauthorizationLink } from "./reauthorization-link.tsx";

type Result =
  | { kind: "refreshed"; expiresAt: string | null; at: number; version: number }
  | { kind: "released" }
  | { kind: "disconnected"; revocation: "revoked" | "not_supported" | "failed" }
  | { kind: "problem"; during: string; problem: ApiProblem; at: number };

type Props = {
  account: AccountView;
  label: string;
  kind: CredentialKind;
  /** Refresh and disconnect. */
  mayWrite: boolean;
  /** Make links for customers. */
  mayInvite: boolean;
  children: ReactNode;
};

/** What an operator may do about this account, beside the words that say what should be done. */
export function AccountActions({ account, label, kind, mayWrite, mayInvite, children }: Props) {
  const router = useRouter();
  const [isUpdating, startTransition] = useTransition();
  const [busy, setBusy] = useState<"refresh" | "link" | null>(null);
  const [result, setResult] = useState<Result | null>(null);
  const [link, setLink] = useState<LinkTokenView | null>(null);

  const update = () => startTransition(() => router.refresh());

  const refresh = async () => {
    setBusy("refresh");
    setResult(null);
    const answer = await sendToApi<AccountView>("POST", `/integrated-accounts/${account.id}/refresh`);
    setResult(
      answer.kind === "ok"
        ? {
            kind: "refreshed",
            expiresAt: answer.value.expires_at,
            at: Date.now(),
            version: answer.value.credential_version,
          }
        : { kind: "problem", during: "The refresh failed", problem: answer.problem, at: Date.now() },
    );
    setBusy(null);
    update();
  };

  const createLink = async () => {
    setBusy("link");
    setResult(null);
    const answer = await sendToApi<LinkTokenView>("POST", "/link-tokens", {
      tenant_id: account.tenant_id,
      integrated_account_id: account.id,
    });
    if (answer.kind === "ok") setLink(answer.value);
    else setResult({ kind: "problem", during: "No link was created", problem: answer.problem, at: Date.now() });
    setBusy(null);
  };

  const isActive = account.status === "active";
  const isConnected = isActive || account.status === "needs_reauth";
  return (
    <section aria-label="Status and actions" className="card">
      <div className="flex flex-wrap items-start justify-between gap-x-8 gap-y-4 px-4 py-3.5">
        <div className="min-w-0 flex-[1_1_320px]">{children}</div>
        <div className="no-print flex flex-wrap gap-2 empty:hidden max-sm:w-full max-sm:flex-col max-sm:items-stretch">
          {mayWrite && isActive && kind === "token" && (
            <Button
              variant={account.last_error === null || account.hold !== null ? "secondary" : "primary"}
              disabled={busy !== null}
              onClick={() => void refresh()}
            >
              <RotateCw
                size={14}
                aria-hidden
                className={busy === "refresh" || isUpdating ? "motion-safe:animate-spin" : ""}
              />
              Refresh now
            </Button>
          )}
          {mayWrite && account.hold !== null && (
            <ConfirmDialog
              trigger={{ label: "Release…", variant: "secondary" }}
              title={`Release ${account.tenant_id} alone?`}
              description="The other held accounts stay held: one decision about all of them is made on the overview."
              effects={[
                "It is due at once, and the provider decides: a token comes, or the grant is dead.",
                "A dead grant becomes “needs re-authorization”, with its event.",
              ]}
              words={{
                action: "Release",
                doing: "Releasing…",
                keep: "Keep it held",
                failed: "It was not released. Try again.",
              }}
              variant="primary"
              act={() => sendToApi<AccountView>("POST", `/integrated-accounts/${account.id}/release`)}
              onDone={() => {
                setResult({ kind: "released" });
                update();
              }}
              onGivenUp={update}
            />
          )}
          {mayInvite && isConnected && (
            <Button
              variant={isActive ? "secondary" : "primary"}
              disabled={busy !== null}
              onClick={() => void createLink()}
            >
              <Send size={14} aria-hidden />
              Create re-authorization link
            </Button>
          )}
          {mayWrite && isConnected && (
            <DisconnectDialog
              account={account}
              label={label}
              kind={kind}
              onDone={(revocation) => {
                setLink(null);
                setResult({ kind: "disconnected", revocation });
                update();
              }}
            />
          )}
        </div>
      </div>
      {isConnected && !mayWrite && !mayInvite && <ReadOnlyNote />}
      {link !== null && <ReauthorizationLink link={link} account={account} onClose={() => setLink(null)} />}
      <div aria-live="polite">
        {result !== null && !isOver(result, account) && <ActionResult result={result} label={label} kind={kind} />}
      </div>
    </section>
  );
}

/** Whether the account has gone on since: what was said then stands beside another state now. */
function isOver(
  result: Result,
  { status, credential_version: version, last_error: error, refreshed_at: at }: AccountView,
): boolean {
  switch (result.kind) {
    case "refreshed":
      return status !== "active" || version > result.version || (version === result.version && error !== null);
    case "released":
      return status !== "active" || error !== null;
    case "disconnected":
      return false;
    case "problem":
      return at !== null && error === null && Date.parse(at) > result.at;
  }
  return assertNever(result);
}

function ReadOnlyNote() {
  return (
    <p className="border-t border-line px-4 py-2.5 text-xs text-subtle">
      Your role reads. Owners and operators refresh, re-authorize and disconnect.
    </p>
  );
}

const revocations = {
  revoked: "The grant was revoked there too.",
  not_supported: "It offers no way to revoke a grant, so the customer may still see the permission there.",
  failed: "Revoking the grant there failed: ask the customer to remove the permission there.",
};

type ResultProps = { result: Result; label: string; kind: CredentialKind };

function ActionResult({ result, label, kind }: ResultProps) {
  switch (result.kind) {
    case "refreshed":
      return (
        <Callout tone="good" title="Refreshed" className="mx-4 mb-4">
          {result.expiresAt === null
            ? "There is a new token; it does not expire."
            : `The new token is valid for ${formatDuration((Date.parse(result.expiresAt) - result.at) / 1000)}.`}
        </Callout>
      );
    case "released":
      return (
        <Callout tone="good" title="Released" className="mx-4 mb-4">
          It is due now. What the provider says of it stands here within a minute.
        </Callout>
      );
    case "disconnected":
      return (
        <Callout tone={result.revocation === "failed" ? "warn" : "good"} title="Disconnected" className="mx-4 mb-4">
          {kind === "token"
            ? `The tokens are erased here. ${label}: ${revocations[result.revocation]}`
            : `${typedWords[kind].it} is erased here. It works in ${label} until the customer deletes it there.`}
        </Callout>
      );
    case "problem":
      return (
        <Callout
          tone="bad"
          title={`${result.during}: ${result.problem.title}`}
          code={result.problem.code}
          className="mx-4 mb-4"
        >
          {result.problem.detail ?? "The timeline below may say more."}
        </Callout>
      );
  }
  return assertNever(result);
}
