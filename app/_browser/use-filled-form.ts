"use client";

import { useEffect, useRef, type FormEvent, type RefObject } from "react";

type FilledForm = {
  form: RefObject<HTMLFormElement | null>;
  /** For the form: what somebody types is theirs until they apply it. */
  onInput: (event: FormEvent<HTMLFormElement>) => void;
  /** What stands in the form was applied: from now on the address says what stands there. */
  applied: () => void;
};

/**
 * Keeps the fields of a form of filters as its address has them, whichever way it was changed (a link, a chip, the way back), without
 * making the form anew: focus stays where it is, and what is being typed stays as it is typed.
 *
 * @param values by name of the field; a box is ticked where its value is the one given. What is not named is empty.
 */
export function useFilledForm(values: Readonly<Record<string, string | undefined>>): FilledForm {
  const form = useRef<HTMLFormElement>(null);
  const typed = useRef(new Set<string>());
  const told = JSON.stringify(values);
  // What the page came with stands there already, or somebody has changed it before the script was there.
  const filled = useRef(told);
  useEffect(() => {
    if (filled.current === told) return;
    filled.current = told;
    const wanted = JSON.parse(told) as Record<string, string | undefined>;
    for (const field of form.current?.elements ?? []) {
      if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) continue;
      if (field.type === "hidden" || field.name === "" || typed.current.has(field.name)) continue;
      const value = wanted[field.name] ?? "";
      if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = field.value === value;
      else if (field.value !== value) field.value = value;
    }
  }, [told]);
  return {
    form,
    onInput: ({ target }) => {
      if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) typed.current.add(target.name);
    },
    applied: () => typed.current.clear(),
  };
}
