import type { ComponentProps } from "react";
import type { ConnectOutcomeView } from "#api/schemas/connect";
import { ConnectCard } from "../connect-card.tsx";

/** One way to the provider and back: what came of it, who asked, and what is connected. */
export type Trip = { view: ConnectOutcomeView; product: string; label: string };

type Props = { trip: Trip } & Pick<ComponentProps<typeof ConnectCard>, "joint" | "title" | "footer" | "children">;

/** The card of a trip, with who it is about. */
export function OutcomeCard({ trip: { view, product, label }, ...card }: Props) {
  return <ConnectCard product={product} brand={view.product} label={label} support={view.product.support} {...card} />;
}
