const END = "<!-- end of the figures -->";

/** Puts each block where the page has `<!-- figures: ITS NAME -->`, up to the end that is marked there. Throws where it has no such place. */
export function fillPage(page: string, blocks: Readonly<Record<string, string>>): string {
  return Object.entries(blocks).reduce((text, [name, block]) => {
    const begin = `<!-- figures: ${name} -->`;
    const [before, ...rest] = text.split(begin);
    const behind = rest.join(begin);
    const end = behind.indexOf(END);
    if (before === undefined || end < 0) throw new Error(`The page has no place for the figures "${name}".`);
    return `${before}${begin}\n${block}\n${behind.slice(end)}`;
  }, page);
}
