import { ChevronRight } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import type { DeliveryView } from "#api/schemas/delivery";
import { classNames } from "../../../_components/class-names.ts";
import { countOf } from "../../../_components/figures.ts";
import { RelativeTime } from "../../../_components/relative-time.tsx";
import { StatusMark } from "../../../_components/status-mark.tsx";
import { AttemptList } from "./attempt-list.tsx";
import { deliveryConditionOf, deliveryConditions } from "./delivery-words.ts";
import { RedeliverButton } from "./redeliver-button.tsx";

type Props = {
  delivery: DeliveryView;
  /** What the row is about: the event in a list of an endpoint, the endpoint in that of an event. */
  subject: ReactNode;
  /** More to open from here. */
  links: { href: string; label: string }[];
  /** Whether it may be sent once more: by whom looks, and to an endpoint that takes it. */
  mayRedeliver: boolean;
  isOpen?: boolean;
};

const columns = "@2xl:grid-cols-[16px_116px_minmax(0,1fr)_minmax(0,216px)_84px]";

/** One delivery, which unfolds into its attempts. */
export function DeliveryRow({ delivery, subject, links, mayRedeliver, isOpen = false }: Props) {
  const condition = deliveryConditions[deliveryConditionOf(delivery)];
  return (
    <li id={delivery.id}>
      <details open={isOpen} className="group">
        <summary
          className={classNames(
            "grid min-h-11 cursor-pointer list-none grid-cols-[16px_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-0.5 px-4 py-2 text-sm -outline-offset-2 hover:bg-sunken",
            columns,
          )}
        >
          <ChevronRight
            size={14}
            aria-hidden
            className="text-subtle transition-transform duration-100 group-open:rotate-90"
          />
          <StatusMark condition={condition} />
          <span className="min-w-0 @max-2xl:order-last @max-2xl:col-span-2 @max-2xl:col-start-2">{subject}</span>
          <span className="truncate text-muted @max-2xl:order-last @max-2xl:col-span-2 @max-2xl:col-start-2">
            <Progress delivery={delivery} />
          </span>
          <span className="text-right text-muted">
            <RelativeTime at={delivery.event_created_at} />
          </span>
        </summary>
        <div className="border-t border-line bg-canvas px-4 py-2 @2xl:pl-11">
          {delivery.attempts.length > 0 && <AttemptList attempts={delivery.attempts} />}
          {delivery.next_attempt_at !== null && (
            <p className="py-1 text-sm text-muted">
              The {delivery.attempts.length === 0 ? "first" : "next"} attempt is due{" "}
              <RelativeTime at={delivery.next_attempt_at} parts={2} />.
            </p>
          )}
          <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 pt-2 pb-1">
            <ul className="flex flex-wrap gap-x-4 text-sm">
              {links.map(({ href, label }) => (
                <li key={href}>
                  <Link
                    href={href}
                    prefetch={false}
                    className="inline-flex min-h-6 items-center font-medium underline decoration-line-strong underline-offset-3 hover:decoration-current pointer-coarse:min-h-11"
                  >
                    {label}
                  </Link>
                </li>
              ))}
            </ul>
            {mayRedeliver && <RedeliverButton delivery={delivery} />}
          </div>
        </div>
      </details>
    </li>
  );
}

/** How far it came: the attempts and the last answer, or when the next is due. */
function Progress({ delivery: { attempts, next_attempt_at: nextAt } }: { delivery: DeliveryView }) {
  return (
    <>
      {attempts.length > 1 && `${countOf(attempts.length, "attempt")} · `}
      {wordAnswer(attempts.at(-1))}
      {nextAt !== null && (
        <>
          {" · due "}
          <RelativeTime at={nextAt} />
        </>
      )}
    </>
  );
}

function wordAnswer(attempt: DeliveryView["attempts"][number] | undefined): string {
  if (attempt === undefined) return "not tried yet";
  if (attempt.http_status !== null) return `HTTP ${attempt.http_status}`;
  return attempt.error === null ? "taken" : "no answer";
}
