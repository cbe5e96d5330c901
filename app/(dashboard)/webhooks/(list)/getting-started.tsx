import { Webhook } from "lucide-react";
import { ButtonLink } from "../../../_components/button.tsx";
import { EmptyState } from "../../../_components/empty-state.tsx";

const steps = [
  {
    title: "Add an endpoint",
    text: "Your backend's https address, a channel of your chat, or a mailbox. Choose which events it gets.",
  },
  {
    title: "Send it a test event",
    text: "One click on its page. You see what it answered, and how long it took.",
  },
  {
    title: "Verify the signature",
    text: "A few lines with the Standard Webhooks library, in your language, stand ready to copy.",
  },
];

/** No endpoint yet: what they are for, and the way to a working one. */
export function GettingStarted({ mayWrite }: { mayWrite: boolean }) {
  return (
    <div className="card">
      <EmptyState
        icon={Webhook}
        title="Hear of it when a customer must re-authorize"
        action={
          mayWrite ? (
            <ButtonLink href="/webhooks/new" variant="primary">
              Add the first endpoint
            </ButtonLink>
          ) : (
            <p className="text-sm text-muted">An owner or an operator can add one.</p>
          )
        }
      >
        Evergrant sends each event to your endpoints until it arrives: ten times over three days, with the same id.
      </EmptyState>
      <ol className="grid gap-px border-t border-line sm:grid-cols-3 sm:divide-x sm:divide-line max-sm:divide-y max-sm:divide-line">
        {steps.map(({ title, text }, index) => (
          <li key={title} className="flex gap-3 px-5 py-4 text-sm">
            <span
              aria-hidden
              className="grid size-5 shrink-0 place-items-center rounded-full bg-sunken font-mono text-xs text-muted"
            >
              {index + 1}
            </span>
            <span>
              <span className="block font-medium">{title}</span>
              <span className="text-muted">{text}</span>
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
