import type { ReactNode } from "react";
import type { ApprovalView } from "#api/schemas/approval";
import type { SealingKeyView, SealingKeysView } from "#api/schemas/keys";
import { CopyButton } from "../../_components/copy-button.tsx";
import { countOf, formatCount } from "../../_components/figures.ts";
import { ListTable } from "../../_components/list-table.tsx";
import { RelativeTime } from "../../_components/relative-time.tsx";
import { StatusMark } from "../../_components/status-mark.tsx";
import { DisableKey, EnableKey } from "./key-actions.tsx";
import { keyConditionOf, keyConditions } from "./key-words.ts";
import { SealedBar } from "./sealed-bar.tsx";
import { WrapsBar } from "./wraps-bar.tsx";

const columns =
  "@3xl:grid @3xl:grid-cols-[minmax(0,2.4fr)_minmax(0,3fr)_minmax(0,2.4fr)_88px_104px] @3xl:items-center @3xl:gap-x-5";

const row = `flex flex-col gap-3 px-4 py-3.5 text-sm @3xl:gap-y-1 @3xl:[&>td]:self-start ${columns}`;

type Props = { view: SealingKeysView; mayWrite: boolean; asked: ApprovalView[] };

/** The keys of the key service, each with what it still seals and how worn it is. */
export function KeyTable({ view, mayWrite, asked }: Props) {
  const most = Math.max(1, ...view.keys.map((key) => key.sealed));
  const figures = mayWrite ? ["First seen", "Action"] : ["First seen"];
  return (
    <ListTable name="Keys" columns={columns} heads={["Key", "Seals", "Wraps"]} figures={figures}>
      {view.keys.map((key) => (
        <tr key={key.id} className={row}>
          <td className="min-w-0">
            <span className="flex min-w-0 items-center gap-1">
              <code className="min-w-0 truncate font-mono text-sm font-medium" title={key.id}>
                {key.id}
              </code>
              <CopyButton text={key.id} label={`Copy the key id ${key.id}`} />
            </span>
            <KeyStatus view={key} />
          </td>
          <Cell name="Seals">
            <SealedBar view={key} most={most} />
          </Cell>
          <Cell name="Wraps">
            <WrapsBar wraps={key.wraps} />
          </Cell>
          <td className="flex justify-between gap-4 leading-6 text-muted @3xl:block @3xl:text-right">
            <span className="text-subtle @3xl:hidden">First seen</span>
            {key.first_seen_at === null ? wordUnseen(key) : <RelativeTime at={key.first_seen_at} />}
          </td>
          {mayWrite && (
            <td className="empty:hidden @3xl:-mt-1 @3xl:text-right">
              <KeyAction view={key} asked={asked} />
            </td>
          )}
        </tr>
      ))}
      {view.tenant_keys.current + view.tenant_keys.destroyed > 0 && <TenantKeys view={view} />}
    </ListTable>
  );
}

function KeyStatus({ view }: { view: SealingKeyView }) {
  const { tells, ...condition } = keyConditions[keyConditionOf(view)];
  return <StatusMark condition={condition} remark={tells} />;
}

function TenantKeys({ view }: { view: SealingKeysView }) {
  const { current, retired, destroyed, sealed, wraps } = view.tenant_keys;
  return (
    <tr className={row}>
      <td className="min-w-0">
        <span className="block leading-6 font-medium">Tenants’ own keys</span>
        <span className="block text-muted">
          {formatCount(current)} in use
          {retired > 0 && ` · ${countOf(retired, "earlier version", "earlier versions")}`}
          {destroyed > 0 && ` · ${formatCount(destroyed)} destroyed`}
        </span>
      </td>
      <Cell name="Seals">{formatCount(sealed)}</Cell>
      <Cell name="Wraps">{formatCount(wraps)} in all</Cell>
    </tr>
  );
}

function Cell({ name, children }: { name: string; children: ReactNode }) {
  return (
    <td className="min-w-0">
      <span className="mb-1 block text-xs text-subtle @3xl:hidden">{name}</span>
      {children}
    </td>
  );
}

/** One that was in use before first uses were noted has none. */
function wordUnseen({ sealed, wraps }: SealingKeyView): string {
  return sealed === 0 && wraps === 0 ? "never" : "not noted";
}

/** Absent where it makes no sense: the current key stays, and one that still seals something is re-wrapped first. */
function KeyAction({ view: key, asked }: { view: SealingKeyView; asked: ApprovalView[] }) {
  const open = asked.find(
    ({ kind, subject }) => subject === key.id && (kind === "key.disable" || kind === "key.enable"),
  );
  if (open !== undefined) {
    return (
      <span className="text-xs leading-8 text-subtle">
        {open.kind === "key.disable" ? "Disabling asked" : "Enabling asked"}
      </span>
    );
  }
  const condition = keyConditionOf(key);
  if (condition === "disabled") return <EnableKey id={key.id} />;
  if (condition !== "opens") return null;
  if (key.sealed === 0) return <DisableKey id={key.id} />;
  return <span className="text-xs leading-8 text-subtle">Re-wrap first</span>;
}
