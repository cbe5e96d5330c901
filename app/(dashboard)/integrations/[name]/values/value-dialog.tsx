"use client";

import { useRouter } from "next/navigation";
import { useId } from "react";
import type { EnvironmentIntegrationView } from "#api/schemas/integration";
import type { OverridableFieldView } from "#api/schemas/integration-details";
import { sendToApi } from "../../../../_browser/send-to-api.ts";
import { FormDialog } from "../../../../_components/form-dialog.tsx";
import type { Answer } from "../../../../_queries/problem.ts";
import { partsOf, pieceOf, pointerOf } from "../_parts/pointer.ts";
import { controlOf, readTyped, shownIn, type ValueControl } from "./value-control.ts";

type Props = {
  integration: string;
  field: OverridableFieldView;
  /** Where it is; with a free name, of the one that is there already. */
  pointer: string;
  value: unknown;
};

/** One value of this environment, laid over the definition. */
export function ValueDialog({ integration, field, pointer, value }: Props) {
  const router = useRouter();
  const isNamed = pointer.endsWith("/*");
  const control = controlOf(field.schema);
  const description = field.schema["description"];
  const short = partsOf(pointer).at(-1) ?? pointer;
  const send = async (fields: FormData): Promise<Answer<EnvironmentIntegrationView>> => {
    const text = (name: string): string => {
      const one = fields.get(name);
      return typeof one === "string" ? one : "";
    };
    const typed = readTyped(control, text("value"));
    if (typed.kind === "wrong") {
      return {
        kind: "problem",
        problem: { status: 0, code: "not_sent", title: typed.why, detail: "Nothing was sent.", errors: [] },
      };
    }
    const at = isNamed ? pointerOf([...partsOf(pointer).slice(0, -1), text("name").trim()]) : pointer;
    return await sendToApi<EnvironmentIntegrationView>("PATCH", "/environment-integration", {
      integration_name: integration,
      overrides: pieceOf(at, typed.value) as Record<string, unknown>,
    });
  };
  return (
    <FormDialog<EnvironmentIntegrationView>
      trigger={{ label: isNamed ? "Add…" : "Change…", variant: "ghost" }}
      title={isNamed ? "A value of this environment" : `Change ${short} in this environment`}
      description={
        typeof description === "string" ? description : "Laid over the definition; it counts from the next use on."
      }
      words={{ action: "Save", doing: "Saving…", failed: "Nothing was changed. Try again." }}
      send={send}
      onDone={() => router.refresh()}
    >
      {() => (
        <>
          <code className="font-mono text-xs wrap-anywhere text-subtle">{pointer}</code>
          {isNamed && <NameField />}
          <ValueField control={control} value={value} />
          {!isNamed && field.defined !== undefined && (
            <p className="text-xs text-subtle">
              The definition says <code className="font-mono wrap-anywhere">{JSON.stringify(field.defined)}</code>.
            </p>
          )}
        </>
      )}
    </FormDialog>
  );
}

function NameField() {
  const id = useId();
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        Name
      </label>
      <input
        id={id}
        name="name"
        required
        maxLength={100}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        className="control w-full font-mono"
      />
    </div>
  );
}

function ValueField({ control, value }: { control: ValueControl; value: unknown }) {
  const id = useId();
  const shown = shownIn(control, value);
  const help = helpOf(control);
  const described = help === null ? {} : { "aria-describedby": `${id}-help` };
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        Value
      </label>
      {control.kind === "choice" || control.kind === "switch" ? (
        <select id={id} name="value" defaultValue={shown} className="control select w-full">
          {(control.kind === "choice" ? control.options : ["true", "false"]).map((option) => (
            <option key={option} value={option}>
              {control.kind === "switch" ? { true: "Yes", false: "No" }[option] : option}
            </option>
          ))}
        </select>
      ) : control.kind === "lines" || control.kind === "json" ? (
        <textarea
          {...described}
          id={id}
          name="value"
          defaultValue={shown}
          rows={Math.min(14, Math.max(4, shown.split("\n").length + 1))}
          spellCheck={false}
          autoCapitalize="none"
          className="control h-auto w-full py-2 font-mono text-xs"
        />
      ) : (
        <input
          {...described}
          id={id}
          name="value"
          defaultValue={shown}
          required
          type={control.kind === "number" ? "number" : "text"}
          {...(control.kind === "number" ? { step: control.isWhole ? 1 : "any" } : {})}
          {...(control.kind === "number" && control.min !== null ? { min: control.min } : {})}
          {...(control.kind === "number" && control.max !== null ? { max: control.max } : {})}
          autoComplete="off"
          spellCheck={false}
          className="control w-full font-mono"
        />
      )}
      {help !== null && (
        <p id={`${id}-help`} className="text-xs text-subtle">
          {help}
        </p>
      )}
    </div>
  );
}

function helpOf(control: ValueControl): string | null {
  if (control.kind === "lines") return "One on each line. The list takes the place of the definition's.";
  if (control.kind === "json") return "As JSON. A list takes the place of the definition's.";
  if (control.kind !== "number") return null;
  const { min, max } = control;
  if (min !== null && max !== null) return `From ${min} to ${max}.`;
  return min === null ? null : `At least ${min}.`;
}
