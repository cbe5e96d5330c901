import Link from "next/link";
import type { ReactNode } from "react";
import type { MassFailureView } from "#api/schemas/mass-failure";
import { countOf } from "../../_components/figures.ts";
import { causeWords, massFailureAnchor } from "../../_components/mass-failure-words.ts";
import { RelativeTime } from "../../_components/relative-time.tsx";
import { StatusIcon } from "../../_components/status-icon.tsx";
import { DecisionDialog } from "./decision-dialog.tsx";

type Props = { failures: MassFailureView[]; labels: Map<string, string>; mayDecide: boolean };

/** What the guard holds, each with what to look at and the two ways out (R26). */
export function MassFailures({ failures, labels, mayDecide }: Props) {
  return failures.map((failure) => {
    const label = labels.get(failure.integration_name) ?? failure.integration_name;
    return failure.state === "declared" ? (
      <Declared key={failure.integration_name} failure={failure} label={label} mayDecide={mayDecide} />
    ) : (
      <Resolving key={failure.integration_name} failure={failure} label={label} />
    );
  });
}

type OneProps = { failure: MassFailureView; label: string };

function Declared({ failure, label, mayDecide }: OneProps & { mayDecide: boolean }) {
  const { held, left, likely_cause: cause, started_at: startedAt } = failure;
  const words = cause === null ? null : causeWords(cause, label);
  return (
    <Frame failure={failure} title={held === 0 ? `${label}: nothing is held any more` : titleOf(held, label, "held")}>
      <dl className="grid border-b border-line py-1.5 text-sm sm:grid-cols-3 sm:py-0">
        <Fact name="Held since">{startedAt === null ? "–" : <RelativeTime at={startedAt} parts={2} />}</Fact>
        <Fact name="Held">
          {held === 0 ? (
            "none"
          ) : (
            <TextLink href={heldHref(failure)} label={`Show the ${countOf(held, "held account")} of ${label}`}>
              {countOf(held, "account")}
            </TextLink>
          )}
        </Fact>
        <Fact name="Left before the hold">
          {left === 0 ? (
            "none"
          ) : (
            <TextLink
              href={`/accounts?status=needs_reauth&integration_name=${encodeURIComponent(failure.integration_name)}`}
              label={`Show the accounts of ${label} to re-authorize`}
            >
              {countOf(left, "account")}
            </TextLink>
          )}
        </Fact>
      </dl>
      {held === 0 ? (
        <p className="max-w-3xl px-4 pt-3.5 text-sm">
          Every account that was held works again or is gone. Until the hold is ended, the next one that is rejected is
          held as well, whatever the reason.
        </p>
      ) : (
        words !== null && (
          <div className="max-w-3xl px-4 pt-3.5 text-sm">
            <h3 className="font-medium">{words.title}</h3>
            <p className="mt-0.5 text-muted">{words.why}</p>
            <ul className="mt-2 list-disc space-y-1 pl-5 marker:text-subtle">
              {words.checks.map((check) => (
                <li key={check}>{check}</li>
              ))}
              <li>Not sure? Open a held account and refresh it: that asks about this one grant alone.</li>
            </ul>
          </div>
        )
      )}
      {mayDecide ? (
        <div className="no-print flex flex-wrap gap-2 px-4 py-4 max-sm:flex-col max-sm:items-stretch">
          <DecisionDialog decision="release" failure={failure} label={label} />
          {held > 0 && <DecisionDialog decision="confirm" failure={failure} label={label} />}
        </div>
      ) : (
        <p className="px-4 py-4 text-xs text-subtle">Your role reads. Owners and operators release or confirm.</p>
      )}
    </Frame>
  );
}

function Resolving({ failure, label }: OneProps) {
  const { held, decision, decided_at: decidedAt, decided_by: decidedBy } = failure;
  return (
    <Frame
      failure={failure}
      title={titleOf(held, label, decision === "confirm" ? "being confirmed" : "being released")}
    >
      <p className="max-w-3xl px-4 py-3.5 text-sm">
        {decision === "confirm"
          ? "The accounts become “needs re-authorization” one after the other, each with its event."
          : "The accounts are given free to be tried again, spread over minutes."}{" "}
        A worker does it in the background; should this number stand still, look whether one runs.
        {decidedAt !== null && (
          <>
            {" "}
            Decided <RelativeTime at={decidedAt} />
            {decidedBy !== null && (
              <>
                {" "}
                by <code className="font-mono text-xs wrap-anywhere">{decidedBy}</code>
              </>
            )}
            .
          </>
        )}
      </p>
    </Frame>
  );
}

function titleOf(held: number, label: string, what: string): string {
  return `${label}: ${countOf(held, "account is", "accounts are")} ${what}`;
}

function heldHref({ integration_name: name }: MassFailureView): string {
  return `/accounts?integration_name=${encodeURIComponent(name)}&hold=true`;
}

type FrameProps = { failure: MassFailureView; title: string; children: ReactNode };

function Frame({ failure, title, children }: FrameProps) {
  const id = massFailureAnchor(failure.integration_name);
  return (
    <section id={id} aria-labelledby={`${id}-title`} className="mt-6 scroll-mt-16 card overflow-hidden">
      <h2
        id={`${id}-title`}
        className="flex items-start gap-2.5 bg-hold-soft px-4 py-3 text-base font-semibold text-hold"
      >
        <StatusIcon name="pause" className="mt-1" />
        <span className="min-w-0 wrap-anywhere">{title}</span>
      </h2>
      {children}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 justify-between gap-4 px-4 py-1 sm:block sm:py-2.5">
      <dt className="text-muted sm:text-xs sm:text-subtle">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function TextLink({ href, label, children }: { href: string; label: string; children: ReactNode }) {
  return (
    <Link href={href} prefetch={false} title={label} className="py-1 font-medium text-accent hover:underline">
      {children}
    </Link>
  );
}
