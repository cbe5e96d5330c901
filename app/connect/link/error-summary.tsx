import type { ReactNode } from "react";
import { Callout } from "../../_components/callout.tsx";

type Props = {
  tone: "warn" | "bad";
  title: string;
  children?: ReactNode;
  /** The fields to look at again. */
  fields?: { id: string; label: string }[];
};

/** What went wrong with the form that came again. It takes the focus, without a script too: whoever hears the page begins here. */
export function ErrorSummary({ tone, title, children, fields = [] }: Props) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-autofocus -- the page answers what was sent, and this is what it says
    <div role="alert" tabIndex={-1} autoFocus className="rounded-md">
      <Callout tone={tone} title={title}>
        {children}
        {fields.length > 0 && (
          <ul className="-mb-1">
            {fields.map(({ id, label }) => (
              <li key={id}>
                <a
                  href={`#${id}`}
                  className="inline-flex min-h-6 items-center underline underline-offset-2 pointer-coarse:min-h-11"
                >
                  {label}
                </a>
              </li>
            ))}
          </ul>
        )}
      </Callout>
    </div>
  );
}
