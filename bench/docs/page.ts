const END = "<!-- end of the figures -->";

/**
 * Replaces what stands between `<!-- figures: NAME -->` and the next end marker by the block of that name, for every block. Throws if
 * the page lacks a marker.
 */
export function fillPage(page: string, blocks: Readonly<Record<string, string>>): string {
  return Object.entries(blocks).reduce((text, [name, block]) => {
    const begin = `<!-- figures: ${name} -->`;
    const [before, ...rest] = text.split(begin);
    const behind = rest.join(begin);
    const end = behind.indexOf(END);
    if (before === undefined || end < 0) throw new Error(`The page has no markers for the figures "${name}".`);
    return `${before}${begin}\n${block}\n${behind.slice(end)}`;
  }, page);
}
