import { CircleCheck, Circle } from "lucide-react";
import type { ReactNode } from "react";
import { SectionHeading } from "../../../../_components/section-heading.tsx";

type Props = { label: string; redirectUri: string | null; mayWrite: boolean };

/** Of an integration that nobody can connect yet: what is to be done, and how far it is. */
export function SetupSteps({ label, redirectUri, mayWrite }: Props) {
  return (
    <section aria-labelledby="setup">
      <SectionHeading
        id="setup"
        title="Set it up"
        note={mayWrite ? "four steps, a few minutes" : "an owner or an operator does it"}
      />
      <ol className="card grid divide-line max-md:divide-y md:grid-cols-4 md:divide-x">
        <Step number={1} isDone={redirectUri !== null} title="Make the redirect URI">
          Below. It is this environment&apos;s own, and stays.
        </Step>
        <Step number={2} isDone={false} title={`Register your app at ${label}`}>
          In its developer console, with the redirect URI and the scopes below.
        </Step>
        <Step number={3} isDone={false} title="Set the client here">
          The client id and its secret, as {label} shows them.
        </Step>
        <Step number={4} isDone={false} title="Connect an account of your own">
          With a link of the API, in an environment that is not production. Then force a refresh.
        </Step>
      </ol>
    </section>
  );
}

type StepProps = { number: number; isDone: boolean; title: string; children: ReactNode };

function Step({ number, isDone, title, children }: StepProps) {
  const Icon = isDone ? CircleCheck : Circle;
  return (
    <li className="flex gap-2.5 px-4 py-3 text-sm">
      <Icon size={16} aria-hidden className={`mt-0.5 shrink-0 ${isDone ? "text-good" : "text-subtle"}`} />
      <div className="min-w-0">
        <p className="font-medium wrap-anywhere">
          <span className="sr-only">
            Step {number}
            {isDone ? ", done" : ""}:{" "}
          </span>
          {title}
        </p>
        <p className="mt-0.5 text-muted">{children}</p>
      </div>
    </li>
  );
}
