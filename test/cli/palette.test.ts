import { expect } from "chai";
import { countColours, PALETTES } from "../../src/cli/terminal/palette.ts";

type Rgb = readonly [number, number, number];

/** The usual values of the sixteen colours, by the parameter of SGR. */
const SIXTEEN: Readonly<Record<"xterm" | "VGA", Readonly<Record<string, Rgb>>>> = {
  xterm: { "35": [205, 0, 205], "91": [255, 0, 0], "94": [92, 92, 255] },
  VGA: { "35": [170, 0, 170], "91": [255, 85, 85], "94": [85, 85, 255] },
};

/** A colour of the cube or the greys of 256 colours. */
function rgbOf(index: number): Rgb {
  if (index >= 232) return [8 + 10 * (index - 232), 8 + 10 * (index - 232), 8 + 10 * (index - 232)];
  const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step);
  const cube = index - 16;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
}

/** The contrast of two colours by WCAG 2: from 1 to 21. */
function contrast(one: Rgb, other: Rgb): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb: Rgb): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function expectReadable(rgb: Rgb, what: string): void {
  expect(contrast(rgb, [0, 0, 0]), `${what} on black`).to.be.at.least(3);
  expect(contrast(rgb, [255, 255, 255]), `${what} on white`).to.be.at.least(3);
}

describe("The colours of the terminal", () => {
  it("the contrast is that of WCAG", () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).to.be.closeTo(21, 0.001);
    expect(contrast([119, 119, 119], [255, 255, 255])).to.be.closeTo(4.48, 0.01);
  });

  it("every colour of 256 is readable on black and on white", () => {
    const { names, quiet, wrong, private: mark } = PALETTES[256];
    for (const parameters of [...names, quiet, wrong, mark]) {
      const [, index] = /^38;5;(\d+)$/.exec(parameters) ?? [];
      expect(Number(index), parameters).to.be.within(16, 255);
      expectReadable(rgbOf(Number(index)), parameters);
    }
  });

  it("every colour of sixteen is readable on black and on white, with the values of xterm and of VGA", () => {
    const { names, wrong, private: mark } = PALETTES[16];
    for (const [terminal, values] of Object.entries(SIXTEEN)) {
      for (const parameter of [...names, wrong, mark]) {
        const rgb = values[parameter];
        if (rgb === undefined) throw new Error(`the value of ${parameter} is not known`);
        expectReadable(rgb, `${parameter} of ${terminal}`);
      }
    }
  });

  it("the colours of names differ from each other and from that of errors", () => {
    for (const { names, wrong } of Object.values(PALETTES)) {
      expect(new Set([...names, wrong])).to.have.property("size", names.length + 1);
    }
  });

  it("a terminal gets as many colours as it has", () => {
    const tty = (colours: number) => ({ hasColors: (count = 16) => count <= colours });
    expect([2 ** 24, 256, 16, 2].map((colours) => countColours(tty(colours)))).to.deep.equal([256, 256, 16, 0]);
  });
});
