import { valueAt } from "./value-at.ts";
import { ListTable } from "../../../../_components/list-table.tsx";
import { partsOf } from "../_parts/pointer.ts";
import { ResetValue } from "./reset-value.tsx";
import { ValueDialog } from "./value-dialog.tsx";
import type { ValueRow } from "./value-rows.ts";

const columns = "@3xl:grid @3xl:grid-cols-[minmax(0,5fr)_minmax(0,5fr)_96px_172px] @3xl:items-center @3xl:gap-x-4";

type Props = {
  integration: string;
  rows: readonly ValueRow[];
  definition: unknown;
  /** Whether the definition is the catalogue's. */
  isPlatform: boolean;
  mayWrite: boolean;
};

/** Every value in force, and who says it. */
export function ValuesTable({ integration, rows, definition, isPlatform, mayWrite }: Props) {
  return (
    <ListTable
      name="Values in force"
      columns={columns}
      heads={["Field", "Value", "Says who", ...(mayWrite ? ["Change"] : [])]}
    >
      {rows.map((row) => (
        <tr key={row.pointer} className={`flex flex-col gap-1 px-4 py-2.5 text-sm @3xl:min-h-10 @3xl:py-1 ${columns}`}>
          <td className="min-w-0">
            <Pointer pointer={row.pointer} />
          </td>
          <td className="min-w-0">
            <Value value={row.value} />
          </td>
          <td className="text-xs whitespace-nowrap">
            <Origin row={row} isPlatform={isPlatform} />
          </td>
          {mayWrite && (
            <td className={`gap-1 @3xl:flex ${row.field === null ? "hidden" : "flex"}`}>
              {row.field !== null && (
                <>
                  {row.isOverridden && (
                    <ResetValue
                      integration={integration}
                      pointer={row.pointer}
                      defined={valueAt(definition, row.pointer)}
                    />
                  )}
                  <ValueDialog integration={integration} field={row.field} pointer={row.pointer} value={row.value} />
                </>
              )}
            </td>
          )}
        </tr>
      ))}
    </ListTable>
  );
}

/** The last part is what one looks for; what leads to it stands back. */
function Pointer({ pointer }: { pointer: string }) {
  const parts = partsOf(pointer);
  return (
    <code className="font-mono text-xs leading-5 wrap-anywhere" title={pointer}>
      <span className="text-subtle">
        /{parts.slice(0, -1).join("/")}
        {parts.length > 1 ? "/" : ""}
      </span>
      <span className="font-medium">{parts.at(-1)}</span>
    </code>
  );
}

const longest = 240;

function Value({ value }: { value: unknown }) {
  if (value === undefined) return <span className="text-xs text-subtle">Not said</span>;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return (
    <code className="font-mono text-xs leading-5 wrap-anywhere" title={shown === text ? undefined : text}>
      {shown === "" ? "“”" : shown}
    </code>
  );
}

function Origin({ row, isPlatform }: { row: ValueRow; isPlatform: boolean }) {
  if (row.origin === null) return <span className="text-subtle">Nobody</span>;
  if (row.origin === "platform") return <span className="text-muted">Platform</span>;
  const isOwnDefinition = !isPlatform && !row.isOverridden;
  return (
    <span className="inline-flex items-center rounded-full bg-accent-soft px-2 py-0.5 font-medium text-accent">
      {isOwnDefinition ? "Definition" : "Environment"}
    </span>
  );
}
