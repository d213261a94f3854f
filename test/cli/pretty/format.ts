import { CATALOGUES, type Language } from "../../../src/cli/catalogue/index.ts";
import type { Item } from "../../../src/cli/terminal/item.ts";
import type { ColourCount } from "../../../src/cli/terminal/palette.ts";
import { Pretty } from "../../../src/cli/terminal/pretty.ts";
import { makeStyle } from "../../../src/cli/terminal/style.ts";
import { noon } from "../../support/items.ts";

/** A formatter for ani, after her sign-in. The default width is 80. */
export function pretty({
  colours = 0,
  language = "en",
}: {
  colours?: ColourCount;
  language?: Language;
} = {}): (item: Item, width?: number) => string {
  const formatter = new Pretty({ style: makeStyle(colours), words: CATALOGUES[language], now: noon });
  formatter.format({ kind: "signedIn", username: "ani", expiresAt: noon, created: false }, 80);
  return (item, width = 80) => formatter.format(item, width);
}
