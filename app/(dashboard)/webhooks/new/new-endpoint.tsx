"use client";

import Link from "next/link";
import { useState, type ReactNode } from "react";
import type { EndpointView } from "#api/schemas/webhook";
import { sendToApi } from "../../../_browser/send-to-api.ts";
import { buttonClass } from "../../../_components/button.tsx";
import { Callout } from "../../../_components/callout.tsx";
import { SectionHeading } from "../../../_components/section-heading.tsx";
import { EndpointAddress } from "../_parts/endpoint-address.tsx";
import { EndpointForm, type EndpointDraft } from "../_parts/endpoint-form.tsx";
import { SecretOnce } from "../_parts/secret-once.tsx";
import { PingButton, PingResult, type PingAnswer } from "../_parts/ping-button.tsx";

type Created = EndpointView & { secret: string | null };

const blank: EndpointDraft = { url: "", format: "standard", events: ["*"], description: null };

/** The form, and in its place what came of it: the secret, once, and the two steps that are left. */
export function NewEndpoint({ children }: { children: ReactNode }) {
  const [created, setCreated] = useState<Created | null>(null);
  const [ping, setPing] = useState<PingAnswer | null>(null);
  if (created === null) {
    return (
      <>
        <h1 className="mb-5 text-xl font-semibold tracking-tight">Add endpoint</h1>
        <EndpointForm
          draft={blank}
          isNew
          words={{ action: "Add endpoint", doing: "Adding…", failed: "No endpoint was added" }}
          cancelHref="/webhooks"
          send={(draft) => sendToApi<Created>("POST", "/webhook-endpoints", draft)}
          onDone={setCreated}
        />
      </>
    );
  }
  return (
    <div className="flex flex-col gap-6">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">Endpoint added</h1>
        <p className="mt-0.5 text-sm wrap-anywhere text-muted">
          Events go to <EndpointAddress url={created.url} /> from now on.
        </p>
      </div>
      {created.secret !== null && <SecretOnce secret={created.secret} />}
      <section aria-labelledby="test">
        <SectionHeading id="test" title="Send a test event" />
        <div className="card flex flex-wrap items-center justify-between gap-x-6 gap-y-3 p-4 text-sm">
          <p className="min-w-0 flex-[1_1_280px] text-muted">
            It goes to this endpoint alone, whatever events it gets, and stands in its deliveries with what was
            answered.
          </p>
          <PingButton endpoint={created} onAnswer={setPing} />
        </div>
        <div aria-live="polite">{ping !== null && <PingResult answer={ping} className="mt-3" />}</div>
      </section>
      {created.secret === null ? (
        <Callout tone="info" title="Nothing to verify">
          Messages of this format carry no signature.
        </Callout>
      ) : (
        <section aria-labelledby="verify">
          <SectionHeading id="verify" title="Verify the signature" note="before your receiver trusts anything" />
          {children}
        </section>
      )}
      <div>
        <Link href={`/webhooks/${created.id}`} prefetch={false} className={buttonClass("primary")}>
          Done, show the endpoint
        </Link>
      </div>
    </div>
  );
}
