"use client";

import { useState } from "react";
import { DefinitionEditor } from "../integrations/_editor/definition-editor.tsx";
import { formatJson } from "../integrations/_editor/format-json.ts";
import { templates, type TemplateFormat } from "../integrations/_editor/templates.ts";

type Props = {
  name: string;
  format: TemplateFormat;
  /** What to go on from instead of a template. */
  copy: string | null;
};

/** A definition from nothing, or from a template: another one is offered for as long as nothing was typed. */
export function NewDefinition({ name, format: given, copy }: Props) {
  const [format, setFormat] = useState(given);
  const [isTouched, setTouched] = useState(false);
  const template = templates.find((one) => one.format === format) ?? templates[0];
  const initial = copy ?? formatJson(template?.document(name) ?? {});
  return (
    <div className="flex flex-col gap-4">
      {copy === null && (
        <fieldset disabled={isTouched} className="group min-w-0">
          <legend className="mb-2 text-sm font-medium">
            What a customer gives
            {isTouched && <span className="ml-2 font-normal text-subtle">undo all to choose another one</span>}
          </legend>
          <div className="grid gap-2 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-5">
            {templates.map((one) => (
              <label
                key={one.format}
                className="card flex cursor-pointer items-start gap-2.5 px-3 py-2.5 text-sm group-disabled:cursor-default hover:bg-sunken has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
              >
                <input
                  type="radio"
                  name="format"
                  value={one.format}
                  aria-label={`${one.title}: ${one.says}`}
                  checked={one.format === format}
                  onChange={() => setFormat(one.format)}
                  className="mt-1 shrink-0 accent-accent outline-none"
                />
                <span>
                  <span className="block font-medium">{one.title}</span>
                  <span className="block text-xs text-muted">{one.says}</span>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
      )}
      <DefinitionEditor
        key={copy === null ? format : "copy"}
        initial={initial}
        stored={null}
        since="never"
        name={null}
        onText={(text) => setTouched(text !== initial)}
      />
    </div>
  );
}
