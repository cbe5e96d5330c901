import { KeyRound, Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { ButtonLink, buttonClass } from "../../../../_components/button.tsx";
import { EmptyState } from "../../../../_components/empty-state.tsx";
import { Paging } from "../../../../_components/paging.tsx";
import { isPermitted } from "../../../../_components/permitted.ts";
import { ProblemState } from "../../../../_components/problem-state.tsx";
import { readRole } from "../../../../_queries/session.ts";
import { readApiKeys } from "../../../../_queries/settings.ts";
import { SettingsHeader } from "../../_parts/settings-header.tsx";
import { KeyTable } from "./key-table.tsx";
import { StateFilter } from "./state-filter.tsx";

export const metadata: Metadata = { title: "API keys · Settings" };

const here = "/settings/api-keys";

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function ApiKeysPage({ searchParams }: Props) {
  const query = await searchParams;
  const state = query["state"] === "over" ? "over" : "in_force";
  const cursor = typeof query["cursor"] === "string" ? query["cursor"] : undefined;
  const [answer, role] = await Promise.all([readApiKeys({ state, cursor }), readRole()]);
  const mayWrite = isPermitted(role, "settings:write");
  const first = state === "over" ? `${here}?state=over` : here;
  return (
    <>
      <SettingsHeader active="api-keys" role={role}>
        {mayWrite && (
          <Link href={`${here}/new`} prefetch={false} className={buttonClass("primary")}>
            <Plus size={14} aria-hidden />
            Make a key
          </Link>
        )}
      </SettingsHeader>
      {answer.kind === "problem" ? (
        <div className="mt-4">
          <ProblemState problem={answer.problem} />
        </div>
      ) : (
        <>
          <StateFilter state={state} />
          {answer.value.data.length === 0 ? (
            <Nothing state={state} mayWrite={mayWrite} />
          ) : (
            <>
              <KeyTable
                name={state === "in_force" ? "API keys in force" : "API keys that are over"}
                keys={answer.value.data}
              />
              <Paging
                label="Pages"
                first={cursor === undefined ? null : { href: first, label: "Newest" }}
                next={
                  answer.value.next_cursor === null
                    ? null
                    : {
                        href: `${here}?${new URLSearchParams({ ...(state === "over" ? { state } : {}), cursor: answer.value.next_cursor })}`,
                        label: "Earlier",
                      }
                }
              />
            </>
          )}
        </>
      )}
    </>
  );
}

function Nothing({ state, mayWrite }: { state: "in_force" | "over"; mayWrite: boolean }) {
  if (state === "over") {
    return (
      <div className="card">
        <EmptyState icon={KeyRound} title="No key is over">
          Keys that were revoked or have ended stay here, so that the audit log has a name for each.
        </EmptyState>
      </div>
    );
  }
  return (
    <div className="card">
      <EmptyState
        icon={KeyRound}
        title="No key is in force"
        action={mayWrite ? <ButtonLink href={`${here}/new`}>Make a key</ButtonLink> : undefined}
      >
        Your product&rsquo;s backend calls Evergrant with a key: it makes connect links, and reads accounts and tokens.
        Give each backend one of its own, with no more than it needs.
      </EmptyState>
    </div>
  );
}
