import { Check, X } from "lucide-react";
import type { ReactNode } from "react";
import { classNames } from "../_components/class-names.ts";
import { Monogram } from "../_components/monogram.tsx";
import type { Product } from "./brand-style.ts";
import { LanguageSwitch } from "./language-switch.tsx";
import type { Words } from "./words/words.ts";

export type Joint = "open" | "underway" | "done" | "broken" | "idle";

export type CardProps = {
  product: string;
  /** Its logo, colours and privacy policy. */
  brand?: Product | undefined;
  /** The integration once it is known which. */
  label: string | null;
  joint: Joint;
  title: string;
  children: ReactNode;
  environment?: string | null;
  support?: string | null;
  footer?: ReactNode;
};

/** The card itself: two sides, the line between them, one decision. Drawn wherever it stands, also in a preview. */
export function CardFace(props: CardProps & { words: Words; heading?: "h1" | "p" }) {
  const { words, product, brand, label, joint, title, children, environment, support, footer } = props;
  const Heading = props.heading ?? "h1";
  return (
    <div className="@container w-full max-w-[420px]">
      <div className="card px-6 py-8 @sm:px-8">
        <Sides product={product} logo={brand?.logo ?? null} label={label} joint={joint} />
        <Heading className="text-center text-xl font-semibold tracking-tight text-balance">{title}</Heading>
        {children}
      </div>
      <div className="mt-5 space-y-1 px-4 text-center text-xs text-balance text-subtle">
        {environment !== null && environment !== undefined && environment !== "production" && (
          <p className="font-medium text-warn">{words.say("card.environment", { environment })}</p>
        )}
        {footer}
        {support !== null && support !== undefined && <Support words={words} support={support} />}
        {brand?.privacy_url != null && <Privacy words={words} product={product} address={brand.privacy_url} />}
        <LanguageSwitch words={words} />
      </div>
    </div>
  );
}

type SidesProps = Pick<CardProps, "product" | "label" | "joint"> & { logo: string | null };

function Sides({ product, logo, label, joint }: SidesProps) {
  return (
    <div aria-hidden className="mb-6 flex items-center justify-center">
      {logo === null ? (
        <Monogram name={product} size="large" tone="accent" />
      ) : (
        // White in both themes: most marks are drawn for it, and see through where they are not.
        // oxlint-disable-next-line next/no-img-element -- small already, and served for good
        <img src={logo} alt="" className="size-14 shrink-0 rounded-[14px] border border-line bg-white object-contain" />
      )}
      <Line joint={joint} />
      {label === null ? (
        <span className="size-14 rounded-[14px] border-2 border-dashed border-line-strong" />
      ) : (
        <Monogram name={label} size="large" />
      )}
    </div>
  );
}

/** The line completes as the steps do. */
function Line({ joint }: { joint: Joint }) {
  const done = { idle: 0, open: 22, underway: 44, done: 88, broken: 34 }[joint];
  const colour = joint === "broken" ? "fill-bad-solid" : "fill-accent";
  return (
    <span className="relative mx-2 grid h-7 w-[88px] place-items-center">
      <svg width="88" height="4" className="absolute">
        <line
          x1="2"
          x2="86"
          y1="2"
          y2="2"
          strokeWidth="2"
          strokeDasharray="2 5"
          strokeLinecap="round"
          className="stroke-line-strong"
        />
        <rect width={done} height="2" y="1" rx="1" className={colour} />
      </svg>
      {(joint === "done" || joint === "broken") && (
        <span
          className={classNames(
            "relative grid size-7 place-items-center rounded-full ring-4 ring-surface",
            joint === "done" ? "bg-accent text-on-accent" : "bg-bad-soft text-bad",
          )}
        >
          {joint === "done" ? <Check size={16} strokeWidth={2.5} /> : <X size={16} strokeWidth={2.5} />}
        </span>
      )}
    </span>
  );
}

function Privacy({ words, product, address }: { words: Words; product: string; address: string }) {
  return (
    <p>
      <a href={address} rel="noreferrer" className="text-muted underline underline-offset-2 hover:text-ink">
        {words.say("card.privacy", { product })}
      </a>
    </p>
  );
}

/** An address becomes a link; anything else is words. */
function Support({ words, support }: { words: Words; support: string }) {
  const isEmail = /^[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+$/.test(support);
  const isWeb = /^https?:\/\//.test(support) && URL.canParse(support);
  const href = isEmail ? `mailto:${support}` : support;
  const way =
    isEmail || isWeb ? (
      <a href={href} rel="noreferrer" className="text-muted underline underline-offset-2 hover:text-ink">
        {isWeb ? new URL(support).host : support}
      </a>
    ) : (
      <span className="text-muted">{support}</span>
    );
  return <p className="wrap-anywhere">{words.fill("card.questions", { support: way })}</p>;
}
