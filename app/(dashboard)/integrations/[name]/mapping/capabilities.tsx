import { Check, Minus } from "lucide-react";
import type { IntegrationMappingView } from "#api/schemas/mapping-trial";
import type { ModelCapabilitiesView } from "#api/schemas/unified";
import { Fact } from "../../../../_components/facts.tsx";
import { SectionHeading } from "../../../../_components/section-heading.tsx";

const operations = ["list", "get", "create", "update", "delete"] as const;

type Props = { of: IntegrationMappingView; capabilities: ModelCapabilitiesView };
type Row = { name: string; says: string; can: ModelCapabilitiesView["fields"][string] };

/** What callers can do with a model here, as the API tells it for an account. */
export function Capabilities({ of, capabilities }: Props) {
  const { filters, sorts, max_limit: most } = capabilities;
  const known = new Map(of.fields.map((field) => [field.name, field]));
  const rows: Row[] = [
    ...Object.entries(capabilities.fields).map(([name, can]) => ({
      name,
      says: known.get(name)?.description.replaceAll("`", "") ?? "",
      can,
    })),
    ...Object.entries(capabilities.custom_fields).map(([name, can]) => ({
      name: `custom_fields.${name}`,
      says: "Of this mapping alone.",
      can,
    })),
  ];
  return (
    <section aria-labelledby="capabilities" className="min-w-0">
      <SectionHeading id="capabilities" title="Capabilities" note="what callers are told it can do" />
      <div className="grid min-w-0 items-start gap-4 xl:grid-cols-[minmax(0,20rem)_minmax(0,1fr)]">
        <dl className="card divide-y divide-line text-sm">
          <Fact name="Operations">
            <ul className="flex flex-wrap gap-x-3 gap-y-0.5">
              {operations.map((one) => (
                <li key={one} className="inline-flex items-center gap-1">
                  <Can it={capabilities.operations.includes(one)} /> {one}
                </li>
              ))}
            </ul>
          </Fact>
          <Fact name="Filters">
            <Words of={filters} />
          </Fact>
          <Fact name="Sorted by">
            <Words of={sorts} />
          </Fact>
          <Fact name="Page">{most === null ? <span className="text-subtle">no list</span> : `${most} at most`}</Fact>
        </dl>
        <table className="card w-full border-separate border-spacing-0 overflow-hidden text-sm">
          <caption className="sr-only">Fields of {of.model}</caption>
          <thead>
            <tr className="text-xs text-subtle">
              <th scope="col" className="border-b border-line px-4 py-2 text-left font-medium">
                Field
              </th>
              {["Read", "Create", "Update"].map((head) => (
                <th key={head} scope="col" className="w-16 border-b border-line px-1 py-2 text-center font-medium">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="[&>tr+tr>*]:border-t [&>tr+tr>*]:border-line">
            {rows.map(({ name, says, can }) => (
              <tr key={name}>
                <th scope="row" className="px-4 py-1.5 text-left font-normal">
                  <code className="font-mono text-xs wrap-anywhere">{name}</code>
                  <span className="ml-2 hidden text-xs text-subtle sm:inline">{says}</span>
                </th>
                {[can.read, can.create, can.update].map((it, index) => (
                  <td key={index} className="px-1 py-1.5 text-center">
                    <span className="inline-flex align-middle">
                      <Can it={it} />
                    </span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Can({ it }: { it: boolean }) {
  return it ? (
    <>
      <Check size={14} aria-hidden className="shrink-0 text-good" />
      <span className="sr-only">yes</span>
    </>
  ) : (
    <>
      <Minus size={14} aria-hidden className="shrink-0 text-subtle" />
      <span className="sr-only">no</span>
    </>
  );
}

function Words({ of }: { of: readonly string[] }) {
  return of.length === 0 ? (
    <span className="text-subtle">none</span>
  ) : (
    <span className="font-mono text-xs leading-5 wrap-anywhere">{of.join(", ")}</span>
  );
}
