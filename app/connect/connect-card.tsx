import { brandStyle } from "./brand-style.ts";
import { CardFace, type CardProps } from "./card-face.tsx";
import { readWords } from "./words/read-words.ts";

export type { Joint } from "./card-face.tsx";

/** The one card an end user sees, as a page. */
export async function ConnectCard(props: CardProps) {
  return (
    <main
      style={brandStyle(props.brand?.accent)}
      className="flex min-h-dvh flex-col items-center justify-center px-4 py-8"
    >
      <CardFace {...props} words={await readWords()} />
    </main>
  );
}
